"""How our errors look in the native API: `application/problem+json` (RFC 9457), each naming what to do."""

import math
from dataclasses import dataclass

from windrow import errors
from windrow.wire.shapes import FieldProblem, Problem


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its URI's last part, its title and its HTTP status."""

    name: str
    title: str
    status: int


KINDS: tuple[tuple[type[Exception], Kind], ...] = (
    (errors.BadInput, Kind("bad-input", "Bad input", 422)),
    (errors.NotFound, Kind("not-found", "Not found", 404)),
    (errors.NotAuthenticated, Kind("not-authenticated", "Sign in", 401)),
    (errors.NotAllowed, Kind("not-allowed", "Not allowed", 403)),
    (errors.TooManyAttempts, Kind("too-many-attempts", "Too many attempts", 429)),
    (errors.Conflict, Kind("conflict", "Not in this state", 409)),
    (errors.RemoteForbidden, Kind("remote-forbidden", "This address may not be asked", 422)),
    # No 502: that would say that we are a broken gateway. The URL that was sent is what can be mended.
    (errors.RemoteError, Kind("remote-failed", "The remote server gave no usable answer", 422)),
    (errors.HostClosed, Kind("host-closed", "This host is not to be asked at this hour", 409)),
    (errors.StoreUnavailable, Kind("unavailable", "Not available just now", 503)),
)
"""Our errors and what they are here; the first that fits counts."""

UNKNOWN = Kind("internal", "Something went wrong here", 500)

HTTP: dict[int, str] = {
    400: "The request cannot be read",
    405: "This cannot be done here",
    413: "Too large",
    415: "Not the expected kind of content",
}
"""Titles of what the web server itself refuses."""

UNTOLD = {
    UNKNOWN.status: "The operator finds the reason in the log.",
    503: "Nothing was written. Try again in some seconds; the operator finds the reason in the log.",
}
"""What is told in place of details that are ours: addresses of databases, folders."""

TRY_AGAIN_AFTER = 5
"""Seconds, told with a 503."""


def kind_of(error: Exception) -> Kind:
    """What kind of problem an error is."""
    return next((kind for type_, kind in KINDS if isinstance(error, type_)), UNKNOWN)


def problem_of(error: Exception) -> Problem:
    """An error as it is told. What is ours is not told in detail: it is in our log."""
    kind = kind_of(error)
    fields = error.problems if isinstance(error, errors.BadInput) else ()
    if isinstance(error, errors.RemoteError):
        fields = (errors.FieldProblem("url", str(error)),)
    return Problem(
        type=f"urn:windrow:problem:{kind.name}",
        title=kind.title,
        status=kind.status,
        detail=UNTOLD.get(kind.status) or _whole(str(error)),
        errors=[FieldProblem(field=_whole(each.field), problem=_whole(each.problem)) for each in fields],
    )


def http_problem(status: int, detail: str) -> Problem:
    """What the web server refuses before any of our code is asked."""
    title = HTTP.get(status, detail)
    return Problem(type="about:blank", title=title, status=status, detail=_whole(detail))


def headers_of(error: Exception) -> dict[str, str]:
    """What an error tells in headers: how to sign in, and when to come back."""
    headers = {}
    kind = kind_of(error)
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="windrow", Basic realm="windrow", charset="UTF-8"'
    wait = getattr(error, "retry_after", None)
    if wait is None and kind.status == 503:
        wait = TRY_AGAIN_AFTER
    if wait is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return headers


def _whole(text: str) -> str:
    """The text without what UTF-8 cannot carry: requests may quote half a surrogate pair at us."""
    return text.encode(errors="replace").decode()
