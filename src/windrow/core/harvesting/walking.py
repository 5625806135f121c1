"""Walking: one attempt at a pass, page after page: prepared ahead in threads, committed one by one, in any order."""

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from windrow.core.harvesting.comparing import DUPLICATE, FAILED, Comparison, plain
from windrow.core.harvesting.idset import IdSet
from windrow.core.harvesting.preparing import Prepared, Preparer
from windrow.errors import RemoteError
from windrow.model.resources import Outcome
from windrow.model.runs import Level, Part, Progress
from windrow.model.tasks import Retry
from windrow.ports.clocks import Clock
from windrow.ports.harvests import Harvests, PageCommit, PageMemory, Pass
from windrow.ports.runs import Entry
from windrow.ports.work import Work

LOOK_AHEAD = 2
"""Pages prepared ahead of the commits beside those being fetched: more would only cost memory."""

PARTS_AT_ONCE = 200
LOOK_AROUND = 0.25
"""Seconds between two looks at whether the run must stop."""

PATIENCE = timedelta(seconds=20)
"""How long a walk keeps its worker while there is nothing to do but wait for a page's next try."""

LOGGED_PER_PAGE = 20
NO_MEMORY = (Outcome.QUARANTINED, DUPLICATE, FAILED)
"""Pages with any of these are read again the next time: what they hold must be counted again."""


class RestNeeded(Exception):
    """Nothing can be done before `ready_at`."""

    def __init__(self, ready_at: datetime, reason: str) -> None:
        self.ready_at = ready_at
        super().__init__(reason)


@dataclass(slots=True)
class Walk:
    """One attempt at a pass. `counts` and `seen` begin with what earlier attempts committed."""

    work: Work
    harvests: Harvests
    preparer: Preparer
    begun: Pass
    clock: Clock
    counts: Counter[str]
    seen: IdSet
    total: int | None
    pending: list[Part] = field(default_factory=list)
    last_part: int = 0
    delayed: list[tuple[datetime, int, Part]] = field(default_factory=list)
    total_said: int | None = None

    def run(self) -> None:
        """Walks until no page is open. Raises `Stopped` and `RestNeeded`."""
        workers = self.preparer.source.policies.concurrency
        with _pool(workers) as pool:
            in_flight: set[Future[Prepared]] = set()
            parts: dict[Future[Prepared], Part] = {}
            while True:
                self.work.check()
                while len(in_flight) < workers + LOOK_AHEAD and (part := self._next_part()) is not None:
                    future = pool.submit(self.preparer.prepare, part)
                    parts[future] = part
                    in_flight.add(future)
                if not in_flight and not self._wait_for_delayed():
                    return
                ready, in_flight = wait(in_flight, timeout=LOOK_AROUND, return_when=FIRST_COMPLETED)
                for future in ready:
                    self._settle(parts.pop(future), future)

    def progress(self) -> Progress:
        """How far the pass is, by what was committed."""
        done = sum(self.counts.values())
        return Progress(done, self.total if self.total is None else max(self.total, done), plain(self.counts))

    def _next_part(self) -> Part | None:
        now = self.clock()
        if self.delayed and self.delayed[0][0] <= now:
            return heapq.heappop(self.delayed)[2]
        while not self.pending:
            self.pending = self.harvests.open_pages(self.work.run.id, after=self.last_part, limit=PARTS_AT_ONCE)
            if not self.pending:
                return None
            self.last_part = self.pending[-1].id
            self._set_delayed_aside(now)
        return self.pending.pop(0)

    def _set_delayed_aside(self, now: datetime) -> None:
        ready = [part for part in self.pending if part.ready_at is None or part.ready_at <= now]
        for part in self.pending:
            if part.ready_at is not None and part.ready_at > now:
                heapq.heappush(self.delayed, (part.ready_at, part.id, part))
        self.pending = ready

    def _wait_for_delayed(self) -> bool:
        """Whether there is a page still to come; gives the worker back when it comes late."""
        if not self.delayed:
            return False
        ready_at, _, part = self.delayed[0]
        if ready_at - self.clock() > PATIENCE:
            raise RestNeeded(ready_at, part.error or "the remote asked for a rest")
        self.work.pause(LOOK_AROUND)
        return True

    def _settle(self, part: Part, future: Future[Prepared]) -> None:
        try:
            prepared = future.result()
        except RemoteError as error:
            self._fail(part, error)
        else:
            self._commit(prepared)

    def _commit(self, prepared: Prepared) -> None:
        comparison, now = prepared.comparison, self.clock()
        seen = self._first_time(comparison)
        counts = self.counts + comparison.counts
        self.total = self._new_total(comparison)
        committed = self.harvests.commit_page(
            self.work.run.id,
            self.work.run.attempt,
            self.begun.source_id,
            PageCommit(
                part_id=prepared.part.id,
                now=now,
                changes=[*comparison.fresh, *comparison.changed],
                seen=seen,
                returned=comparison.returned,
                gone=comparison.gone,
                touched=comparison.touched,
                next=comparison.next,
                memory=self._memory(prepared),
                counts=plain(comparison.counts),
                progress=Progress(sum(counts.values()), self._at_least(counts), plain(counts)),
                problems=self._problems(comparison),
                log=_log_of(comparison, prepared.part, now),
            ),
        )
        self.counts = Counter(committed.progress.counts)
        for number in (*committed.new_ids, *comparison.returned, *(each.id or 0 for each in comparison.changed)):
            self.seen.add(number)

    def _at_least(self, counts: Counter[str]) -> int | None:
        return None if self.total is None else max(self.total, sum(counts.values()))

    def _first_time(self, comparison: Comparison) -> list[int]:
        # A record that an earlier page of this pass held is a duplicate, or the list shifted while we paged.
        seen = [number for number in comparison.seen if self.seen.add(number)]
        repeated = len(comparison.seen) - len(seen)
        if repeated:
            comparison.counts[Outcome.UNCHANGED] -= repeated
            comparison.counts[DUPLICATE] += repeated
        return seen

    def _new_total(self, comparison: Comparison) -> int | None:
        if comparison.found:
            return (self.total or 0) + comparison.found
        return comparison.total if self.total is None else self.total

    def _problems(self, comparison: Comparison) -> list[str]:
        problems = [f"could not be loaded: {name}: {reason}" for name, reason in comparison.failed[:LOGGED_PER_PAGE]]
        said = comparison.total
        if said is not None and not comparison.found and self.total_said not in (None, said):
            problems.append(f"the list changed while it was read: it held {self.total_said} records, then {said}")
        self.total_said = self.total_said if said is None else said
        return problems

    def _memory(self, prepared: Prepared) -> PageMemory | None:
        comparison = prepared.comparison
        if prepared.fingerprint is None or any(comparison.counts[word] for word in NO_MEMORY):
            return None
        return PageMemory(prepared.fingerprint, comparison.next, comparison.total)

    def _fail(self, part: Part, error: RemoteError) -> None:
        now = self.clock()
        attempts = part.attempts + 1
        wait_for = _wait_after(error, attempts)
        last = not error.retryable or attempts >= self.preparer.source.policies.page_attempts
        retry_at = None if last else now + timedelta(seconds=wait_for)
        told = f"{error}" if last else f"{error} Try {attempts}; next in {wait_for:.0f} s."
        self.harvests.fail_page(
            self.work.run.id,
            self.work.run.attempt,
            part.id,
            error=str(error),
            retry_at=retry_at,
            log=[Entry(now, Level.ERROR if last else Level.WARNING, told, part=name_of(part))],
        )
        if retry_at is not None:
            again = Part(part.id, part.run_id, part.key, part.state, attempts, retry_at, error=str(error))
            heapq.heappush(self.delayed, (retry_at, part.id, again))


def _wait_after(error: RemoteError, attempts: int) -> float:
    chance = random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing
    return max(error.retry_after or 0.0, Retry(first=1.0, longest=60.0).wait(attempts, chance))


def name_of(part: Part) -> str:
    """A page as the log names it: its number in the run."""
    return f"page {part.id}"


def _log_of(comparison: Comparison, part: Part, now: datetime) -> list[Entry]:
    entries = [
        Entry(now, Level.WARNING, f"quarantined {name}: {problem}", name_of(part), {"identifier": name})
        for name, problem in comparison.quarantined[:LOGGED_PER_PAGE]
    ]
    entries += [
        Entry(now, Level.ERROR, f"could not be loaded: {name}: {problem}", name_of(part), {"identifier": name})
        for name, problem in comparison.failed[:LOGGED_PER_PAGE]
    ]
    if comparison.counts[DUPLICATE]:
        told = f"{comparison.counts[DUPLICATE]} records were listed twice"
        entries.append(Entry(now, Level.WARNING, told, name_of(part)))
    return entries


@contextmanager
def _pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(workers, thread_name_prefix="page")
    try:
        yield pool
    finally:
        # Pages in flight notice the same stop at their next check; what they would give is not waited for.
        pool.shutdown(wait=True, cancel_futures=True)
