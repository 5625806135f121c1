"""How our errors look in the Sharing API: always with HTTP 200.

Its clients send a request again, without their token or six times over, when they read any other status.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from windrow import errors
from windrow.faces.arcgis.spelling import rephrased

log = structlog.get_logger()

MEDIA_TYPE = "application/json; charset=utf-8"


class TokenMissing(errors.WindrowError):
    """A request without any token, where one is needed."""


CODES: tuple[tuple[type[errors.WindrowError], int], ...] = (
    (TokenMissing, 499),
    (errors.BadInput, 400),
    (errors.NotFound, 404),
    (errors.NotAuthenticated, 498),
    (errors.NotAllowed, 403),
    (errors.Conflict, 409),
    (errors.TooManyAttempts, 429),
    (errors.StoreUnavailable, 503),
)
"""Our errors and their codes in the body; the first that fits counts."""

FIELDS = {
    "kind": "type",
    "name": "title",
    "schedule.start": "startDate",
    "schedule.end": "endDate",
    "schedule.trigger": "minute",
    "parameters.item": "itemId",
    "parameters.parameters": "parameters.notebookParameters",
    "parameters.url": "taskURL",
    "parameters.task_url": "taskURL",
}
"""Our words for what this protocol calls otherwise."""


class SharingRoute(APIRoute):
    """A route that tells every error as ArcGIS does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors told."""
        answer = super().get_route_handler()

        async def answer_or_tell(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError:
                return tell(errors.NotFound("path", request.url.path), pretty=is_pretty(request))
            except HTTPException as error:
                return refuse(error.status_code, str(error.detail))
            except Exception as error:
                if not isinstance(error, errors.WindrowError) or code_of(error) == 500:
                    log.exception("request failed", method=request.method, path=request.url.path)
                return tell(error, pretty=is_pretty(request))

        return answer_or_tell


def code_of(error: Exception) -> int:
    """The code of an error; 500 for what is ours to mend."""
    return next((code for kind, code in CODES if isinstance(error, kind)), 500)


def is_pretty(request: Request) -> bool:
    """Whether the answer was asked for with line breaks."""
    return bool(getattr(request.state, "pretty", False))


def refuse(code: int, told: str) -> Response:
    """An error that is none of ours."""
    return respond(_body(code, told, []))


def tell(error: Exception, *, pretty: bool = False) -> Response:
    """An error as it is answered."""
    code = code_of(error)
    match error:
        case TokenMissing():
            # The one place where these words are meant.
            return _sent(_body(499, "Token Required", []), pretty=pretty)
        case errors.BadInput():
            details = [_detail(each) for each in error.problems]
            return respond(_body(code, "Invalid or missing input parameters.", details), pretty=pretty)
        case errors.NotFound():
            told = f"{error.word.capitalize()} '{error.identifier}' does not exist or is inaccessible."
            return respond(_body(code, told, []), pretty=pretty)
        case errors.WindrowError() if code != 500:
            return respond(_body(code, str(error), []), pretty=pretty)
        case _:
            return respond(_body(500, "Something went wrong here; the reason is in the log of the server.", []))


def respond(body: Any, *, pretty: bool = False) -> Response:
    """An answer in JSON."""
    return _sent(rephrased(body), pretty=pretty)


def _sent(body: Any, *, pretty: bool = False) -> Response:
    return Response(orjson.dumps(body, option=orjson.OPT_INDENT_2 if pretty else None), media_type=MEDIA_TYPE)


def _body(code: int, message: str, details: list[str]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": details}}


def _detail(problem: errors.FieldProblem) -> str:
    field = _spelled(problem.field)
    return f"'{field}' is invalid: {problem.problem}." if problem.problem else f"'{field}' is invalid."


def _spelled(field: str) -> str:
    """A field in this protocol's words, and what lies in it with it."""
    for ours, theirs in FIELDS.items():
        if field == ours or (field.startswith(f"{ours}.") and "." in ours):
            return theirs + field[len(ours) :]
    return field
