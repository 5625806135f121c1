"""How our errors look in the native API: `application/problem+json` (RFC 9457), each naming what to do."""

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
    (errors.RemoteError, Kind("remote-failed", "The remote server failed", 502)),
    (errors.StoreUnavailable, Kind("unavailable", "Not available just now", 503)),
)
"""Our errors and what they are here; the first that fits counts."""

UNKNOWN = Kind("internal", "Something went wrong here", 500)


def kind_of(error: Exception) -> Kind:
    """What kind of problem an error is."""
    return next((kind for type_, kind in KINDS if isinstance(error, type_)), UNKNOWN)


def problem_of(error: Exception) -> Problem:
    """An error as it is told. What we did not foresee is not told in detail: it is in our log."""
    kind = kind_of(error)
    fields = error.problems if isinstance(error, errors.BadInput) else ()
    return Problem(
        type=f"urn:windrow:problem:{kind.name}",
        title=kind.title,
        status=kind.status,
        detail=str(error) if kind is not UNKNOWN else "The operator finds the reason in the log.",
        errors=[FieldProblem(field=each.field, problem=each.problem) for each in fields],
    )
