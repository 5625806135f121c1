"""What goes wrong anywhere in the application, as answers: problems for programs, pages for people."""

from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from windrow.console.pages import tell_stranger, wants_page
from windrow.errors import NotFound, StoreUnavailable, WindrowError
from windrow.faces.native.errors import UNKNOWN, headers_of, http_problem, kind_of, problem_of
from windrow.faces.native.wording import error_of
from windrow.wire.shapes import Problem

log = structlog.get_logger()

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def answer_errors(app: FastAPI) -> None:
    """Has every error answered."""
    app.add_exception_handler(WindrowError, tell)
    app.add_exception_handler(RequestValidationError, _tell_validation)
    app.add_exception_handler(HTTPException, _tell_http)


def tell(request: Request, error: Exception) -> Response:
    """An error as a problem. What is ours to mend goes to the log."""
    if kind_of(error) is UNKNOWN:
        log.error("request failed", method=request.method, path=request.url.path, exc_info=error)
    if isinstance(error, StoreUnavailable):
        log.warning("store unavailable", method=request.method, path=request.url.path, reason=str(error))
    return respond(problem_of(error), headers_of(error))


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as an HTTP response."""
    return Response(problem.model_dump_json(), problem.status, headers=headers, media_type="application/problem+json")


def _tell_validation(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return tell(request, error_of(found))


def _tell_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return tell(request, error)
    if error.status_code == 404:
        return tell_stranger(request) if wants_page(request) else tell(request, NotFound("path", request.url.path))
    headers = dict(error.headers or {})
    detail = str(error.detail)
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
        detail = f"{request.method} is not possible here; there are: {headers['Allow']}."
    return respond(http_problem(error.status_code, detail), headers)


def _allowed(request: Request) -> list[str]:
    """The methods that a path has (RFC 9110, 10.2.1): each of them is a route of its own here."""
    routes = request.app.router.routes_near(request.scope)
    found = [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return [*found, "HEAD"] if "GET" in found else found
