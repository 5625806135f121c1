"""What every route of the native API is given: Windrow, who asks, and what time it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from windrow.core.windrow import Windrow
from windrow.errors import NotAuthenticated
from windrow.model.accounts import Principal
from windrow.ports.clocks import Clock
from windrow.ports.store import Changes

Identify = Callable[[Request], Principal | None]


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks what of whom, and when."""

    windrow: Windrow
    principal: Principal
    clock: Clock

    @property
    def now(self) -> datetime:
        """The present moment in UTC."""
        return self.clock()


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assembly plugs into the native API."""

    windrow: Windrow
    identify: Identify
    clock: Clock
    changes: Callable[[], Changes]


def give_context(request: Request) -> Context:
    """Finds out who asks. Raises `NotAuthenticated` for nobody."""
    parts: Parts = request.app.state.native
    principal = parts.identify(request)
    if principal is None:
        raise NotAuthenticated("Sign in: send `Authorization: Bearer <token>`, or a user name and password (Basic).")
    return Context(parts.windrow, principal, parts.clock)


Ctx = Annotated[Context, Depends(give_context)]

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": title,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, title in (
        (401, "Nobody is signed in."),
        (403, "The role or token does not allow this."),
        (404, "There is no such object, or it is not yours to see."),
        (409, "Not in this state."),
        (422, "Bad input; every field at fault is named."),
        (503, "The database does not answer."),
    )
}
