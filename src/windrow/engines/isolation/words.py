"""Words: results and errors as plain data, written by a child and read by its worker, who believes nothing."""

import math
import traceback
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from windrow.engines.isolation.frames import BadMessage
from windrow.errors import (
    BadInput,
    Conflict,
    FieldProblem,
    HostResting,
    NotAllowed,
    NotFound,
    ProcessLost,
    RemoteError,
    RemoteForbidden,
    RemoteStatus,
    RemoteTimeout,
    RemoteTooLarge,
    RemoteUnreachable,
    RemoteUnreadable,
    Stopped,
    WindrowError,
)
from windrow.ports.work import Awaits, Done, Ended, Fanned, Later, Performed

LONGEST_TEXT = 10_000
LARGEST_NUMBER = 2**63 - 1

REMOTE = {
    each.__name__: each
    for each in (
        RemoteError,
        RemoteForbidden,
        RemoteTimeout,
        RemoteTooLarge,
        RemoteUnreachable,
        RemoteUnreadable,
        HostResting,
    )
}
PLAIN = {each.__name__: each for each in (WindrowError, Conflict, NotAllowed, ProcessLost)}


class WorkFailed(Exception):
    """What a kind raised in its child process, in words: its class lives there and not here."""


# Checking.


def text(value: object, *, longest: int = LONGEST_TEXT) -> str:
    """A text, cut to so many characters."""
    if not isinstance(value, str):
        raise BadMessage(f"A text was expected, not {type(value).__name__}.")
    return value[:longest]


def whole(value: object, *, least: int = 0) -> int:
    """A whole number that a database keeps."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= LARGEST_NUMBER:
        raise BadMessage(f"A whole number from {least} was expected, not {value!r:.100}.")
    return value


def real(value: object, *, least: float = 0.0, most: float = math.inf) -> float:
    """A finite number within bounds."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not fits or not least <= value <= most:  # type: ignore[operator]  # it is a number by now
        raise BadMessage(f"A number from {least} to {most} was expected, not {value!r:.100}.")
    return float(value)  # type: ignore[arg-type]  # as above


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise BadMessage(f"An object was expected, not {type(value).__name__}.")
    return value


def several(value: object) -> list[Any]:
    """A JSON array."""
    if not isinstance(value, list):
        raise BadMessage(f"A list was expected, not {type(value).__name__}.")
    return value


def counts(value: object) -> dict[str, int]:
    """Whole numbers by name; they may be less than nothing."""
    return {text(name): whole(each, least=-LARGEST_NUMBER) for name, each in mapping(value).items()}


# Results.


def write_result(performed: Performed) -> dict[str, Any]:
    """What `perform` gave. Raises `TypeError` for what an isolated kind cannot give."""
    match performed:
        case Done(result, succeeded, failed, message):
            return {"done": result, "succeeded": succeeded, "failed": failed, "message": message}
        case Fanned():
            return {"fanned": True}
        case Later(ready_at, reason):
            return {"later": ready_at.isoformat(), "reason": reason}
        case Ended() | Awaits():
            raise TypeError("A kind in a process of its own has no store: it ends no run and begins none.")
    raise TypeError(f"perform() must give Done, Fanned or Later, not {type(performed).__name__}.")


def read_result(said: Mapping[str, Any]) -> Performed:
    """The same, checked. Raises `BadMessage`."""
    match said:
        case {"done": result, "succeeded": succeeded, "failed": failed, "message": message}:
            return Done(mapping(result), whole(succeeded), whole(failed), text(message))
        case {"fanned": True}:
            return Fanned()
        case {"later": ready_at, "reason": reason}:
            return Later(moment(ready_at), text(reason))
        case _:
            raise BadMessage(f"No result of work: {said!r:.200}")


def moment(value: object) -> datetime:
    """A moment with its time zone."""
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError as error:
        raise BadMessage(f"No moment: {value!r:.100}") from error
    if read.tzinfo is None:
        raise BadMessage(f"A moment without a time zone: {value!r:.100}")
    return read


# Errors.


def write_error(error: BaseException) -> dict[str, Any]:
    """What the kind raised: the nearest of our own classes, its message, and where it happened."""
    lines = traceback.format_exception(error)
    said: dict[str, Any] = {
        "error": _class_of(error),
        "message": (str(error) or type(error).__name__)[:LONGEST_TEXT],
        "trace": "".join(lines)[-LONGEST_TEXT:],
    }
    if isinstance(error, RemoteError):
        said |= {"retry_after": error.retry_after, "status": getattr(error, "status", None)}
    if isinstance(error, BadInput):
        said["problems"] = [[each.field, each.problem] for each in error.problems]
    if isinstance(error, NotFound):
        said |= {"missing": error.word, "identifier": str(error.identifier)}
    return said


def _class_of(error: BaseException) -> str:
    if isinstance(error, Stopped):
        return Stopped.__name__
    known = {*REMOTE, *PLAIN, RemoteStatus.__name__, BadInput.__name__, NotFound.__name__, MemoryError.__name__}
    names = (each.__name__ for each in type(error).__mro__ if issubclass(each, WindrowError | MemoryError))
    return next((name for name in names if name in known), "")


def raise_error(said: Mapping[str, Any]) -> NoReturn:
    """Raises what a child said that it raised, as far as it can be believed: whether a retry helps depends on it."""
    name, message = text(said.get("error")), text(said.get("message"))
    if name in REMOTE:
        raise REMOTE[name](message, retry_after=_wait(said))
    if name in PLAIN:
        raise PLAIN[name](message)
    match name:
        case "RemoteStatus":
            raise RemoteStatus(message, status=whole(said.get("status")), retry_after=_wait(said))
        case "BadInput":
            raise BadInput([_problem(each) for each in several(said.get("problems"))])
        case "NotFound":
            raise NotFound(text(said.get("missing")), text(said.get("identifier")))
        case "MemoryError":
            raise MemoryError(message)
        case _:
            raise WorkFailed(message)


def _wait(said: Mapping[str, Any]) -> float | None:
    wait = said.get("retry_after")
    return None if wait is None else real(wait)


def _problem(value: object) -> FieldProblem:
    match value:
        case [str(field), str(problem)]:
            return FieldProblem(field[:LONGEST_TEXT], problem[:LONGEST_TEXT])
        case _:
            raise BadMessage(f"No problem of a field: {value!r:.100}")
