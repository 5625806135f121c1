"""The console's kind of route: errors become pages, and every page carries the same strict headers."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from windrow.console.context import Parts, PasswordFirst
from windrow.console.errors import UNFORESEEN, telling_of
from windrow.console.rendering import render
from windrow.errors import BadInput, FieldProblem, NotAuthenticated, NotFound, WindrowError
from windrow.model.accounts import Principal

log = structlog.get_logger()

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class PageRoute(APIRoute):
    """A path of the console. It is for people: the API's description leaves it out."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **{**options, "include_in_schema": False})

    def get_route_handler(self) -> Handler:
        """The route's own handler, with errors told as pages."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except PasswordFirst:
                response = lead_to(request, "/password")
            except NotAuthenticated:
                response = lead_to(request, sign_in_path(request))
            except Exception as error:  # noqa: BLE001 - the edge of a request
                response = tell(request, error)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return answer


def wants_page(request: Request) -> bool:
    """Whether a browser asks for something that people look at."""
    return request.method in ("GET", "HEAD") and request.headers.get("accept", "").startswith("text/html")


def tell_stranger(request: Request) -> Response:
    """What a browser is shown where there is no page."""
    parts: Parts = request.app.state.console
    with suppress(NotAuthenticated):
        parts.identify(request)
    response = tell(request, NotFound("page", request.url.path))
    response.headers.update(HEADERS)
    return response


def sign_in_path(request: Request) -> str:
    """Where to sign in, and be led back from when it was a page that was asked for."""
    if request.method != "GET" or request.url.path == "/":
        return "/sign-in"
    return f"/sign-in?next={quote(request.url.path + ('?' + request.url.query if request.url.query else ''))}"


def lead_to(request: Request, path: str) -> Response:
    """Leads the browser to another page, also where a script of ours asked."""
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def tell(request: Request, error: Exception) -> Response:
    """An error as a page, or as a message for the page that is open."""
    error = _plain(request, error)
    telling = telling_of(error)
    if telling is UNFORESEEN:
        log.error("page failed", method=request.method, path=request.url.path, exc_info=error)
    parts: Parts = request.app.state.console
    values: dict[str, object] = {
        "telling": telling,
        "problems": error.problems if isinstance(error, BadInput) else (),
        "detail": str(error) if isinstance(error, WindrowError) and not isinstance(error, BadInput) else "",
    }
    template, headers = "error.html", {}
    if "hx-request" in request.headers:
        template = "message.html"
        headers = {"HX-Retarget": "#messages", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"}
    page = render(template, request, principal=_known(request), now=parts.clock(), values=values)
    return Response(page, telling.status, headers, "text/html")


def _known(request: Request) -> Principal | None:
    known: Principal | None = getattr(request.state, "principal", None)
    return known


def _plain(request: Request, error: Exception) -> Exception:
    """What the framework found wrong with a path or query, in our words."""
    if not isinstance(error, RequestValidationError):
        return error
    found = error.errors()
    if any(each["loc"][0] == "path" for each in found):
        return NotFound("page", request.url.path)
    return BadInput([FieldProblem(str(each["loc"][-1]), str(each["msg"])) for each in found])
