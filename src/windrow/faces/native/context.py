"""What every route of the native API is given: Windrow, who asks, and what time it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from windrow.core.listening import Listening
from windrow.core.windrow import Windrow
from windrow.errors import NotAllowed, NotAuthenticated
from windrow.model.accounts import Principal, Right
from windrow.ports.clocks import Clock

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
    listening: Listening


def give_newcomer(request: Request) -> Context:
    """Finds out who asks, perhaps with a one-time password. Raises `NotAuthenticated` for nobody."""
    parts: Parts = request.app.state.native
    principal = parts.identify(request)
    if principal is None:
        raise NotAuthenticated("Sign in: send `Authorization: Bearer <token>`, or a user name and password (Basic).")
    return Context(parts.windrow, principal, parts.clock)


def give_context(request: Request) -> Context:
    """Finds out who asks. Raises `NotAllowed` while a one-time password stands."""
    context = give_newcomer(request)
    if context.principal.must_change_password:
        raise NotAllowed(CHANGE_FIRST)
    return context


def give_reader(request: Request) -> Context:
    """Finds out who asks, for what everybody may read who may read at all. Raises `NotAllowed`."""
    context = give_context(request)
    context.principal.need(Right.READ)
    return context


Newcomer = Annotated[Context, Depends(give_newcomer)]
Ctx = Annotated[Context, Depends(give_context)]
ReaderCtx = Annotated[Context, Depends(give_reader)]

CHANGE_FIRST = (
    "A one-time password is good for nothing but choosing one of your own: PUT /api/v1/me/password with "
    '{"old_password": "<the one-time password>", "new_password": "<yours>"}.'
)
