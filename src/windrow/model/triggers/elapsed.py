"""So long after the last start, whoever started it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from windrow.errors import BadInput
from windrow.model.triggers.trigger import tell_every


@dataclass(frozen=True, slots=True)
class Elapsed:
    """So long after the last start, whoever started it; at once where it was never started, or where that is past.

    every   counted from one start to the next, so that a start by hand moves all that follow
    last    the last start (UTC); None before the first
    """

    every: timedelta
    last: datetime | None = None

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            raise BadInput.of("trigger.every", "must be at least 1 second")

    def next_after(self, moment: datetime) -> datetime:
        """`every` after the last start, or as soon after `moment` as there is."""
        due = moment if self.last is None else self.last + self.every
        return max(due, moment + timedelta(microseconds=1))

    def describe(self) -> str:
        """`every 90 minutes, counted from its last start`."""
        return f"{tell_every(self.every)}, counted from its last start"
