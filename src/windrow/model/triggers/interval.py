"""Every so often, counted from an anchor: nothing drifts, however late a run was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from windrow.errors import BadInput
from windrow.model.triggers.trigger import tell_every


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so often, counted from `anchor` (UTC): the n-th moment is anchor + n × every, however late a run was."""

    every: timedelta
    anchor: datetime

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            raise BadInput.of("trigger.every", "must be at least 1 second")
        if self.anchor.tzinfo is None:
            raise BadInput.of("trigger.anchor", "needs a time zone; write it in UTC, such as 2026-01-01T00:00:00Z")

    def next_after(self, moment: datetime) -> datetime:
        """The first moment of the row later than `moment`; before the anchor it is the anchor itself."""
        if moment < self.anchor:
            return self.anchor
        return self.anchor + ((moment - self.anchor) // self.every + 1) * self.every

    def describe(self) -> str:
        """`every 90 minutes`, in the largest unit that is a whole number."""
        return tell_every(self.every)
