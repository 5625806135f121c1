"""A walk: what a walker is given, and what becomes of it."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import orjson

from windrow.core.validating import fill
from windrow.errors import BadInput, LimitExceeded, ProcessLost, Stopped, StoreUnavailable
from windrow.model.runs import Level, Progress, Run
from windrow.ports.fetching import FetcherMaker
from windrow.ports.isolating import Isolate
from windrow.ports.walkers import Walker, WalkerFailed
from windrow.ports.work import Done, Isolation, Work

LARGEST = 8 << 20
"""Bytes of a report with all that belongs to it."""

FRAMES = 10
"""Lines of a failed walker's own call stack that its result tells."""


@dataclass(slots=True)
class OneWalk:
    """Implements `windrow.ports.walkers.Walk`."""

    work: Work
    context: Mapping[str, Any]
    isolate: Isolate | None = None
    anchor: Any = None
    state: Mapping[str, Any] | None = None
    status_code: int | None = None
    custom: Any = None
    reported: list[Any] = field(default_factory=list)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def run(self) -> Run:
        """The run that it is."""
        return self.work.run

    @property
    def fetcher_maker(self) -> FetcherMaker:
        """Makes polite fetchers."""
        return self.work.fetcher_maker

    def report(self, value: Any) -> None:
        """Adds a value to the report."""
        plain, size = _plain(value, "report")
        with self._lock:
            self._size += size
            self.reported.append(plain)
            if self._size > LARGEST:
                raise LimitExceeded(f"A walker may report {LARGEST >> 20} MiB at most.")

    def perform_apart(self, kind: str, isolation: Isolation, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Has something done in a process of its own."""
        if self.isolate is None:
            raise LookupError("This walker needs a process of its own; this worker gives none.")
        done = self.isolate.perform(kind, isolation, self.work, parameters=parameters)
        if not isinstance(done, Done):
            raise TypeError(f"The kind {kind} must give Done to a walker, not {type(done).__name__}.")
        return done.result

    def log(self, level: Level, message: str, **data: object) -> None:
        """Writes to the run's log."""
        self.work.log(level, message, part="", **data)

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Says how far it is."""
        self.work.report(Progress(done, total, message=message))

    def check(self) -> None:
        """Raises what the run must stop for."""
        self.work.check()

    def pause(self, seconds: float) -> None:
        """Waits, and raises as soon as the run must stop."""
        self.work.pause(seconds)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a walker did: its anchor, what callers are answered, and what else is kept."""

    anchor: Any
    response: Mapping[str, Any]
    state: Mapping[str, Any] | None
    error: str = ""


def walk(walker: Walker, work: Work, context: Mapping[str, Any], isolate: Isolate | None = None) -> Outcome:
    """Calls a walker. What it raises is part of the outcome, but for what is no fault of its own: `Stopped`,
    `StoreUnavailable`, `ProcessLost`. Raises `BadInput` for its context."""
    one = OneWalk(work, fill(walker.schema, context, field="context"), isolate)
    failure: dict[str, Any] = {}
    error = ""
    try:
        returned = walker.call(one)
        for each in returned if isinstance(returned, list) else [] if returned is None else [returned]:
            one.report(each)
    except (Stopped, StoreUnavailable, ProcessLost):
        raise
    except WalkerFailed as failed:
        error = str(failed)
        failure = {"errors": [error], "stack_trace": failed.trace}
    except Exception as raised:  # noqa: BLE001 - the edge of a walker: whatever it raises is its outcome
        error = f"{type(raised).__name__}: {raised}"
        failure = {"errors": [error], "stack_trace": _told(raised)}
    response = {"success": not error, "report": one.reported, "final_node": None, "yielded": False, **failure}
    if one.status_code is not None:
        response["status_code"] = one.status_code
    if one.custom is not None:
        response["report_custom"] = _plain(one.custom, "custom")[0]
    state = None if one.state is None else _plain(one.state, "state")[0]
    return Outcome(_plain(one.anchor, "anchor")[0], response, state, error)


def _told(raised: BaseException) -> list[str]:
    """The last lines of its call stack, without where the files lie."""
    frames = traceback.extract_tb(raised.__traceback__)[1:][-FRAMES:]
    told = [f"line {each.lineno}, in {each.name}: {each.line or ''}".rstrip(": ") for each in frames]
    return [*told, f"{type(raised).__name__}: {raised}"]


def _plain(value: Any, field: str) -> tuple[Any, int]:
    """A value as JSON knows it, and its size in bytes. Raises `BadInput`."""
    try:
        written = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError) as error:
        raise BadInput.of(field, f"must be JSON: {error}") from error
    return orjson.loads(written), len(written)
