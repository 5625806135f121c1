"""The application: every way in by HTTP, behind one door."""

from importlib.metadata import version

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windrow.assembly import Assembly
from windrow.console.console import make_router as make_console_router
from windrow.console.context import Parts as ConsoleParts
from windrow.console.pages import tell_stranger, wants_page
from windrow.errors import BadInput, FieldProblem, NotFound, WindrowError
from windrow.faces.native.context import Parts
from windrow.faces.native.errors import UNKNOWN, kind_of, problem_of
from windrow.faces.native.face import make_router
from windrow.web import health
from windrow.web.identity import SESSION_COOKIE, Identity, address_of, check_same_origin
from windrow.wire.shapes import Problem

log = structlog.get_logger()

DESCRIPTION = """
Windrow schedules, runs and watches harvests and jobs. Sign in with `Authorization: Bearer <token>` or HTTP Basic.
Lists are paged: send `next` of one page as `cursor` to get the following. Errors are `application/problem+json` and
name every field at fault.
"""

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


def make_app(assembly: Assembly) -> FastAPI:
    """The application of one API process."""
    windrow = assembly.windrow
    identity = Identity(windrow.authentication)
    app = FastAPI(
        title="Windrow",
        version=version("windrow"),
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.native = Parts(windrow, identity, assembly.clock, assembly.store.changes)
    app.include_router(make_router())
    app.include_router(health.make_router(assembly.store, identity, metrics_public=assembly.settings.metrics_public))
    app.state.console = ConsoleParts(
        windrow,
        identify=identity,
        check_same_origin=check_same_origin,
        address_of=address_of,
        session_cookie=SESSION_COOKIE,
        clock=assembly.clock,
        changes=assembly.store.changes,
    )
    app.include_router(make_console_router())
    _answer_errors(app)
    app.add_middleware(SecurityHeaders)
    return app


def _answer_errors(app: FastAPI) -> None:
    app.add_exception_handler(WindrowError, _tell)
    app.add_exception_handler(RequestValidationError, _tell_validation)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(Exception, _tell)


def _tell(request: Request, error: Exception) -> Response:
    if kind_of(error) is UNKNOWN:
        log.error("request failed", method=request.method, path=request.url.path, exc_info=error)
    return respond(problem_of(error))


def _tell_validation(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    problems = [FieldProblem(_path(each["loc"]), str(each["msg"])) for each in found]
    return respond(problem_of(BadInput(problems)))


def _tell_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404 and wants_page(request):
        return tell_stranger(request)
    if status == 404:
        return respond(problem_of(NotFound("path", request.url.path)))
    detail = str(error.detail) if isinstance(error, HTTPException) else ""
    problem = Problem(type="about:blank", title=detail, status=status, detail=detail)
    return respond(problem, error.headers if isinstance(error, HTTPException) else None)


def respond(problem: Problem, headers: object = None) -> Response:
    """A problem as an HTTP response."""
    response = Response(
        problem.model_dump_json(exclude_defaults=False), problem.status, media_type="application/problem+json"
    )
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="windrow", Basic realm="windrow", charset="UTF-8"'
    if isinstance(headers, dict):
        response.headers.update(headers)
    return response


def _path(location: tuple[object, ...]) -> str:
    steps = [str(step) for step in location]
    return ".".join(steps[1:] or steps)


class SecurityHeaders:
    """Adds to every answer what keeps browsers from guessing types, leaking addresses or framing us."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
