"""Walking: one attempt at a pass, page after page: prepared ahead in threads, committed in any order.

Where each page leads to the next, and its kind says that an address may be asked for again later, the next one is begun
as soon as a page is loaded: else reading would wait for every commit, and each page would need one of its own. It is
committed after the page that led to it, however soon it is ready.
"""

import queue
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from windrow.core.harvesting.committing import Committer
from windrow.core.harvesting.comparing import documents_of
from windrow.core.harvesting.open_pages import NOT_MADE, OpenPages
from windrow.core.harvesting.preparing import Prepared, Preparer
from windrow.errors import Draining, HostClosed, ProcessLost, RemoteError, Stopped, StoreUnavailable
from windrow.model.runs import Part
from windrow.ports.clocks import Clock
from windrow.ports.source_kinds import PageKey, lead_of
from windrow.ports.work import Work

log = structlog.get_logger()

LOOK_AHEAD = 20
"""Pages prepared ahead of the commits beside those being fetched: as many as are read while a commit takes place, which
in a large catalogue is as many as it holds. More would only cost memory."""

BESIDE = 2
"""Threads beside those that may have a request under way: theirs are the pages that wait to be read."""

LOOK_AROUND = 0.25
"""Seconds between two looks at whether the run must stop."""

PATIENCE = timedelta(seconds=20)
"""How long a walk keeps its worker while there is nothing to do but wait for a page's next try."""


class RestNeeded(Exception):
    """Nothing can be done before `ready_at`."""

    def __init__(self, ready_at: datetime, reason: str) -> None:
        self.ready_at = ready_at
        super().__init__(reason)


class KindFailed(Exception):
    """A source kind tripped over a page: its own mistake, which another try of the same page would meet again."""

    retryable = False


@dataclass(slots=True, eq=False)
class Flight:
    """A page that is being prepared, and the one that led to it, where it was begun before that was committed."""

    part: Part
    after: "Flight | None" = None
    settled: bool = False

    @property
    def may_settle(self) -> bool:
        """Whether whatever leads to it has had its turn."""
        return self.after is None or self.after.settled


@dataclass(slots=True)
class Walk:
    """One attempt at a pass."""

    work: Work
    preparer: Preparer
    committer: Committer
    clock: Clock
    pages: OpenPages
    _begun: queue.SimpleQueue[tuple[Future[Prepared], Flight]] = field(default_factory=queue.SimpleQueue)

    def run(self) -> None:
        """Walks until no page is open. Raises `Stopped` and `RestNeeded`."""
        workers = self.preparer.source.policies.concurrency
        with _pool(workers + BESIDE) as pool:
            try:
                self._walk(pool, workers + LOOK_AHEAD)
            except (Draining, HostClosed):
                self.committer.commit()  # whoever goes on need not do it again
                raise

    def _walk(self, pool: ThreadPoolExecutor, ahead: int) -> None:
        in_flight: dict[Future[Prepared], Flight] = {}
        room = threading.Semaphore(ahead)
        while True:
            self.work.check()
            while len(in_flight) < ahead and (part := self.pages.take()) is not None:
                flight = Flight(part)
                in_flight[pool.submit(self._prepare, flight, pool, room)] = flight
            in_flight |= self._begun_early()
            if not in_flight and self.committer.commit():
                continue  # what was committed may have led to further pages
            if not in_flight and not self._wait_for_delayed():
                return
            wait([each for each in in_flight if not each.done()], timeout=LOOK_AROUND, return_when=FIRST_COMPLETED)
            for future in _in_order(in_flight, every=self.preparer.source.policies.concurrency == 1):
                flight = in_flight.pop(future)
                if flight.part.id == NOT_MADE:
                    room.release()
                self._settle(flight.part, future)
            if self.committer.is_due:
                self.committer.commit()

    def _prepare(self, flight: Flight, pool: ThreadPoolExecutor, room: threading.Semaphore) -> Prepared:
        def begin(key: PageKey) -> None:
            if not documents_of(key) and room.acquire(blocking=False):
                self._begin_early(key, flight, pool, room)

        prepared = self.preparer.prepare(flight.part, begin)
        if lead_of(self.preparer.kind) is not None:
            for key in prepared.comparison.next:
                begin(key)
        return prepared

    def _begin_early(self, key: PageKey, after: Flight, pool: ThreadPoolExecutor, room: threading.Semaphore) -> None:
        part = self.pages.begin_early(key)
        if part is None:
            room.release()
            return
        flight = Flight(part, after)
        with suppress(RuntimeError):  # the walk has ended meanwhile
            self._begun.put((pool.submit(self._prepare, flight, pool, room), flight))

    def _begun_early(self) -> dict[Future[Prepared], Flight]:
        """What was begun since the last look. A page's successor is begun before it is ready itself."""
        found: dict[Future[Prepared], Flight] = {}
        with suppress(queue.Empty):
            while True:
                future, flight = self._begun.get_nowait()
                found[future] = flight
        return found

    def _wait_for_delayed(self) -> bool:
        """Whether there is a page still to come; gives the worker back when it comes late."""
        part = self.pages.next_delayed
        if part is None or part.ready_at is None:
            return False
        if part.ready_at - self.clock() > PATIENCE:
            raise RestNeeded(part.ready_at, part.error or "the remote asked for a rest")
        self.work.pause(LOOK_AROUND)
        return True

    def _settle(self, part: Part, future: Future[Prepared]) -> None:
        try:
            prepared = future.result()
        except (Stopped, StoreUnavailable):
            raise
        except (RemoteError, ProcessLost) as error:
            self._fail(part, error)
        except Exception as error:
            # The edge of one page: what a kind trips over must not take the other pages along.
            log.exception("source kind failed", run=self.work.run.id, kind=self.preparer.source.kind, page=part.id)
            self._fail(part, KindFailed(f"The kind {self.preparer.source.kind} failed at this page: {error!r}"))
        else:
            self.committer.take(prepared)

    def _fail(self, part: Part, error: Exception) -> None:
        if part.id == NOT_MADE:
            self.committer.commit()  # the page before it, which makes it
            made = self.pages.end_early(part)
            if made is None:
                return  # it is done in its turn
            part = made
        again = self.committer.fail(part, error)
        if again is not None:
            self.pages.put_back(again)


def _in_order(in_flight: Mapping[Future[Prepared], Flight], *, every: bool) -> Iterator[Future[Prepared]]:
    """What may be committed of what is ready, in the order of the pages: of two that hold a record the first counts.

    No page can be committed before the one that makes it. `every` page waits for those before it where a source is
    asked for one page after the other; elsewhere one that comes late holds up nobody.
    """
    waiting = {flight: future for future, flight in in_flight.items()}
    settling = True
    while settling:
        settling = False
        for each in sorted(waiting, key=lambda each: (each.part.id == NOT_MADE, each.part.id)):
            if waiting[each].done() and each.may_settle:
                yield waiting.pop(each)
                each.settled, each.after, settling = True, None, True  # what led to it is needed no more
            elif every:
                return


@contextmanager
def _pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(workers, thread_name_prefix="page")
    try:
        yield pool
    finally:
        # Pages in flight notice the same stop at their next check; what they would give is not waited for.
        pool.shutdown(wait=True, cancel_futures=True)
