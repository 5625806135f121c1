"""Expanding: the moments to which schedules lead in a time ahead, soonest first, in bounded work.

Dense schedules that are as regular as a clock (every minute) are counted by the hour and not walked through; all others
are merged moment by moment. Where there are more than are looked through, what was found is complete up to a moment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

from windrow.model.schedules import INSTANT, Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Cron, Elapsed, Interval
from windrow.model.triggers.zones import zone_of

MOST_MOMENTS = 20_000
"""Moments of all tasks together that are walked through."""

MOST_HOURS = 50_000
"""Hours of all dense schedules together in which their moments are counted."""

MOST_STEPS = 5_000
"""Moments of one task that are gone through to come to the time that is asked for, where they have to be counted."""

HOUR = timedelta(hours=1)
DENSE = timedelta(minutes=20)
"""What is due more often than this on average is counted by the hour, if it can be."""

DENSE_A_DAY = timedelta(days=1) // DENSE


class Moment(NamedTuple):
    """A task is due; it begins then, or so much later as its jitter says."""

    due: datetime
    begins: datetime
    task: Task


@dataclass(frozen=True, slots=True)
class Steady:
    """A dense schedule: how often it is due in each hour that has some, by the hour's begin (UTC)."""

    task: Task
    hours: dict[datetime, int]

    @property
    def total(self) -> int:
        """How often altogether."""
        return sum(self.hours.values())


@dataclass(frozen=True, slots=True)
class Expanded:
    """What is ahead. `complete_until` is the moment up to which nothing is left out; None where nothing is at all."""

    moments: Sequence[Moment]
    steady: Sequence[Steady]
    complete_until: datetime | None


def expand(
    tasks: Sequence[Task],
    begin: datetime,
    end: datetime,
    *,
    most: int = MOST_MOMENTS,
    most_hours: int = MOST_HOURS,
) -> Expanded:
    """What these tasks come to from `begin`, included, to `end`, which is not.

    Their next moments are those kept; the task that is due soonest comes first, or what is said of completeness is not
    true.
    """
    steady: list[Steady] = []
    waiting: list[tuple[datetime, str, Task, Iterator[datetime]]] = []
    room, left_out = most_hours, None
    for task in tasks:
        schedule = task.schedule
        if schedule is None or schedule.next_due is None or schedule.next_due >= end:
            continue
        if is_dense(schedule):
            if room <= 0:
                left_out = max(begin, schedule.next_due)
                break
            hours = _counted(schedule, max(begin, schedule.next_due), end)
            room -= len(hours)
            if hours:
                steady.append(Steady(task, hours))
            continue
        moments = moments_from(schedule, begin)
        first = next(moments, None)
        if first is not None and first < end:
            waiting.append((first, task.id, task, moments))
    found, complete_until = _merged(waiting, end, most)
    return Expanded(found, steady, min(filter(None, (complete_until, left_out)), default=None))


def is_dense(schedule: Schedule) -> bool:
    """Whether it is due so often, and so regularly, that it is counted by the hour."""
    if schedule.windows or schedule.blackouts or schedule.occurrences is not None:
        return False
    match schedule.trigger:
        case Interval(every, _):
            return every < DENSE
        case Cron() as cron:
            return cron.fields.in_real_time and len(cron.fields.minutes) > DENSE_A_DAY
        case _:
            return False


def moments_from(schedule: Schedule, begin: datetime) -> Iterator[datetime]:
    """The moments of a schedule from the one that is kept as its next, those before `begin` left out."""
    due, left = schedule.next_due, schedule.occurrences
    if due is not None and due < begin and left is None and not isinstance(schedule.trigger, Elapsed):
        due = schedule.due_after(begin - INSTANT)
    for step in range(MOST_STEPS + MOST_MOMENTS):
        if due is None or left == 0 or (due < begin and step >= MOST_STEPS):
            return
        if due >= begin:
            yield due
        if isinstance(schedule.trigger, Elapsed):
            return  # what comes after it depends on when that starts
        left = None if left is None else left - 1
        due = schedule.due_after(due)


def _merged(
    waiting: list[tuple[datetime, str, Task, Iterator[datetime]]], end: datetime, most: int
) -> tuple[list[Moment], datetime | None]:
    found: list[Moment] = []
    heapify(waiting)
    while waiting:
        due, task_id, task, moments = waiting[0]
        if len(found) == most:
            return found, due
        schedule = task.schedule
        begins = schedule.ready_at(due, due, task_id) if schedule is not None and schedule.jitter else due
        found.append(Moment(due, begins, task))
        following = next(moments, None)
        if following is not None and following < end:
            heapreplace(waiting, (following, task_id, task, moments))
        else:
            heappop(waiting)
    return found, None


def _counted(schedule: Schedule, begin: datetime, end: datetime) -> dict[datetime, int]:
    stop = end if schedule.end is None else min(end, schedule.end)
    count = _Regular(schedule)
    hours: dict[datetime, int] = {}
    hour = begin.replace(minute=0, second=0, microsecond=0)
    while hour < stop:
        if found := count(max(hour, begin), min(hour + HOUR, stop)):
            hours[hour] = found
        hour += HOUR
    return hours


class _Regular:
    """Counts the moments of a dense schedule within one hour, without walking through them where it can."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._days: dict[date, bool] = {}
        trigger = schedule.trigger
        self._of_hour = _by_hour(trigger.fields.minutes) if isinstance(trigger, Cron) else ()

    def __call__(self, begin: datetime, end: datetime) -> int:
        """How many lie from `begin` to `end`, which lie in one hour."""
        match self._schedule.trigger:
            case Interval(every, anchor):
                first = max(begin, anchor)
                return max(0, -(-(end - anchor) // every) - -(-(first - anchor) // every))
            case Cron() as cron if end - begin == HOUR:
                here = begin.astimezone(zone_of(cron.zone))
                if here.minute == 0 and here.utcoffset() == (end - INSTANT).astimezone(here.tzinfo).utcoffset():
                    return self._of_hour[here.hour] if self._matches(cron, here.date()) else 0
        return self._walked(begin, end)

    def _matches(self, cron: Cron, day: date) -> bool:
        if day not in self._days:
            fields = cron.fields
            self._days[day] = day.month in fields.months and day.day in fields.days_of_month(day.year, day.month)
        return self._days[day]

    def _walked(self, begin: datetime, end: datetime) -> int:
        count, due = 0, self._schedule.due_after(begin - INSTANT)
        while due is not None and due < end:
            count, due = count + 1, self._schedule.due_after(due)
        return count


@lru_cache(maxsize=1_000)
def _by_hour(minutes: tuple[int, ...]) -> tuple[int, ...]:
    """How many of these minutes of the day lie in each of its hours."""
    counts = [0] * 24
    for minute in minutes:
        counts[minute // 60] += 1
    return tuple(counts)
