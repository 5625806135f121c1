"""Runs, as the store keeps them: queue, leases, parts, log and outputs. Each method is one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from windrow.model.listings import Listed, Listing
from windrow.model.paging import PageOf
from windrow.model.runs import LogEntry, Output, Part, PartState, Progress, Run, RunState
from windrow.model.workers import Inspection, Room, Worker
from windrow.ports.steps import Steps


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs a list shows; None does not narrow. `tenant_id` None is for admins only.

    `task_ids` are for who knows whose tasks these are: with them only the states are looked at beside.
    """

    tenant_id: str | None
    states: frozenset[RunState] | None = None
    task_id: str | None = None
    kind: str | None = None
    task_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends: its terminal state, what it returned, why it failed, and its last progress.

    Without any progress it keeps what was reported; `completed` says that this was all of it, with the last message.
    """

    state: RunState
    result: Mapping[str, Any]
    error: str
    progress: Progress
    completed: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A log entry to be written; see `LogEntry`."""

    at: datetime
    level: str
    message: str
    part: str = ""
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PartClaim:
    """A part of a waiting run that this worker now holds, with its run (whose parameters the kind needs)."""

    part: Part
    run: Run


class Held(NamedTuple):
    """What a worker holds: runs with their attempt numbers, and parts by their numbers."""

    runs: Mapping[str, int]
    parts: Collection[int]


class Closing(NamedTuple):
    """How a part ends, by which worker, and when. `counts` None leaves what the part has counted on its way."""

    part_id: int
    worker_id: str
    state: PartState
    counts: Mapping[str, int] | None
    error: str
    now: datetime


@dataclass(frozen=True, slots=True)
class NumberedRun:
    """A pass over a source, with the small number that it has for protocols that know it by one."""

    number: int
    source_id: int
    run: Run


class Runs(Steps, Protocol):
    """The queue and the truth about every run."""

    # Making and looking.

    def add(self, runs: Sequence[Run]) -> None:
        """Writes new runs in state scheduled, queued or skipped, and their tasks' `last_run_id`."""
        ...

    def add_alone(self, run: Run) -> None:
        """Writes a new run unless its task has one that has not ended: of two callers at once, one succeeds.

        Raises `Conflict` that names the run in the way, and `NotFound` when the task is gone.
        """
        ...

    def moments_met(self, task_id: str, start: datetime, end: datetime, *, again: bool) -> set[datetime]:
        """The moments from `start` on and before `end` for which the task has a run that has not ended, or (unless
        `again`) one that succeeded."""
        ...

    def add_missing(self, runs: Sequence[Run], *, again: bool) -> list[Run]:
        """Writes those of these runs of one task whose moment is not met yet, as `moments_met` has it; returns them.

        Of two callers at once the second sees what the first one wrote. Raises `NotFound` when the task is gone.
        """
        ...

    def get(self, run_id: str, *, tenant_id: str | None) -> Run:
        """One run. Raises `NotFound`, also when it belongs to another tenant."""
        ...

    def get_many(self, run_ids: Sequence[str]) -> dict[str, Run]:
        """Runs by their ids, in one question; those that there are."""
        ...

    def page(self, which: RunFilter, *, limit: int, cursor: str | None = None) -> PageOf[Run]:
        """Newest first."""
        ...

    def list_passes(self, listing: Listing, *, tenant_id: str | None) -> Listed[NumberedRun]:
        """Harvests and refreshes by their small numbers.

        Fields: number, source_id, kind, state, created_at, ended_at, progress_done, progress_total.
        """
        ...

    def count_by_state(self, tenant_id: str | None) -> Mapping[RunState, int]:
        """How many active runs there are in each state (terminal states are left out: they only grow)."""
        ...

    def delete(self, run_id: str, *, tenant_id: str | None) -> list[str]:
        """Deletes an ended run with its log and parts; returns its blobs. Raises `NotFound`, `Conflict`."""
        ...

    def forget_ended(self, before: datetime, *, limit: int, passing: Collection[str] = ()) -> tuple[int, list[str]]:
        """Deletes at most `limit` runs that ended earlier, the oldest first, with all they have.

        The latest run of a task stays, because it tells how the task is doing; except for tasks of a `passing` kind,
        which are made for one run and go with it. Returns how many runs went, and their blobs.
        """
        ...

    # The queue.

    def claim(
        self, worker_id: str, *, queues: Sequence[str], now: datetime, lease: timedelta, run_id: str | None = None
    ) -> Run | None:
        """Takes the next queued run (or that one) and gives it a lease and its next attempt number.

        Highest priority first, then the longest ready. Runs whose concurrency keys are all taken are set aside
        (`blocked_by`) until a key is free. None when there is nothing to take.
        """
        ...

    def claim_many(
        self, worker_id: str, *, queues: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> list[Run]:
        """Takes up to `limit` queued runs, the next first, as `claim` does. There may be more though it took fewer."""
        ...

    def renew(self, worker_id: str, *, now: datetime, lease: timedelta) -> Mapping[str, RunState]:
        """Renews all leases of a worker; returns the state of each run it still holds, also by holding parts of it."""
        ...

    def held(self, worker_id: str) -> Held:
        """What a worker holds by what is written, whether it knows of it or not."""
        ...

    def states(self, run_ids: Sequence[str]) -> Mapping[str, RunState]:
        """The states of these runs; unknown ones are left out. A cheap read, for whoever must notice a cancel soon."""
        ...

    def report(self, run_id: str, attempt: int, progress: Progress) -> None:
        """Saves progress. Raises `LeaseLost` when the attempt is not the current one, `Cancelled` when asked to.

        While the run waits for its parts, these make its progress, and only the message is saved.
        """
        ...

    def finish(self, run_id: str, attempt: int, ending: Ending, *, now: datetime) -> bool:
        """Ends a run and frees its keys; one asked to cancel ends as cancelled. False when fenced out: nothing done."""
        ...

    def hand_back(
        self,
        run_id: str,
        attempt: int,
        *,
        now: datetime,
        ready_at: datetime,
        failed: bool,
        error: str = "",
        keep_keys: bool = False,
    ) -> bool:
        """Gives a run back: queued at once (drain) or scheduled for `ready_at` (retry). False when fenced out.

        With `keep_keys` no other run takes its place meanwhile: what it began is not finished.
        """
        ...

    def cancel(self, run_id: str, *, tenant_id: str | None, now: datetime) -> Run:
        """Asks a run to stop. What nobody holds is cancelled at once. Ended runs stay. Raises `NotFound`."""
        ...

    def promote(self, now: datetime) -> int:
        """Queues the scheduled runs whose time has come, and those that waited long enough for others; how many."""
        ...

    def sweep(self, now: datetime) -> list[str]:
        """Queues runs and reopens parts whose lease expired, ends those that were being cancelled, unblocks runs whose
        key is free; returns the ids of the runs it touched."""
        ...

    def ends(self, *, limit: int) -> list[Run]:
        """Ended runs of which it is still to be said what follows from their end; the oldest first."""
        ...

    def follow(self, run_id: str, following: Sequence[Run]) -> bool:
        """Writes what follows from the end of a run, once and for all. False when somebody else has.

        Runs that wait for it as their step are told and queued; steps of its own that go on are cancelled.
        """
        ...

    # Parts.

    def fan_out(self, run_id: str, attempt: int, keys: Iterable[Mapping[str, Any]], *, now: datetime) -> int:
        """Adds parts that any worker may do, in batches; known keys are left alone. Returns how many are new."""
        ...

    def wait(self, run_id: str, attempt: int, *, now: datetime) -> bool:
        """Ends this claim and lets the parts be done; with none open the finish is queued at once. False if fenced."""
        ...

    def claim_parts(
        self, worker_id: str, *, queues: Sequence[str], now: datetime, lease: timedelta, limit: int
    ) -> list[PartClaim]:
        """Takes up to `limit` open parts of waiting runs."""
        ...

    def claim_these_parts(
        self, worker_id: str, part_ids: Sequence[int], *, now: datetime, lease: timedelta
    ) -> list[PartClaim]:
        """Takes those of these parts that are open and ready, and that nobody else is taking."""
        ...

    def close_parts(self, closings: Sequence[Closing]) -> Sequence[bool]:
        """Ends parts; whoever closes the last of a run queues its finish. False for each that is fenced out."""
        ...

    def retry_part(self, part_id: int, worker_id: str, *, error: str, ready_at: datetime, failed: bool = True) -> bool:
        """Gives a part back for a later try; one that has not `failed` loses no attempt. False when fenced out."""
        ...

    def leave_parts(self, part_ids: Sequence[int], worker_id: str) -> None:
        """Leaves parts that this worker holds to others, as if it had never claimed them."""
        ...

    def list_parts(
        self, run_id: str, *, states: frozenset[PartState] | None, limit: int, cursor: str | None = None
    ) -> PageOf[Part]:
        """A run's parts in the order they were made."""
        ...

    def count_parts(self, run_id: str) -> Mapping[PartState, int]:
        """How many parts are in each state."""
        ...

    def sum_part_counts(self, run_id: str) -> Mapping[str, int]:
        """The sums of all parts' counts."""
        ...

    # Log and outputs.

    def write_log(self, run_id: str, entries: Sequence[Entry], *, keep: int) -> None:
        """Appends entries; beyond `keep` the oldest ones of level debug and info go first, then the oldest."""
        ...

    def read_log(
        self,
        run_id: str,
        *,
        limit: int,
        cursor: str | None = None,
        least: str | None = None,
        newest_first: bool = False,
    ) -> PageOf[LogEntry]:
        """A run's log, oldest first unless asked otherwise; `least` is the lowest level shown."""
        ...

    def add_output(self, output: Output, attempt: int) -> str | None:
        """Notes a file that a run made; the same name again replaces it, and the blob that nobody needs any more is
        returned. Raises `LeaseLost` and `Cancelled`."""
        ...

    def read_note(self, run_id: str) -> Mapping[str, Any]:
        """What attempts at a run have noted for those after them; empty where there is no note."""
        ...

    def keep_note(self, run_id: str, attempt: int, note: Mapping[str, Any]) -> None:
        """Replaces a run's note, also while the run is being cancelled; an empty one takes it away. Raises `LeaseLost`.

        While a run has a note, a cancel ends it only after a worker has called its kind's `let_go`.
        """
        ...

    def list_outputs(self, run_id: str) -> Sequence[Output]:
        """A run's files by name."""
        ...


class Workers(Protocol):
    """Who is alive."""

    def beat(self, worker: Worker) -> Worker:
        """Says that a worker lives; returns its row, where `draining` or `stopping` may have been asked for."""
        ...

    def leave(self, worker_id: str, *, now: datetime) -> None:
        """Takes a worker out and frees at once whatever it still held."""
        ...

    def all(self) -> Sequence[Worker]:
        """All that are known, by role and start."""
        ...

    def drain(self, worker_id: str) -> None:
        """Asks a worker to finish what it has and go. Raises `NotFound`."""
        ...

    def stop(self, worker_id: str) -> None:
        """Asks a worker to give what it has to others and go. Raises `NotFound`."""
        ...

    def forget_silent(self, before: datetime) -> list[str]:
        """Takes out workers not heard of since; returns their ids. Their leases expire by themselves."""
        ...

    def room(self) -> Sequence[Room]:
        """How much each worker could still carry."""
        ...

    def inspect(self, tenant_id: str | None, *, owner_id: str | None = None, limit: int = 100) -> Inspection:
        """What each worker does and what waits, without anyone's parameters."""
        ...

    def line(self, queues: Sequence[str], *, limit: int) -> Mapping[str, Sequence[str]]:
        """The first `limit` runs that wait in each queue, of all tenants, in the order of their turns."""
        ...

    def holders(self, keys: Sequence[str], *, limit: int) -> Mapping[str, Sequence[str]]:
        """Which runs hold each concurrency key; `limit` of them in all."""
        ...
