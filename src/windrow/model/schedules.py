"""A schedule: when a task runs, and what happens when a moment was missed or the last run still goes on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from windrow.model.triggers import AnyTrigger, Elapsed


class Misfire(StrEnum):
    """What to do with moments that passed while no clock ran: nothing, or run once for all of them."""

    SKIP = "skip"
    ONCE = "once"


class Overlap(StrEnum):
    """What to do when the task's last run has not ended: record a skipped run, or queue behind it."""

    SKIP = "skip"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a task runs. Times are UTC; `start` is included, `end` is not.

    occurrences   how many firings are left; None has no limit
    grace         how late a moment may be met and still count as on time
    next_due      the next moment, as the store keeps it; None when nothing is left to come
    """

    trigger: AnyTrigger
    enabled: bool = True
    start: datetime | None = None
    end: datetime | None = None
    occurrences: int | None = None
    misfire: Misfire = Misfire.ONCE
    overlap: Overlap = Overlap.SKIP
    grace: timedelta = timedelta(seconds=60)
    next_due: datetime | None = None

    def due_after(self, moment: datetime) -> datetime | None:
        """The first moment later than `moment` that lies within start, end and occurrences."""
        if not self.enabled or self.occurrences == 0:
            return None
        if self.start is not None and moment < self.start:
            moment = self.start - timedelta(microseconds=1)
        due = self.trigger.next_after(moment)
        return None if self.end is not None and due >= self.end else due

    def started(self, moment: datetime) -> "Schedule":
        """The schedule after a start at that moment, with what is due next; most do not care who started when."""
        if not isinstance(self.trigger, Elapsed):
            return self
        moved = replace(self, trigger=replace(self.trigger, last=moment))
        return replace(moved, next_due=moved.due_after(moment))

    def counts(self, due: datetime, now: datetime) -> bool:
        """Whether a moment that is met at `now` still leads to a run."""
        return now - due <= self.grace or self.misfire is Misfire.ONCE
