"""WorkKind: how one kind of task is done. The plug-in point for new kinds of work.

A kind is registered by an entry point in the group `windrow.work_kinds`, whose object is called without arguments and
returns the kind. Work that is part of Windrow itself and needs its store (harvests) is plugged in by the assembly.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, ClassVar, Protocol

from windrow.model.items import Item
from windrow.model.runs import Level, Part, PartState, Progress, Run
from windrow.model.tasks import Retry, Task
from windrow.ports.fetching import ErrandsMaker, FetcherMaker
from windrow.ports.runs import Ending

LEAST_MEMORY = 64 << 20
"""Bytes. A Python process that has loaded its kind takes about half of it before it has done anything."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """A kind's wish that each attempt be a child process of its own, which can be ended whatever it does.

    memory    bytes that it and all processes it starts may hold together; None sets no limit
    seconds   how long one attempt at a run, or at one part, may take; None sets no limit

    It belongs to the kind: nothing in a task or a run can loosen it.
    """

    memory: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.memory is not None and self.memory < LEAST_MEMORY:
            raise ValueError(f"isolation.memory must be at least {LEAST_MEMORY} bytes: Python itself needs half of it")
        if self.seconds is not None and self.seconds <= 0:
            raise ValueError("isolation.seconds must be greater than 0")


@dataclass(frozen=True, slots=True)
class Done:
    """The run has done all it had to. `failed` counts what failed of it: then the run ends as partial (or as failed,
    when nothing succeeded)."""

    result: Mapping[str, Any] = field(default_factory=dict)
    succeeded: int = 1
    failed: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Fanned:
    """The run has fanned out: its parts are done by any worker, then the kind is called again with phase `finish`."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The kind has already ended the run itself, in one transaction with its last effects."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing can be done before `ready_at` (a host rests, say): the run gives its worker back until then."""

    ready_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Awaits:
    """The run has begun other runs as its steps, and gives its worker back until one of them ends.

    told      how many of its steps had ended when it looked
    ready_at  when it is to be called at the latest, whatever became of them
    """

    told: int
    ready_at: datetime


Performed = Done | Fanned | Ended | Later | Awaits


class Work(Protocol):
    """One attempt at a run, as the kind sees it. Safe to use from several threads."""

    @property
    def run(self) -> Run:
        """The run; `run.attempt` fences every write, `run.phase` is "finish" after a fan-out."""
        ...

    @property
    def fetcher_maker(self) -> FetcherMaker:
        """Makes polite fetchers."""
        ...

    def remember(self, entries: Mapping[str, Any]) -> None:
        """Keeps values of the run by name, plain JSON, encrypted; they are on disk when it returns.

        What the next attempt must know: what was sent and may not be sent again, say. Raises as `check`, by what the
        store says.
        """
        ...

    def recall(self, run_id: str | None = None) -> Mapping[str, Any]:
        """All that this attempt and earlier ones have kept so; or what another run of the same kind and owner has.

        Raises `NotFound` for a run that is none of the owner's, or of another kind.
        """
        ...

    @property
    def errands_maker(self) -> ErrandsMaker:
        """Makes fetchers that may also change something on a remote, send what people wrote and take whatever is
        answered, and bring large files. Not in a child process."""
        ...

    def now(self) -> datetime:
        """The moment it is, UTC."""
        ...

    def read_note(self) -> Mapping[str, Any]:
        """What `keep_note` kept last, by this attempt or one before it; empty where there is none."""
        ...

    def keep_note(self, note: Mapping[str, Any]) -> None:
        """Keeps small JSON for the attempts that come after, once what was logged before it is written; fenced, and
        written at once. An empty note takes it away.

        Meant for what a run has going elsewhere (the address of a job): while there is a note, a cancel calls the
        kind's `let_go` before the run ends. It is also kept while the run is being cancelled. Raises `LeaseLost`.
        """
        ...

    def check(self) -> None:
        """To be called often: raises `Stopped` when the run was cancelled, taken over, or the worker drains."""
        ...

    def pause(self, seconds: float) -> None:
        """Waits so long, but no longer than until the work must stop; then raises as `check` does."""
        ...

    def log(self, level: Level, message: str, *, part: str = "", **data: object) -> None:
        """Writes to the run's log; may be held back for a moment."""
        ...

    def report(self, progress: Progress) -> None:
        """Says how far the run is; may be called as often as one likes."""
        ...

    def fan_out(self, keys: Iterable[Mapping[str, Any]]) -> int:
        """Adds parts that any worker may do; then return `Fanned()`."""
        ...

    def parts(self, states: frozenset[PartState] | None = None) -> Iterator[Part]:
        """The run's parts in the order they were made (None: whatever became of them), in memory that does not grow.

        In phase "finish" it tells what failed, and why.
        """
        ...

    def part_states(self) -> Mapping[PartState, int]:
        """How many parts are in each state; states without any are left out."""
        ...

    def part_counts(self) -> Mapping[str, int]:
        """The sums of what `perform_part` returned for each part."""
        ...

    def output(self, name: str, media_type: str) -> AbstractContextManager[BinaryIO]:
        """A file of the run, kept when the block ends without an error."""
        ...

    def open_item(self, item_id: str) -> AbstractContextManager[tuple[Item, BinaryIO]]:
        """An item that the run's owner may have, and its content to read. Raises `NotFound`, also for one that was
        deleted meanwhile, and `BadInput` for one that is too large."""
        ...

    def keep_item(self, item: Item, content: BinaryIO) -> Item:
        """Gives an uploaded item another content, as long as this attempt is the run's current one.

        Raises `Conflict` for a file of a folder and when the item was changed since it was opened, `NotFound` when it
        is gone, `BadInput` for what cannot be an item of its type, and what `report` raises.
        """
        ...


class WorkKind(Protocol):
    """One kind of task. Called from worker threads; several runs of a kind may go on at once.

    A kind whose work can hang, leak or eat memory asks for a process of its own for each attempt, by one more class
    attribute that kinds may leave out:

        isolation: ClassVar[Isolation | None] = Isolation(memory=2 << 30, seconds=3600)

    It is then called in a child process, in a folder of its own, with the same `Work`; docs/reference/work-kinds.md
    tells what is different there.

    Two methods more that kinds may leave out:

        def check_task(self, task: Task) -> None
            Called when a task is made or changed, its parameters filled in as the schema says; also for a step of a
            pipeline, which has no id yet. Raises `BadInput` for what a schema cannot tell, such as a setting that the
            installation lacks, and names the fields (`parameters.url`).

        def let_go(self, work: Work) -> None
            Called once a run that has a note was cancelled: ends what the note names, in a few seconds. `work.check`
            does not raise for the cancel any more. Never for kinds in a child process. What it raises is logged.

    A kind that needs packages which not every installation has tells so by one more method, `missing() -> str`: what
    is to be installed. Then no tasks of it can be made. One whose tasks carry documents may have an attribute
    `document_schema`, the JSON Schema that is published of them.
    """

    name: ClassVar[str]
    schema: ClassVar[Mapping[str, Any]]
    """JSON Schema (2020-12) of the task's parameters."""

    def perform(self, work: Work) -> Performed:
        """Does the run. Must be safe to be called again from the start after a crash: what it commits is fenced and
        found again by the next attempt. Any exception but `Stopped` fails the attempt."""
        ...

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """Does one part of a fan-out and returns its counts. Any exception but `Stopped` fails the attempt."""
        ...


def missing_of(kind: WorkKind) -> str:
    """What must be installed before tasks of the kind can be done, in words for people; "" when nothing is missing.

    Asked of the kind's method `missing`, which kinds may leave out.
    """
    asked = getattr(kind, "missing", None)
    return "" if asked is None else str(asked())


def retry_of(kind: WorkKind) -> Retry:
    """How its runs are tried again where a task does not say so: `usual_retry`, or once for kinds without."""
    usual: Retry = getattr(kind, "usual_retry", Retry())
    return usual


def isolation_of(kind: WorkKind) -> Isolation | None:
    """What the kind asks for. None for kinds that run in the worker itself, also those that never heard of this."""
    asked: Isolation | None = getattr(kind, "isolation", None)
    return asked


def let_go_of(kind: WorkKind) -> Callable[[Work], None] | None:
    """What is called once a run that has a note was cancelled; None for kinds that never heard of this."""
    given: Callable[[Work], None] | None = getattr(kind, "let_go", None)
    return given if isolation_of(kind) is None else None


def task_check_of(kind: WorkKind) -> Callable[[Task], None] | None:
    """What a kind says of a task before it is saved, beyond its schema; None for kinds that say nothing."""
    check: Callable[[Task], None] | None = getattr(kind, "check_task", None)
    return check


def document_schema_of(kind: WorkKind) -> Mapping[str, Any] | None:
    """The JSON Schema of the documents that its tasks carry; None for kinds without."""
    given: Mapping[str, Any] | None = getattr(kind, "document_schema", None)
    return given
