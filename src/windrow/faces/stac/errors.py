"""How our errors look in the STAC API: `code` and `description`, as problem+json, naming the parameters at fault."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from windrow import errors
from windrow.faces.stac import wire

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its code, its title and its HTTP status."""

    code: str
    title: str
    status: int


KINDS: tuple[tuple[type[errors.WindrowError], Kind], ...] = (
    (errors.BadInput, Kind("InvalidParameterValue", "Bad input", 400)),
    (errors.NotFound, Kind("NotFound", "Not found", 404)),
    (errors.NotAuthenticated, Kind("NotAuthenticated", "Sign in", 401)),
    (errors.NotAllowed, Kind("NotAllowed", "Not allowed", 403)),
    (errors.TooManyAttempts, Kind("TooManyAttempts", "Too many attempts", 429)),
    (errors.StoreUnavailable, Kind("Unavailable", "Not available just now", 503)),
)
"""Our errors and what they are here; the first that fits counts."""

PARAMETERS = {
    "cursor": "token",
    "start": "datetime",
    "end": "datetime",
    "words": "q",
    "phrases": "q",
    "identifiers": "ids",
    "sort": "sortby",
}
"""Our words for what the STAC API calls otherwise."""


class StacRoute(APIRoute):
    """A route that tells our errors as the STAC API does, and whose answers pages of any site may read.

    What is not in the table climbs on to the application.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors told."""
        answer = super().get_route_handler()

        async def answer_or_tell(request: Request) -> Response:
            try:
                response = await answer(request)
            except RequestValidationError as error:
                response = tell(bad_input_of(error.errors()))
            except HTTPException as error:
                if error.status_code != 400:
                    raise
                # The framework's word for a body that it cannot parse.
                response = tell(errors.BadInput.of("body", "must be JSON in UTF-8"))
            except errors.WindrowError as error:
                if kind_of(error) is None:
                    raise
                response = tell(error)
            # Browsers send no cookie to an answer that is for any site: it shows what is public, or a token's owner's.
            response.headers["Access-Control-Allow-Origin"] = "*"
            return response

        return answer_or_tell


def kind_of(error: errors.WindrowError) -> Kind | None:
    """What kind of problem an error is; None for what has no place here."""
    return next((kind for type_, kind in KINDS if isinstance(error, type_)), None)


def tell(error: errors.WindrowError) -> Response:
    """An error as it is answered."""
    kind = kind_of(error) or Kind("Internal", "Something went wrong here", 500)
    problem = problem_of(error, kind)
    response = Response(problem.model_dump_json(), kind.status, media_type=PROBLEM_JSON)
    if kind.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="windrow", Basic realm="windrow", charset="UTF-8"'
    if isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


def problem_of(error: errors.WindrowError, kind: Kind) -> wire.Problem:
    """An error in the STAC API's words."""
    found = error.problems if isinstance(error, errors.BadInput) else ()
    problems = [wire.FieldProblem(field=PARAMETERS.get(each.field, each.field), problem=each.problem) for each in found]
    detail = "; ".join(f"{each.field}: {each.problem}" for each in problems) or str(error)
    return wire.Problem(
        type="about:blank",
        title=kind.title,
        status=kind.status,
        detail=detail,
        code=kind.code,
        description=detail,
        errors=problems,
    )


def bad_input_of(found: list[ErrorDetails] | Any) -> errors.BadInput:
    """What pydantic found wrong, by parameter."""
    return errors.BadInput([errors.FieldProblem(_path(each), _told(each)) for each in found])


def _path(detail: ErrorDetails) -> str:
    steps = [str(step) for step in detail["loc"]]
    if detail["type"] == "json_invalid":
        return "body"  # The second step is where in the text it broke.
    return ".".join(steps[1:] if steps[:1] in (["query"], ["path"], ["body"]) else steps) or "body"


def _told(detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return "is not a parameter of this service; leave it out"
    return str(detail["msg"])
