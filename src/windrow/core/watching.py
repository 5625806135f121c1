"""Watching: comparing what should have happened with what did, and repairing it."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from windrow.ports.clocks import Clock
from windrow.ports.store import Blobs, Store

log = structlog.get_logger()

SILENCE = timedelta(seconds=30)
"""A process not heard of for so long is taken out of the list; its leases have long expired."""

PURGED_AT_ONCE = 500


FORGOTTEN_AT_ONCE = 200

DRAFTS_KEPT = timedelta(days=3)
"""A draft that nobody has gone on with for so long is not worth its room."""

NAMED_WITHIN = timedelta(hours=6)
"""A file that was announced so long ago and is not named by anything was left behind by a process that ended."""

PASSING = frozenset({"source_diff"})
"""Kinds of tasks that are made for one run."""


@dataclass(frozen=True, slots=True)
class Watching:
    """The sweeper and the housekeeper. Everything it does may be done by several clocks at once.

    run_keep   how long ended runs are kept
    """

    store: Store
    blobs: Blobs
    clock: Clock
    run_keep: timedelta

    def sweep(self) -> list[str]:
        """Sends again what was claimed by a worker that fell silent, and frees what waits for nothing."""
        touched = self.store.runs.sweep(self.clock())
        for run_id in touched:
            log.info("run taken back from a silent worker", run=run_id)
        return touched

    def tidy(self) -> None:
        """Removes what has had its time: silent workers, expired sessions, tombstones past their grace."""
        now = self.clock()
        for worker_id in self.store.workers.forget_silent(now - SILENCE):
            log.warning("worker fell silent", worker=worker_id)
        self.store.accounts.forget_expired(now)
        while self.store.sources.purge(now, limit=PURGED_AT_ONCE) == PURGED_AT_ONCE:
            pass
        self._remove_spare()

    def _remove_spare(self) -> None:
        """Removes files that nothing names: first the file, then the note of it, so that none is forgotten."""
        while True:
            announced_before = self.clock() - NAMED_WITHIN
            spare = self.store.copies.doomed(announced_before=announced_before, limit=PURGED_AT_ONCE)
            for blob in spare:
                self.blobs.delete(blob)
            self.store.copies.forget(spare)
            if len(spare) < PURGED_AT_ONCE:
                return

    def forget_runs(self) -> int:
        """Removes runs that ended long ago, with their logs and files, and forsaken drafts; returns how many runs."""
        self.blobs.forget_drafts(older_than=DRAFTS_KEPT.total_seconds())
        before, forgotten = self.clock() - self.run_keep, 0
        while True:
            count, blobs = self.store.runs.forget_ended(before, limit=FORGOTTEN_AT_ONCE, passing=PASSING)
            for blob in blobs:
                self.blobs.delete(blob)
            forgotten += count
            if count < FORGOTTEN_AT_ONCE:
                return forgotten
