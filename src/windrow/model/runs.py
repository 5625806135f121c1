"""A run: one execution of a task; its states, the moves between them, its parts and its log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from windrow.model.tasks import DEFAULT_QUEUE, Limit, Retry


class RunState(StrEnum):
    """Where a run stands.

    scheduled   its time has not come
    queued      waits for a worker (or for its turn: see `Run.blocked_by`)
    running     a worker holds its lease
    waiting     its parts are being done by any number of workers; the last of them queues its finish
    cancelling  asked to stop; ends as cancelled within seconds
    succeeded, partial, failed, cancelled, skipped   terminal: never changes again
    """

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended, for good."""
        return not MOVES[self]


MOVES: Mapping[RunState, frozenset[RunState]] = {
    RunState.SCHEDULED: frozenset({RunState.QUEUED, RunState.CANCELLED}),
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.CANCELLING, RunState.CANCELLED}),
    RunState.RUNNING: frozenset(
        {
            RunState.QUEUED,
            RunState.SCHEDULED,
            RunState.WAITING,
            RunState.CANCELLING,
            RunState.SUCCEEDED,
            RunState.PARTIAL,
            RunState.FAILED,
        }
    ),
    RunState.WAITING: frozenset({RunState.QUEUED, RunState.CANCELLED}),
    RunState.CANCELLING: frozenset({RunState.QUEUED, RunState.CANCELLED}),
    RunState.SUCCEEDED: frozenset(),
    RunState.PARTIAL: frozenset(),
    RunState.FAILED: frozenset(),
    RunState.CANCELLED: frozenset(),
    RunState.SKIPPED: frozenset(),
}
"""Every allowed move. Running goes back to queued when its lease expires or its worker drains, and to scheduled when
it failed but has attempts left. A waiting run is queued for its finish, or cancelled at once: nobody holds it.
A run that has something going elsewhere (it has a note) is queued when it is cancelled and nobody holds it, and goes on
as cancelling: somebody has to end what it began."""

LETTING_GO = "letting_go"
"""The phase of a cancelled run that is queued only so that a worker ends what it has going elsewhere."""

TERMINAL = frozenset(state for state, moves in MOVES.items() if not moves)
ACTIVE = frozenset(RunState) - TERMINAL


def may_move(old: RunState, new: RunState) -> bool:
    """Whether a run may go from one state to another."""
    return new in MOVES[old]


class Cause(StrEnum):
    """Why a run exists: a person or program asked, its schedule was due, another run made it, or somebody asked for
    the runs of moments that have passed.
    """

    REQUEST = "request"
    SCHEDULE = "schedule"
    RUN = "run"
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `total` is None while it cannot be known; `counts` names what came of it: added, changed, ...

    `done` reaches `total` exactly when the run has ended well.
    """

    done: int = 0
    total: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    message: str = ""

    @property
    def share(self) -> float | None:
        """From 0 to 1, or None while the total is unknown."""
        if self.total is None:
            return None
        return 1.0 if self.total == 0 else min(1.0, self.done / self.total)


LEADING_ON = frozenset({"harvest", "refresh", "copy", "push"})
"""Kinds of runs from whose end something may follow: what they brought is copied, pushed on, or told to somebody."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a task.

    due         the nominal time, which the run is for, however late it begins (UTC): of a scheduled or backfilled
                run the moment of the schedule, of one that was asked for what was asked; else None
    ready_at    not before this moment; later than created for retries and runs with a start time
    attempt     how many times it was claimed; finishing is fenced by it
    open_parts  how many parts are not done; the one who closes the last queues the finish
    blocked_by  the concurrency key it waits for, or ""
    phase       "" at first, "finish" when all parts of a fan-out are done, "letting_go" see `LETTING_GO`
    result      what the kind returned: small JSON; large things are outputs
    error       why it failed, for people; "" when it did not
    rerun_of    the run that this one does again; "" for all others
    """

    id: str
    task_id: str
    kind: str
    name: str
    tenant_id: str
    owner_id: str
    state: RunState
    cause: Cause
    parameters: Mapping[str, Any]
    created_at: datetime
    ready_at: datetime
    due: datetime | None = None
    queue: str = DEFAULT_QUEUE
    priority: int = 0
    limits: tuple[Limit, ...] = ()
    retry: Retry = Retry()
    attempt: int = 0
    failures: int = 0
    phase: str = ""
    open_parts: int = 0
    blocked_by: str = ""
    worker_id: str = ""
    lease_until: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    progress: Progress = Progress()
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    rerun_of: str = ""

    def remaining(self, now: datetime) -> timedelta | None:
        """How long it will take to its end at its mean pace so far; None when that cannot be told."""
        share = self.progress.share
        if self.state is not RunState.RUNNING or self.started_at is None or not share:
            return None
        return (now - self.started_at) * (1 - share) / share


class PartState(StrEnum):
    """Where a part stands: to do (perhaps not before `ready_at`), being done, done, failed for good, or dropped."""

    OPEN = "open"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a run that is done, retried and counted alone: a page, a batch, a provider's month, a file.

    `key` is its address within the run, plain JSON; a run has no two parts of the same key.
    """

    id: int
    run_id: str
    key: Mapping[str, Any]
    state: PartState
    attempts: int = 0
    ready_at: datetime | None = None
    worker_id: str = ""
    error: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


class Level(StrEnum):
    """How serious a log entry is."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of a run's log. `part` names the part in the kind's words (`page 12`); `data` is small JSON."""

    id: int
    run_id: str
    at: datetime
    level: Level
    message: str
    part: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a run made: `blob` is its key in the blob store, `size` its bytes, `digest` its SHA-256 in hex."""

    run_id: str
    name: str
    media_type: str
    size: int
    digest: str
    blob: str
    created_at: datetime
