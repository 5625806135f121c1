"""What every route of the console is given: Windrow, who asks, what time it is, and how to answer with a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from windrow.console.rendering import render
from windrow.core.awaiting import Awaiting
from windrow.core.listening import Listening
from windrow.core.windrow import Windrow
from windrow.errors import NotAuthenticated
from windrow.model.accounts import Principal, Right
from windrow.model.sources import Source
from windrow.ports.clocks import Clock

LARGEST_NUMBER = 2**53 - 1

Number = Annotated[int, Path(ge=0, le=LARGEST_NUMBER)]
Cursor = Annotated[str | None, Query(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Parts:
    """What is plugged into the console.

    identify           who sent a request; None for nobody
    check_same_origin  refuses what another site made a browser ask for
    address_of         where a request comes from, to count failed sign-ins
    session_cookie     the name of the cookie that `identify` reads
    """

    windrow: Windrow
    identify: Callable[[Request], Principal | None]
    check_same_origin: Callable[[Request], None]
    address_of: Callable[[Request], str]
    session_cookie: str
    clock: Clock
    listening: Listening
    awaiting: Awaiting


class PasswordFirst(Exception):
    """Signed in by a one-time secret, which is good for nothing but setting a password."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, by somebody who may not have signed in."""

    request: Request
    parts: Parts
    principal: Principal | None

    @property
    def windrow(self) -> Windrow:
        """What everything is asked of."""
        return self.parts.windrow

    @property
    def now(self) -> datetime:
        """The present moment in UTC."""
        return self.parts.clock()

    @property
    def asks_for_fragment(self) -> bool:
        """Whether a script of ours asks, to put the answer into the page that is open."""
        return "hx-request" in self.request.headers

    def show(
        self, template: str, values: Mapping[str, object] | None = None, *, status: int = 200, **more: object
    ) -> Response:
        """Answers with a page."""
        merged = {**(values or {}), **more}
        page = render(template, self.request, principal=self.principal, now=self.now, values=merged)
        return Response(page, status, media_type="text/html")


@dataclass(frozen=True, slots=True)
class Context(Visit):
    """One request by somebody who has signed in."""

    principal: Principal

    def own_source(self, source_id: int) -> Source:
        """A source that this principal may change. Raises `NotAllowed`, `NotFound`."""
        self.principal.need(Right.WRITE)
        return self.windrow.sources.get(self.principal, source_id)


def give_visit(request: Request) -> Visit:
    """Anybody's request; wrong credentials raise `NotAuthenticated`."""
    parts: Parts = request.app.state.console
    return Visit(request, parts, parts.identify(request))


def give_newcomer(request: Request) -> Context:
    """The request of somebody who signed in, perhaps with a one-time secret. Raises `NotAuthenticated`."""
    parts: Parts = request.app.state.console
    principal = parts.identify(request)
    if principal is None:
        raise NotAuthenticated("Sign in first.")
    return Context(request, parts, principal)


def give_context(request: Request) -> Context:
    """The request of somebody who signed in with a password of their own. Raises `PasswordFirst`."""
    context = give_newcomer(request)
    if context.principal.must_change_password:
        raise PasswordFirst
    return context


Anybody = Annotated[Visit, Depends(give_visit)]
Newcomer = Annotated[Context, Depends(give_newcomer)]
Ctx = Annotated[Context, Depends(give_context)]


def see(path: str) -> Response:
    """Leads on to another page after something was done."""
    return RedirectResponse(path, 303)
