"""A schedule: when a task runs, and what happens when a moment was missed or the last run still goes on."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from windrow.errors import BadInput
from windrow.model.triggers import AnyTrigger, Elapsed
from windrow.model.windows import Window, free_from

INSTANT = timedelta(microseconds=1)

PAUSE_AFTER = 5
"""After so many failures in a row a schedule pauses, unless told otherwise."""

MOST_MISSED = 100
"""How many missed moments are made up for, unless told otherwise."""

MOST_STEPS = 1_000
"""How many moments may lie outside all windows before it is said that none lies inside."""


class Misfire(StrEnum):
    """What to do with moments that passed while no clock ran: nothing, one run for all of them, or one for each."""

    SKIP = "skip"
    ONCE = "once"
    ALL = "all"


class Overlap(StrEnum):
    """What to do when the task's last run has not ended.

    skip      record a skipped run
    queue     wait for its end, however many wait already
    allow     run beside it
    replace   cancel it, and run when it has stopped
    """

    SKIP = "skip"
    QUEUE = "queue"
    ALLOW = "allow"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a task runs. Times are UTC; `start` is included, `end` is not.

    occurrences     how many firings are left; None has no limit
    grace           how late a moment may be met and still count as on time
    most_missed     how many missed moments, the latest, are made up for where each gets a run (`Misfire.ALL`)
    jitter          each run begins up to so much later, so that not all begin at once
    pause_after     it pauses after so many failed runs in a row; 0 never
    paused          why it paused by itself; "" where it did not
    counted_after   failures of runs with later ids count; it is the moment at which a paused schedule was resumed
    windows         only moments in one of them count; none means always
    blackouts       moments in one of them do not count
    next_due        the next moment, as the store keeps it; None when nothing is left to come
    """

    trigger: AnyTrigger
    enabled: bool = True
    start: datetime | None = None
    end: datetime | None = None
    occurrences: int | None = None
    misfire: Misfire = Misfire.ONCE
    overlap: Overlap = Overlap.SKIP
    grace: timedelta = timedelta(seconds=60)
    most_missed: int = MOST_MISSED
    jitter: timedelta = timedelta()
    pause_after: int = PAUSE_AFTER
    paused: str = ""
    counted_after: str = ""
    windows: tuple[Window, ...] = ()
    blackouts: tuple[Window, ...] = ()
    next_due: datetime | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.most_missed <= 1_000:
            raise BadInput.of("schedule.most_missed", "must lie between 1 and 1000")
        if not 0 <= self.pause_after <= 100:
            raise BadInput.of("schedule.pause_after", "must lie between 0 (never) and 100")
        if not timedelta() <= self.jitter <= timedelta(days=1):
            raise BadInput.of("schedule.jitter", "must lie between 0 and 86400 seconds (a day)")

    def due_after(self, moment: datetime) -> datetime | None:
        """The first moment later than `moment` that lies within start, end, occurrences and windows."""
        if not self.enabled or self.occurrences == 0:
            return None
        if self.start is not None and moment < self.start:
            moment = self.start - INSTANT
        for _ in range(MOST_STEPS):
            due: datetime | None = self.trigger.next_after(moment)
            if due is None or (self.end is not None and due >= self.end):
                return None
            free = self.free_from(due)
            if free is None or free == due:
                return free
            moment = free - INSTANT
        return None

    def free_from(self, moment: datetime) -> datetime | None:
        """The first moment from this one on that no window or blackout forbids; None where there is none."""
        return free_from(moment, self.windows, self.blackouts)

    def ready_at(self, due: datetime, now: datetime, task_id: str) -> datetime:
        """When the run of a moment may begin: after its jitter, and not in a blackout.

        The jitter of a task's moment is always the same, whoever works it out.
        """
        digest = blake2b(f"{task_id} {due.timestamp():.6f}".encode(), digest_size=4).digest()
        moment = max(now, due + self.jitter * (int.from_bytes(digest, "big") / 2**32))
        return self.free_from(moment) or moment

    def missed(self, due: datetime, now: datetime) -> list[datetime]:
        """The moments from `due` to `now`, the latest `most_missed` of them, the earliest first."""
        span = timedelta(seconds=1)
        while True:
            begin = max(due, now - span)
            found: deque[datetime] = deque(maxlen=self.most_missed)
            moment = self.due_after(begin - INSTANT)
            while moment is not None and moment <= now:
                found.append(moment)
                moment = self.due_after(moment)
            if begin == due or len(found) == self.most_missed:
                return list(found)
            span *= 2

    def started(self, moment: datetime) -> "Schedule":
        """The schedule after a start at that moment, with what is due next; most do not care who started when."""
        if not isinstance(self.trigger, Elapsed):
            return self
        moved = replace(self, trigger=replace(self.trigger, last=moment))
        return replace(moved, next_due=moved.due_after(moment))

    def counts(self, due: datetime, now: datetime) -> bool:
        """Whether a moment that is met at `now` still leads to a run."""
        return now - due <= self.grace or self.misfire is not Misfire.SKIP

    def describe(self) -> str:
        """`every 6 hours`, and whether it is paused."""
        told = self.trigger.describe()
        if self.enabled:
            return told
        return f"{told} (paused: {self.paused})" if self.paused else f"{told} (paused)"
