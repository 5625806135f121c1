"""The ground of a report: where its facts come from, for whom, and how its days are summed up to steps."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from windrow.core.reporting.parameters import Wanted
from windrow.core.reporting.periods import first_day, name_of
from windrow.ports.reporting import Reports, Window
from windrow.ports.sources import Sources

MOST_ROWS = 1_000
"""Rows of one table: what is more is counted, and left out."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the facts of one report are gathered from.

    run_keep   how long ended runs are kept
    check      raises when the work is to stop
    """

    reports: Reports
    sources: Sources
    tenant_id: str
    wanted: Wanted
    now: datetime
    run_keep: timedelta
    check: Callable[[], None]

    @property
    def window(self) -> Window:
        """Which runs it is about."""
        period, chosen = self.wanted.period, self.wanted.source_ids
        return Window(self.tenant_id, period.since, period.until, period.offsets(), chosen or None)

    @property
    def known_since(self) -> datetime:
        """What ended before this moment may have been forgotten."""
        return self.now - self.run_keep

    def step_of(self, day: date) -> date:
        """The first day of the step that a day is in."""
        return first_day(self.wanted.aggregate, day)

    def steps(self) -> list[date]:
        """The first days of all steps of the period."""
        return list(dict.fromkeys(map(self.step_of, self.wanted.period.days())))

    def label(self, step: date) -> str:
        """How a step is called."""
        return name_of(self.wanted.aggregate, step)

    @property
    def step_title(self) -> str:
        """What stands over the column of steps."""
        return {"day": "Day", "week": "Week from", "month": "Month"}[self.wanted.aggregate.value]


Sums = Mapping[date, Mapping[str, int]]
"""By step, by word."""


def sum_up(ground: Ground, found: Iterable[tuple[date, str, int]]) -> Sums:
    """Numbers of days as numbers of steps; each step of the period is there, also one of which nothing was found."""
    sums: dict[date, dict[str, int]] = {step: {} for step in ground.steps()}
    for day, word, number in found:
        step = sums.setdefault(ground.step_of(day), {})
        step[word] = step.get(word, 0) + number
    return dict(sorted(sums.items()))
