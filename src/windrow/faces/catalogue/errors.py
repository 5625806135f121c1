"""How our errors look in the catalogue: `application/problem+json` (RFC 9457) that names the parameter at fault."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from windrow import errors
from windrow.faces.catalogue.wire import PROBLEM

STATUS: tuple[tuple[type[errors.WindrowError], int, str], ...] = (
    (errors.BadInput, 400, "Bad request"),
    (errors.NotFound, 404, "Not found"),
    (errors.NotAuthenticated, 401, "Sign in"),
    (errors.NotAllowed, 403, "Not allowed"),
    (errors.TooManyAttempts, 429, "Too many attempts"),
    (errors.StoreUnavailable, 503, "Not available just now"),
)
"""Our errors and what they are here; the first that fits counts. All others are none of a reader's doing."""

PARAMETERS = {
    "start": "datetime",
    "end": "datetime",
    "phrases": "q",
    "types": "type",
    "identifiers": "externalIds",
    "sources": "collectionId",
    "sort": "sortby",
}
"""What the core calls by another name than the standard."""


class Route(APIRoute):
    """A route that answers our errors in the manner of this face."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors answered."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except errors.WindrowError as error:
                if not any(isinstance(error, each) for each, *_ in STATUS):
                    raise
                return problem(error)

        return answer


def problem(error: errors.WindrowError) -> Response:
    """An error as a response."""
    status, title = next((status, title) for each, status, title in STATUS if isinstance(error, each))
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail_of(error)}
    if isinstance(error, errors.BadInput):
        body["errors"] = [{"parameter": _parameter(each), "problem": each.problem} for each in error.problems]
    headers = {"WWW-Authenticate": 'Bearer realm="windrow", Basic realm="windrow"'} if status == 401 else {}
    return Response(orjson.dumps(body), status, headers, PROBLEM)


def detail_of(error: errors.WindrowError) -> str:
    """The error in words, with the parameters' names of this face."""
    if isinstance(error, errors.BadInput):
        return "; ".join(f"{_parameter(each)}: {each.problem}" for each in error.problems)
    return str(error)


def _parameter(problem: errors.FieldProblem) -> str:
    return PARAMETERS.get(problem.field, problem.field)
