"""An attempt: one claim on a run or a part, as the kind of work sees it, from its first check to its last log line."""

import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from windrow.core.items import Shelf
from windrow.errors import BadInput, Cancelled, Draining, LeaseLost, NotFound, Stopped, StoreUnavailable, WindrowError
from windrow.model.items import LARGEST, Item
from windrow.model.runs import Level, Output, Part, PartState, Progress, Run, RunState
from windrow.ports.clocks import Clock
from windrow.ports.fetching import ErrandsMaker, FetcherMaker
from windrow.ports.runs import Entry
from windrow.ports.store import Store

REPORT_EVERY = 0.5
"""Seconds between two writes of progress or log lines: people do not read faster, databases like it."""

PIECE = 1 << 20
PARTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Makers:
    """What asks remotes, and what sends them something; not every worker has both."""

    fetchers: FetcherMaker
    errands: ErrandsMaker | None = None


class Attempt:
    """Implements `windrow.ports.work.Work`. Told to stop by the worker's heartbeat, which sees the run's state."""

    def __init__(
        self,
        run: Run,
        *,
        part: Part | None = None,
        store: Store,
        shelf: Shelf,
        makers: Makers,
        clock: Clock,
        log_keep: int,
    ) -> None:
        self._run = run
        self._part = part
        self._store = store
        self._shelf = shelf
        self._makers = makers
        self._clock = clock
        self._log_keep = log_keep
        self._stop = threading.Event()
        self._reason: Stopped | None = None
        self._parting = False
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._progress: Progress | None = None
        self._flushed = time.monotonic()  # the first lines are held back as well: most runs are over in a moment
        self._reported = 0.0

    @property
    def run(self) -> Run:
        """The run as it was claimed."""
        return self._run

    @property
    def part(self) -> Part | None:
        """The part that it is at, if it is at one."""
        return self._part

    @property
    def fetcher_maker(self) -> FetcherMaker:
        """Makes polite fetchers."""
        return self._makers.fetchers

    @property
    def errands_maker(self) -> ErrandsMaker:
        """Makes fetchers that may also change something on a remote."""
        if self._makers.errands is None:
            raise LookupError("This worker sends nothing to remotes: it was given no maker of couriers.")
        return self._makers.errands

    def now(self) -> datetime:
        """The moment it is, UTC."""
        return self._clock()

    def read_note(self) -> Mapping[str, Any]:
        """What was kept last, by any attempt."""
        return self._store.runs.read_note(self._run.id)

    def keep_note(self, note: Mapping[str, Any]) -> None:
        """Keeps it for the attempts that come after; what was logged before it is written first."""
        self._flush_log()
        self._store.runs.keep_note(self._run.id, self._run.attempt, note)

    def remember(self, entries: Mapping[str, Any]) -> None:
        """Keeps values for the next attempt, fenced by this one."""
        self._store.memories.keep(self._run.id, self._run.attempt, entries)

    def recall(self, run_id: str | None = None) -> Mapping[str, Any]:
        """What this attempt and earlier ones have kept, or what another run of the same kind and owner has."""
        if run_id is not None:
            other = self._store.runs.get(run_id, tenant_id=self._run.tenant_id)
            if (other.kind, other.owner_id) != (self._run.kind, self._run.owner_id):
                raise NotFound("run", run_id)
        return self._store.memories.all(run_id or self._run.id)

    def stop(self, reason: Stopped) -> None:
        """Makes every later check raise this; the first reason stays."""
        if self._reason is None:
            self._reason = reason
        self._stop.set()

    def part_with(self) -> None:
        """A cancel is no reason to stop any more: what the run began elsewhere is to be ended. Others still are."""
        if isinstance(self._reason, Cancelled):
            self._parting, self._reason = True, None
            self._stop.clear()

    def notice(self, state: RunState | None) -> None:
        """Told by the heartbeat: the run's state, or None when this worker holds it no longer."""
        if state is None:
            self.stop(LeaseLost(f"Run {self._run.id} was taken over."))
        elif state in (RunState.CANCELLING, RunState.CANCELLED) and not self._parting:
            self.stop(Cancelled(f"Run {self._run.id} was cancelled."))

    def drain(self) -> None:
        """Told by a worker that shuts down."""
        self.stop(Draining("The worker is shutting down."))

    def check(self) -> None:
        """Raises what this attempt was told to stop for."""
        if self._stop.is_set() and self._reason is not None:
            raise self._reason

    def pause(self, seconds: float) -> None:
        """Waits, and raises as soon as the work must stop."""
        self._stop.wait(seconds)
        self.check()

    def log(self, level: Level, message: str, *, part: str = "", **data: object) -> None:
        """Writes to the run's log; what is held back is written by the next heartbeat."""
        with self._lock:
            self._entries.append(Entry(self._clock(), level, message, part, data or None))
        if time.monotonic() - self._flushed >= REPORT_EVERY:
            self.flush()

    def flush(self) -> None:
        """Writes the log lines and the progress that were held back. Raises as `report` does."""
        self._flush_log()
        with self._lock:
            progress, self._progress = self._progress, None
        if progress is not None:
            self._store.runs.report(self._run.id, self._run.attempt, progress)

    def flush_quietly(self) -> None:
        """The same where it must not matter whether it can be done just now."""
        with suppress(WindrowError):
            self.flush()

    def _flush_log(self) -> None:
        with self._lock:
            entries, self._entries = self._entries, []
            self._flushed = time.monotonic()
        if not entries:
            return
        try:
            self._store.runs.write_log(self._run.id, entries, keep=self._log_keep)
        except StoreUnavailable:
            with self._lock:
                self._entries = [*entries, *self._entries][-self._log_keep :]
            raise

    def report(self, progress: Progress) -> None:
        """Saves progress, not more often than people can read it. Raises `LeaseLost` and `Cancelled`.

        While parts are done their number is the run's progress: what one of them reports is not.
        """
        if self._part is not None:
            return
        now = time.monotonic()
        with self._lock:
            due = now - self._reported >= REPORT_EVERY
            self._progress = None if due else progress
            self._reported = now if due else self._reported
        if due:
            self._store.runs.report(self._run.id, self._run.attempt, progress)

    def fan_out(self, keys: Iterable[Mapping[str, Any]]) -> int:
        """Adds parts that any worker may do."""
        return self._store.runs.fan_out(self._run.id, self._run.attempt, keys, now=self._clock())

    def parts(self, states: frozenset[PartState] | None = None) -> Iterator[Part]:
        """The run's parts in the order they were made."""
        cursor: str | None = None
        while True:
            page = self._store.runs.list_parts(self._run.id, states=states, limit=PARTS_AT_ONCE, cursor=cursor)
            yield from page.items
            cursor = page.next
            if cursor is None:
                return

    def part_states(self) -> Mapping[PartState, int]:
        """How many parts are in each state."""
        return self._store.runs.count_parts(self._run.id)

    def part_counts(self) -> Mapping[str, int]:
        """The sums of all parts' counts."""
        return self._store.runs.sum_part_counts(self._run.id)

    @contextmanager
    def output(self, name: str, media_type: str) -> Iterator[BinaryIO]:
        """A file of the run, kept when the block ends without an error."""
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            blob, size, digest = self._shelf.blobs.write(iter(lambda: file.read(PIECE), b""))
        output = Output(self._run.id, name, media_type, size, digest, blob, self._clock())
        replaced = self._store.runs.add_output(output, self._run.attempt)
        if replaced is not None:
            self._shelf.blobs.delete(replaced)

    @contextmanager
    def open_item(self, item_id: str) -> Iterator[tuple[Item, BinaryIO]]:
        """An item of the run's tenant, or of a folder, to read."""
        with self._shelf.open(item_id, tenant_id=self._run.tenant_id) as (item, file):
            if item.size > LARGEST:  # files of folders may be
                raise BadInput.of("item", f"{item.name} is larger than {LARGEST >> 20} MiB")
            yield item, file

    def keep_item(self, item: Item, content: BinaryIO) -> Item:
        """Gives an uploaded item another content, unless somebody else did since this attempt opened it."""
        present = self._shelf.get(item.id, tenant_id=self._run.tenant_id)
        return self._shelf.replace(present, content, self._clock(), seen=item.changed_at, held=self._run)
