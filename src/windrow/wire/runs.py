"""Shapes of tasks, schedules, runs and workers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from windrow.wire.schedules import Schedule, ScheduleChange, ScheduleView
from windrow.wire.shapes import Id, Input, Moment, Number, Partial, Shape, Whole, YesNo

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

Attempts = Annotated[Whole, Field(ge=1, le=100)]
Wait = Annotated[Number, Field(gt=0, le=86_400)]
Priority = Annotated[Whole, Field(ge=-100, le=100)]
Name = Annotated[str, Field(min_length=1, max_length=255, examples=["Nightly check"])]
Queue = Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$", examples=["default"])]

ATTEMPTS = "How often it is tried in all."
FIRST = "Longest first wait, in seconds; doubles each time."
LONGEST = "Longest wait, in seconds."
MOST = "How many at once."
PRIORITY = "-100 to 100; higher goes first."
QUEUE = "The queue whose workers carry it."
PARAMETERS = "What the kind's schema asks for."


class Retry(Input):
    """How often a failed run is tried again."""

    attempts: Attempts = Field(1, description=ATTEMPTS)
    first: Wait = Field(2.0, description=FIRST)
    longest: Wait = Field(300.0, description=LONGEST)


class RetryChange(Partial):
    """What to change of how often a failed run is tried again."""

    attempts: Attempts | None = Field(None, description=ATTEMPTS)
    first: Wait | None = Field(None, description=FIRST)
    longest: Wait | None = Field(None, description=LONGEST)


class RetryView(Shape):
    """How often a failed run is tried again."""

    attempts: int = Field(1, description=ATTEMPTS)
    first: float = Field(2.0, description=FIRST)
    longest: float = Field(300.0, description=LONGEST)


class Limit(Input):
    """At most `most` runs with this key at once."""

    key: str = Field(min_length=1, max_length=255, examples=["host:data.example.org"])
    most: Whole = Field(1, ge=1, le=1000, description=MOST)


class LimitView(Shape):
    """At most `most` runs with this key at once."""

    key: str = Field(examples=["host:data.example.org"])
    most: int = Field(1, description=MOST)


class TaskInput(Input):
    """A task to be made."""

    name: Name
    kind: str = Field(max_length=64, examples=["reread"], description="One of the work kinds that are installed.")
    parameters: dict[str, Any] = Field(default_factory=dict, description=PARAMETERS)
    queue: Queue = Field("default", description=QUEUE)
    priority: Priority = Field(0, description=PRIORITY)
    limits: Sequence[Limit] = Field((), max_length=20, description="How many runs with a key there may be at once.")
    retry: Retry | None = Field(
        None, description="How often it is tried; left out, as often as its kind usually is: once, or more for reports."
    )
    schedule: Schedule | None = Field(None, description="When it runs by itself.")


class TaskChange(Partial):
    """What to change of a task; what is left out stays. `schedule: null` takes the schedule away."""

    removable: ClassVar[frozenset[str]] = frozenset({"schedule"})

    name: Name | None = None
    parameters: dict[str, Any] | None = Field(None, description=PARAMETERS)
    queue: Queue | None = Field(None, description=QUEUE)
    priority: Priority | None = Field(None, description=PRIORITY)
    limits: Annotated[Sequence[Limit], Field(max_length=20)] | None = None
    retry: RetryChange | None = None
    schedule: ScheduleChange | None = None


class Task(Shape):
    """Something that can be run."""

    id: Id
    name: str = Field(examples=["Nightly check"])
    kind: str = Field(examples=["reread"])
    parameters: Mapping[str, Any]
    queue: str = Field(examples=["default"])
    priority: int
    limits: Sequence[LimitView]
    retry: RetryView
    schedule: ScheduleView | None = None
    owner_id: Id
    created_at: datetime | None = None
    changed_at: datetime | None = None
    last_run_id: str | None = None


class Start(Input):
    """When to run a task, and with what; without a moment, now."""

    at: Moment | None = Field(None, description="Not before this moment; without it, now.")
    parameters: dict[str, Any] | None = Field(
        None, description="Stand for the task's own of the same names, in this run only."
    )
    due: Moment | None = Field(None, description="The nominal time that the run is for, whenever it runs.")


class Rerun(Input):
    """From where to run an ended run again; without anything, from its beginning."""

    from_failed: YesNo = Field(False, description="Of a pipeline: keep what was done, and begin at what failed.")
    steps: Sequence[Annotated[str, Field(max_length=255)]] = Field(
        (),
        max_length=200,
        examples=[["compute"]],
        description="Of a pipeline: names of steps to begin at, beside what failed; what comes after them is done "
        "again too, and all else is kept.",
    )


class BackfillInput(Input):
    """Which moments of a task's schedule are to have a run."""

    start: Moment = Field(description="From this moment on.", examples=["2027-01-01T00:00:00Z"])
    end: Moment = Field(description="Before this moment, which must not lie ahead.", examples=["2027-02-01T00:00:00Z"])
    most: Whole = Field(100, ge=1, le=1_000, description="More runs than that are refused.")
    again: YesNo = Field(False, description="Also for moments whose run succeeded.")
    dry_run: YesNo = Field(False, description="Only tell what would run.")


class Backfill(Shape):
    """What a backfill comes to."""

    moments: Sequence[datetime] = Field(description="For which there is to be a run, the earliest first.")
    left_out: int = Field(description="Moments of the range that have a run which succeeded or has not ended.")
    run_ids: Sequence[Id] = Field(description="The runs made, in the order of their moments.")


class Progress(Shape):
    """How far a run is. `share` goes from 0 to 1 and reaches 1 exactly when all is done."""

    done: int
    total: int | None = None
    share: float | None = None
    counts: Mapping[str, int] = Field(default_factory=dict, examples=[{"added": 120, "unchanged": 4000}])
    message: str = ""


class Run(Shape):
    """One execution of a task."""

    id: Id
    task_id: Id
    kind: str = Field(examples=["harvest"])
    name: str = Field(examples=["Harvest National catalogue"])
    state: StateName
    cause: Literal["request", "schedule", "run", "backfill"]
    parameters: Mapping[str, Any]
    queue: str = Field(examples=["default"])
    priority: int
    attempt: int = Field(description="How often it was begun.")
    blocked_by: str = Field("", description="The concurrency key that it waits for.")
    created_at: datetime
    due: datetime | None = Field(None, description="The nominal time that the run is for.")
    ready_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    remaining_seconds: float | None = Field(None, description="How long it will still take at its pace so far.")
    rate: float | None = Field(None, description="Done per second, so far.")
    progress: Progress
    result: Mapping[str, Any]
    error: str = Field("", description="Why it failed, for people.")
    rerun_of: Id | None = Field(None, description="The run that this one does again.")
    owner_id: Id


class Part(Shape):
    """A piece of a run."""

    id: int
    key: Mapping[str, Any]
    state: PartStateName
    attempts: int
    ready_at: datetime | None = None
    counts: Mapping[str, int]
    error: str = ""


class Step(Shape):
    """A run that another run began, or waits for, by a name of its own."""

    name: str = Field(examples=["fetch"])
    state: StateName | Literal["planned"] = Field(description="How it stands; planned while its turn is to come.")
    run_id: str | None = Field(None, description="The run that does it; none where it was not begun.")
    kind: str | None = Field(None, examples=["harvest"])
    after: Sequence[str] = Field((), description="The steps that must end before it.")
    when: str = Field("", examples=["succeeded"], description="On which condition it begins.")
    why: str = Field("", description="Why it was skipped, could not begin, was given up, or failed.")
    own: bool = Field(True, description="Begun for this; false where it was under way already and is waited for.")
    kept: bool = Field(False, description="Done by an earlier run, from which this one goes on.")
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = Field(None, description="How long it took, or has taken so far.")
    progress: Progress


class LogEntry(Shape):
    """One line of a run's log."""

    id: int
    at: datetime
    level: LevelName
    message: str = Field(examples=["1,000 records read"])
    part: str = Field("", examples=["page 12"])
    data: Mapping[str, Any] = Field(default_factory=dict)


class Output(Shape):
    """A file that a run made."""

    name: str = Field(examples=["diff.jsonl"])
    media_type: str = Field(examples=["application/jsonl"])
    size: int = Field(description="Bytes.")
    digest: str = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        description="SHA-256, hexadecimal.",
    )
    created_at: datetime


class WorkKind(Shape):
    """A kind of task that can be run here."""

    name: str = Field(examples=["reread"])
    parameters: Mapping[str, Any] = Field(description="JSON Schema of the parameters.")


class Worker(Shape):
    """A living process of this installation."""

    id: Id
    role: Literal["worker", "clock", "api"]
    host: str = Field(examples=["node-1"])
    pid: int
    engine: str = Field(examples=["embedded"])
    queues: Sequence[str] = Field(examples=[["default"]])
    slots: int
    memory: int = Field(description="Resident bytes.")
    draining: bool = Field(description="Takes nothing more, and goes when it has finished what it has.")
    stopping: bool = Field(description="Gives what it has to others, and goes.")
    started_at: datetime
    seen_at: datetime


class Carried(Shape):
    """A run as an inspection shows it."""

    run_id: Id
    name: str = Field(examples=["Harvest National catalogue"])
    kind: str = Field(examples=["harvest"])
    queue: str = Field(examples=["default"])
    priority: int
    since: datetime


class Inspection(Shape):
    """What each worker does (`active`), what waits for a slot (`reserved`) or its time (`scheduled`), by worker id."""

    active: Mapping[str, Sequence[Carried]]
    reserved: Mapping[str, Sequence[Carried]]
    scheduled: Mapping[str, Sequence[Carried]]
