"""What reports are made of, as the store gathers it, and what draws them.

Every query is over one tenant and one period, reads by an index, and is summed up in the database: what comes back is
as long as the period has days, or as it was asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from windrow.model.reports import Report, ReportFile
from windrow.model.runs import RunState


class Offset(NamedTuple):
    """What a wall clock is ahead of UTC, in seconds, before `until` and after the offset before it."""

    until: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class Window:
    """Which runs: of this tenant, created from `since` to before `until`.

    offsets     of the wall clock whose days are meant, at least one, the last one reaching to the end
    source_ids  only what worked on these sources; None for all of the tenant
    """

    tenant_id: str
    since: datetime
    until: datetime
    offsets: Sequence[Offset]
    source_ids: Sequence[int] | None = None


class DayCount(NamedTuple):
    """How many runs of a kind, created on a day, are in a state."""

    day: date
    kind: str
    state: RunState
    runs: int


class Duration(NamedTuple):
    """How long runs of a kind took that ended, in seconds from their first beginning to their end."""

    kind: str
    runs: int
    median: float
    p95: float
    longest: float


class Reason(NamedTuple):
    """Why runs failed: the beginning of what they told; `last_run_id` is the newest of them."""

    kind: str
    reason: str
    runs: int
    last_run_id: str


class Used(NamedTuple):
    """How much ran, and for how many seconds. `owner` is "" for one who is gone; `task` "" where many are meant."""

    owner: str
    kind: str
    task: str
    runs: int
    failed: int
    seconds: float


class DayGrowth(NamedTuple):
    """How many records the harvests created on a day added, changed, deleted and restored."""

    day: date
    added: int
    changed: int
    deleted: int
    restored: int


class SourceGrowth(NamedTuple):
    """The same for one source over the whole period; `resources` is how many it has now."""

    source_id: int
    source: str
    added: int
    changed: int
    deleted: int
    restored: int
    resources: int


class TaskPast(NamedTuple):
    """What became of a task's runs: how many there were, failed, were partial; seconds that one took on average."""

    runs: int
    failed: int
    partial: int
    seconds: float | None


class Reports(Protocol):
    """Facts for reports."""

    def runs_by_day(self, window: Window) -> Sequence[DayCount]:
        """How many runs there were, by day, kind and state."""
        ...

    def durations(self, window: Window) -> Sequence[Duration]:
        """How long runs took, by kind."""
        ...

    def reasons(self, window: Window, *, limit: int) -> Sequence[Reason]:
        """Why runs failed or were partial, the most frequent first."""
        ...

    def used_by_owner(self, window: Window, *, limit: int) -> Sequence[Used]:
        """What ran, by owner and kind, what took longest first."""
        ...

    def used_by_task(self, window: Window, *, limit: int) -> Sequence[Used]:
        """What ran, by task, what took longest first."""
        ...

    def growth_by_day(self, window: Window) -> Sequence[DayGrowth]:
        """What harvests did to the catalogue, by day; days without any are left out."""
        ...

    def growth_by_source(self, window: Window, *, limit: int) -> Sequence[SourceGrowth]:
        """What harvests did to the catalogue, by source, where most happened first."""
        ...

    def resources(self, window: Window) -> int:
        """How many resources the sources have now."""
        ...

    def pasts(self, window: Window, task_ids: Sequence[str]) -> Mapping[str, TaskPast]:
        """What became of these tasks' runs in the period; tasks without any are left out."""
        ...

    def quarantined(self, source_ids: Sequence[int]) -> Mapping[int, int]:
        """How many resources of these sources are in quarantine; sources without any are left out."""
        ...

    def waiting(self, source_ids: Sequence[int]) -> Mapping[int, int]:
        """How many deletions a held review of these sources is about; sources without one are left out."""
        ...


class Draw(Protocol):
    """Draws a report as files. Pure: the same report gives the same words."""

    def __call__(self, report: Report, formats: Sequence[str]) -> Sequence[ReportFile]:
        """The files of these formats: html and pdf are one each, csv is one for each table."""
        ...
