"""Committing pages: everything they change in one transaction, or noted as failed."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from windrow.core.harvesting.comparing import DUPLICATE, FAILED, GONE, LEFT_OUT, Comparison, documents_of, plain
from windrow.core.harvesting.open_pages import NOT_MADE, OpenPages
from windrow.core.harvesting.preparing import Prepared
from windrow.core.harvesting.reading import told
from windrow.core.harvesting.tally import Tally
from windrow.errors import RemoteError
from windrow.model.resources import Outcome
from windrow.model.runs import Level, Part, Progress
from windrow.model.tasks import Retry
from windrow.ports.clocks import Clock
from windrow.ports.harvests import CommitPage, Harvests, PageCommit, PageMemory, Pass
from windrow.ports.runs import Entry
from windrow.ports.work import Work

GATHER_RECORDS = 1500
GATHER_SECONDS = 0.5
"""Pages are committed together up to so many records, or after so long: a transaction costs the same for any number,
and writes each page of an index once that it touches, which in a large catalogue is nearly a page for each record and
index. More would cost memory; and so much work at most is done again after a crash."""

LOGGED_PER_PAGE = 20
NO_MEMORY = (Outcome.QUARANTINED, DUPLICATE, FAILED, GONE, LEFT_OUT)
"""Pages with any of these are read again the next time: what they hold must be counted again."""

BACK_OFF = Retry(first=1.0, longest=60.0)


@dataclass(slots=True)
class Committer:
    """Writes what one attempt at a pass found, and keeps its tally. `total_said` is what the last page announced."""

    work: Work
    harvests: Harvests
    begun: Pass
    clock: Clock
    tally: Tally
    pages: OpenPages
    page_attempts: int
    total_said: int | None = None
    _gathered: list[Prepared] = field(default_factory=list)
    _since: float = 0.0

    def take(self, prepared: Prepared) -> None:
        """Gathers a page; commits when that makes enough. Raises `LeaseLost` and `Cancelled`."""
        if not self._gathered:
            self._since = time.monotonic()
        self._gathered.append(prepared)
        if sum(each.comparison.own for each in self._gathered) >= GATHER_RECORDS:
            self.commit()

    @property
    def is_due(self) -> bool:
        """Whether what was gathered has waited long enough."""
        return bool(self._gathered) and time.monotonic() - self._since >= GATHER_SECONDS

    def commit(self) -> bool:
        """Commits what was gathered, in one transaction; whether there was anything. Raises as `take` does."""
        if not self._gathered:
            return False
        gathered, self._gathered = self._gathered, []
        with self.harvests.committing(self.work.run.id, self.work.run.attempt, self.begun.source_id) as commit:
            for each in gathered:
                if (made := self._made(each)) is not None:
                    self._commit(made, commit)
        return True

    def _made(self, prepared: Prepared) -> Prepared | None:
        """With its part, where the page before it was only now committed; None for one that is not to be settled."""
        if prepared.part.id != NOT_MADE:
            return prepared
        part = self.pages.end_early(prepared.part)
        return None if part is None else replace(prepared, part=part)

    def _commit(self, prepared: Prepared, commit: CommitPage) -> None:
        comparison, now = prepared.comparison, self.clock()
        documents = bool(documents_of(prepared.part.key))
        repeated = self.tally.count_repeated(comparison)
        unknown = self.tally.announced is None
        self.tally.total = self.tally.expect(comparison, documents=documents)
        counts = self.tally.counts + comparison.counts
        committed = commit(
            PageCommit(
                part_id=prepared.part.id,
                now=now,
                changes=[*comparison.fresh, *comparison.changed],
                seen=list(comparison.seen),
                returned=list(comparison.returned),
                gone=comparison.gone,
                relisted=comparison.relisted,
                touched=comparison.touched,
                next=comparison.next,
                memory=self._memory(prepared),
                counts=plain(comparison.counts),
                progress=Progress(counts.total(), self._at_least(counts.total()), plain(counts)),
                problems=self._problems(comparison),
                doubts=[] if documents else comparison.doubts[:LOGGED_PER_PAGE],
                repeated=repeated,
                announced=self.tally.announced if unknown else None,
                log=_log_of(comparison, prepared.part, now),
            ),
        )
        self.tally.note(comparison, committed.new_ids, Counter(committed.progress.counts))
        self.pages.note(committed.new_parts)

    def fail(self, part: Part, error: Exception) -> Part | None:
        """Notes that a page could not be had; returns it as it is tried again, or None when it is given up."""
        now, attempts = self.clock(), part.attempts + 1
        reason = told(str(error)) or type(error).__name__
        wait = _wait_after(error, attempts)
        last = not getattr(error, "retryable", True) or attempts >= self.page_attempts
        retry_at = None if last else now + timedelta(seconds=wait)
        message = reason if last else f"{reason} Try {attempts}; next in {wait:.0f} s."
        self.harvests.fail_page(
            self.work.run.id,
            self.work.run.attempt,
            part.id,
            error=reason,
            retry_at=retry_at,
            log=[Entry(now, Level.ERROR if last else Level.WARNING, message, part=name_of(part))],
        )
        if retry_at is None:
            return None
        return Part(part.id, part.run_id, part.key, part.state, attempts, retry_at, error=reason)

    def _at_least(self, done: int) -> int | None:
        return None if self.tally.total is None else max(self.tally.total, done)

    def _problems(self, comparison: Comparison) -> list[str]:
        problems = [f"could not be loaded: {name}: {reason}" for name, reason in comparison.failed[:LOGGED_PER_PAGE]]
        said, before = comparison.total, self.total_said
        if said is not None and before not in (None, said):
            problems.append(f"the list changed while it was read: it held {before} records, then {said}")
        self.total_said = before if said is None else said
        return problems

    def _memory(self, prepared: Prepared) -> PageMemory | None:
        comparison = prepared.comparison
        if prepared.fingerprint is None or not self.begun.whole or comparison.listed:
            return None  # The pages of an incremental pass never come again; documents change without their listing.
        if any(comparison.counts[word] for word in NO_MEMORY):
            return None
        return PageMemory(prepared.fingerprint, comparison.next, comparison.total)


def name_of(part: Part) -> str:
    """A page as the log names it: its number among all pages."""
    return f"page {part.id}"


def _wait_after(error: Exception, attempts: int) -> float:
    chance = random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing
    asked = error.retry_after or 0.0 if isinstance(error, RemoteError) else 0.0
    return max(asked, BACK_OFF.wait(attempts, chance))


def _log_of(comparison: Comparison, part: Part, now: datetime) -> list[Entry]:
    def entries(level: Level, verb: str, found: Sequence[tuple[str, str]]) -> list[Entry]:
        return [
            Entry(now, level, f"{verb} {name}: {problem}", name_of(part), {"identifier": name})
            for name, problem in found[:LOGGED_PER_PAGE]
        ]

    listed = [
        *entries(Level.WARNING, "quarantined", comparison.quarantined),
        *entries(Level.ERROR, "could not be loaded:", comparison.failed),
    ]
    if comparison.counts[DUPLICATE]:
        told_twice = f"{comparison.counts[DUPLICATE]} records were listed twice"
        listed.append(Entry(now, Level.WARNING, told_twice, name_of(part)))
    return listed
