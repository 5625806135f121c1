"""Shapes of tasks, schedules, runs and workers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from windrow.wire.shapes import Input, Shape

StateName = Literal[
    "scheduled",
    "queued",
    "running",
    "waiting",
    "cancelling",
    "succeeded",
    "partial",
    "failed",
    "cancelled",
    "skipped",
]
PartStateName = Literal["open", "running", "done", "failed", "cancelled"]
LevelName = Literal["debug", "info", "warning", "error"]


class Trigger(Input):
    """When something is due: every so many seconds, counted from an anchor."""

    type: Literal["interval"] = "interval"
    every_seconds: float = Field(ge=1, le=315_360_000, examples=[21_600])
    anchor: datetime | None = Field(None, description="Where the counting starts; without it, now.")


class Schedule(Input):
    """When a task runs by itself."""

    trigger: Trigger
    enabled: bool = True
    start: datetime | None = Field(None, description="Not before this moment.")
    end: datetime | None = Field(None, description="Not at or after this moment.")
    occurrences: int | None = Field(None, ge=0, description="How many times still; null has no limit.")
    misfire: Literal["skip", "once"] = Field("once", description="Moments missed: nothing, or one run for all.")
    overlap: Literal["skip", "queue"] = Field("skip", description="If the last run goes on: skip, or queue behind it.")


class ScheduleView(Schedule):
    """A schedule with what follows from it."""

    next_due: datetime | None = None
    description: str = Field("", examples=["every 6 hours"])


class Retry(Input):
    """How often a failed run is tried again."""

    attempts: int = Field(1, ge=1, le=100)
    first: float = Field(2.0, gt=0, le=86_400, description="Longest first wait, in seconds; doubles each time.")
    longest: float = Field(300.0, gt=0, le=86_400, description="Longest wait, in seconds.")


class Limit(Input):
    """At most `most` runs with this key at once."""

    key: str = Field(min_length=1, max_length=255, examples=["host:data.example.org"])
    most: int = Field(1, ge=1, le=1000)


class TaskInput(Input):
    """A task to be made."""

    name: str = Field(examples=["Nightly check"])
    kind: str = Field(examples=["reread"])
    parameters: dict[str, Any] = Field(default_factory=dict)
    queue: str = "default"
    priority: int = Field(0, ge=-100, le=100)
    limits: Sequence[Limit] = ()
    retry: Retry = Retry()
    schedule: Schedule | None = None


class TaskChange(Input):
    """What to change of a task; what is left out stays. `schedule: null` takes the schedule away."""

    name: str | None = None
    parameters: dict[str, Any] | None = None
    queue: str | None = None
    priority: int | None = Field(None, ge=-100, le=100)
    limits: Sequence[Limit] | None = None
    retry: Retry | None = None
    schedule: Schedule | None = None


class Task(Shape):
    """Something that can be run."""

    id: str
    name: str
    kind: str
    parameters: Mapping[str, Any]
    queue: str
    priority: int
    limits: Sequence[Limit]
    retry: Retry
    schedule: ScheduleView | None = None
    owner_id: str
    created_at: datetime | None = None
    changed_at: datetime | None = None
    last_run_id: str | None = None


class Start(Input):
    """When to run a task."""

    at: datetime | None = Field(None, description="Not before this moment; without it, now.")


class Progress(Shape):
    """How far a run is. `share` goes from 0 to 1 and reaches 1 exactly when all is done."""

    done: int
    total: int | None = None
    share: float | None = None
    counts: Mapping[str, int] = Field(default_factory=dict, examples=[{"added": 120, "unchanged": 4000}])
    message: str = ""


class Run(Shape):
    """One execution of a task."""

    id: str
    task_id: str
    kind: str
    name: str
    state: StateName
    cause: Literal["request", "schedule", "run"]
    parameters: Mapping[str, Any]
    queue: str
    priority: int
    attempt: int
    blocked_by: str = Field("", description="The concurrency key that it waits for.")
    created_at: datetime
    due: datetime | None = None
    ready_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    remaining_seconds: float | None = Field(None, description="How long it will still take at its pace so far.")
    rate: float | None = Field(None, description="Done per second, so far.")
    progress: Progress
    result: Mapping[str, Any]
    error: str = ""
    owner_id: str


class Part(Shape):
    """A piece of a run."""

    id: int
    key: Mapping[str, Any]
    state: PartStateName
    attempts: int
    ready_at: datetime | None = None
    counts: Mapping[str, int]
    error: str = ""


class LogEntry(Shape):
    """One line of a run's log."""

    id: int
    at: datetime
    level: LevelName
    message: str
    part: str = ""
    data: Mapping[str, Any] = Field(default_factory=dict)


class Output(Shape):
    """A file that a run made."""

    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    digest: str = Field(description="SHA-256, hexadecimal.")
    created_at: datetime


class WorkKind(Shape):
    """A kind of task that can be run here."""

    name: str
    parameters: Mapping[str, Any] = Field(description="JSON Schema of the parameters.")


class Worker(Shape):
    """A living process of this installation."""

    id: str
    role: Literal["worker", "clock", "api"]
    host: str
    pid: int
    engine: str
    queues: Sequence[str]
    slots: int
    memory: int = Field(description="Resident bytes.")
    draining: bool
    started_at: datetime
    seen_at: datetime


class Carried(Shape):
    """A run as an inspection shows it."""

    run_id: str
    name: str
    kind: str
    queue: str
    priority: int
    since: datetime


class Inspection(Shape):
    """What each worker does (`active`), what waits for a slot (`reserved`) or its time (`scheduled`), by worker id."""

    active: Mapping[str, Sequence[Carried]]
    reserved: Mapping[str, Sequence[Carried]]
    scheduled: Mapping[str, Sequence[Carried]]
