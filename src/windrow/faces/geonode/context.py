"""What every route of the GeoNode API is given: Windrow, who asks, and where our own addresses begin."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from windrow.core.windrow import Windrow
from windrow.errors import NotAuthenticated
from windrow.model.accounts import Principal, Right
from windrow.ports.clocks import Clock

PREFIX = "/api/v2"

Identify = Callable[[Request], Principal | None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assembly plugs in. `base_url` is the installation's public URL, where one is set.

    address_of, session_cookie, check_same_origin   for the sign-in of GeoNode's own pages
    """

    windrow: Windrow
    identify: Identify
    clock: Clock
    address_of: Callable[[Request], str]
    check_same_origin: Callable[[Request], None]
    session_cookie: str
    base_url: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, and when."""

    windrow: Windrow
    principal: Principal
    now: datetime
    request: Request
    root: str

    @property
    def may_see_all(self) -> bool:
        """Whether this is what GeoNode calls a superuser: somebody who may work, and not only look."""
        return Right.WRITE in self.principal.rights


def give_context(request: Request) -> Context:
    """Finds out who asks. Raises `NotAuthenticated`."""
    parts: Parts = request.app.state.geonode
    principal = parts.identify(request)
    if principal is None:
        raise NotAuthenticated("Authentication credentials were not provided.")
    base = parts.base_url or str(request.base_url).rstrip("/")
    return Context(parts.windrow, principal, parts.clock(), request, base + PREFIX)


def give_working_context(request: Request) -> Context:
    """As `give_context`, for those who may work. Raises `NotAllowed`."""
    context = give_context(request)
    context.principal.need(Right.WRITE)
    return context


Ctx = Annotated[Context, Depends(give_context)]
Worker = Annotated[Context, Depends(give_working_context)]
