"""How our errors look in GeoNode's API: every field at fault by its name, with the codes that its clients know."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from windrow import errors

CHALLENGE = 'Basic realm="api", Bearer realm="api"'


class BadSyntax(errors.WindrowError):
    """A body that is not JSON."""


class UnknownMediaType(errors.WindrowError):
    """A body of a kind that is not understood here."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of error: its HTTP status and GeoNode's code for it."""

    status: int
    code: str


KINDS: tuple[tuple[type[errors.WindrowError], Kind], ...] = (
    (errors.BadInput, Kind(400, "invalid")),
    (BadSyntax, Kind(400, "parse_error")),
    (UnknownMediaType, Kind(415, "unsupported_media_type")),
    (errors.NotFound, Kind(404, "not_found")),
    (errors.NotAuthenticated, Kind(401, "not_authenticated")),
    (errors.NotAllowed, Kind(403, "permission_denied")),
    (errors.Conflict, Kind(409, "conflict")),
    (errors.TooManyAttempts, Kind(429, "throttled")),
    (errors.RemoteError, Kind(502, "remote_error")),
    (errors.HostClosed, Kind(409, "conflict")),
    (errors.StoreUnavailable, Kind(503, "unavailable")),
)
"""Our errors and what they are here; the first that fits counts."""

FIELDS = {
    "url": "remote_url",
    "kind": "harvester_type",
    "settings": "harvester_type_specific_configuration",
    "owner": "default_owner",
}
"""Our words for what GeoNode calls otherwise."""


class GeoNodeRoute(APIRoute):
    """A route that tells our errors as GeoNode does. What is not in the table climbs on to the application."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors told."""
        answer = super().get_route_handler()

        async def answer_or_tell(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError:
                # Nothing but numbers in paths is left to the framework: what is no number is nobody's.
                return tell(errors.NotFound("object", request.url.path))
            except errors.WindrowError as error:
                if kind_of(error) is None:
                    raise
                return tell(error)

        return answer_or_tell


def kind_of(error: errors.WindrowError) -> Kind | None:
    """What kind of error it is; None for what has no place here."""
    return next((kind for type_, kind in KINDS if isinstance(error, type_)), None)


def tell(error: errors.WindrowError) -> Response:
    """An error as it is answered."""
    kind = kind_of(error) or Kind(500, "error")
    body: dict[str, Any] = {"success": False, "errors": [str(error)], "code": kind.code}
    if isinstance(error, errors.BadInput):
        told = [(_field(each.field), each.problem) for each in error.problems]
        body["errors"] = [f"{field}: {problem}" if field else problem for field, problem in told]
        fields: dict[str, list[str]] = {}
        for field, problem in told:
            fields.setdefault(field or "non_field_errors", []).append(problem)
        body["fields"] = fields
    if kind.status == 404:
        body["detail"] = "Not found."
    response = respond(body, kind.status)
    if kind.status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


def refuse_method(request: Request) -> Response:
    """Told to whoever uses a method that a path does not have."""
    told = f'Method "{request.method}" not allowed.'
    return respond({"success": False, "errors": [told], "code": "method_not_allowed"}, 405)


def respond(body: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(orjson.dumps(body), status, media_type="application/json")


def _field(path: str) -> str:
    head, dot, rest = path.partition(".")
    return FIELDS.get(head, head) + dot + rest
