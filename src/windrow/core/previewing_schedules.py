"""Looking ahead: what a schedule leads to before it is saved, and what all schedules lead to in the days to come."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from windrow.core.closing import Closing, Keeping, Keepings, Wait
from windrow.errors import BadInput
from windrow.model.accounts import Principal, Right
from windrow.model.paging import LARGEST_PAGE
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Calendar, Cron, Elapsed
from windrow.model.triggers.zones import zone_of
from windrow.ports.clocks import Clock
from windrow.ports.tasks import Tasks

MOST_PREVIEWED = 100
MOST_DAYS = 31

MOST_OF_ONE = 2_000
"""Moments of one task that are looked through."""

MOST_OF_ALL = 20_000

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a schedule means: in words, in one spelling (of cron only), and the moments that come of it (UTC).

    waits   which of these moments find their source's host closed
    """

    description: str
    canonical: str | None
    zone: str
    moments: list[datetime]
    waits: Mapping[datetime, Wait] = field(default_factory=dict)

    def shown(self, moment: datetime) -> datetime:
        """The moment as the wall clock of the zone shows it."""
        return moment.astimezone(zone_of(self.zone))


@dataclass(frozen=True, slots=True)
class HeldUp:
    """A task that is due while the host of its source is closed.

    due     the first such moment
    wait    what its run finds then
    count   how many such moments there are
    """

    task: Task
    due: datetime
    wait: Wait
    count: int


@dataclass(frozen=True, slots=True)
class Coming:
    """What will run by itself until then.

    hours        those in which something is due, with how much
    collisions   minutes in which several tasks are due, the fullest first
    complete     False where there was more than is looked through
    held_up      tasks that will have to wait for a host to open, the soonest first
    """

    until: datetime
    total: int
    hours: list[tuple[datetime, int]]
    collisions: list[tuple[datetime, list[Task]]]
    complete: bool
    held_up: list[HeldUp] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PreviewingSchedules:
    """Looks ahead; writes nothing."""

    tasks: Tasks
    clock: Clock
    closing: Closing

    def preview(
        self,
        principal: Principal,
        schedule: Schedule,
        *,
        count: int = 5,
        after: datetime | None = None,
        source_id: int | None = None,
    ) -> Preview:
        """The next moments of a schedule that need not be saved, for work on a source perhaps.

        Raises `BadInput`, and `NotFound` for a source that there is not.
        """
        keeping = self.keeping(principal, source_id)
        found = preview_of(schedule, self.clock() if after is None else after, count)
        if keeping is None:
            return found
        return replace(found, waits={each: wait for each in found.moments if (wait := keeping.wait(each))})

    def keeping(self, principal: Principal, source_id: int | None) -> Keeping | None:
        """The host of a source, where it has hours to keep to. Raises `NotFound`."""
        principal.need(Right.READ)
        return None if source_id is None else self.closing.of_source(source_id, tenant_id=principal.scope)

    def coming(self, principal: Principal, *, days: int = 1) -> Coming:
        """What will run by itself in so many days. Raises `BadInput`."""
        principal.need(Right.READ)
        if not 1 <= days <= MOST_DAYS:
            raise BadInput.of("days", f"must lie between 1 and {MOST_DAYS}")
        now = self.clock()
        until = now + timedelta(days=days)
        tasks = self.tasks.coming(tenant_id=principal.scope, limit=LARGEST_PAGE)
        hours: Counter[datetime] = Counter()
        minutes: dict[datetime, dict[str, Task]] = {}
        complete, room = len(tasks) < LARGEST_PAGE, MOST_OF_ALL
        keepings, held_up = self.closing.of_tasks(tasks), list[HeldUp]()
        for task in tasks:
            found = _moments_until(task, until, min(MOST_OF_ONE, room) + 1)
            complete = complete and len(found) <= min(MOST_OF_ONE, room)
            room -= min(room, len(found))
            held_up += _held_up(task, found, keepings)
            for moment in found:
                hours[moment.replace(minute=0, second=0, microsecond=0)] += 1
                minutes.setdefault(moment.replace(second=0, microsecond=0), {})[task.id] = task
        full = [(minute, list(some.values())) for minute, some in minutes.items() if len(some) > 1]
        full.sort(key=lambda each: (-len(each[1]), each[0]))
        held_up.sort(key=lambda each: each.due)
        return Coming(until, sum(hours.values()), sorted(hours.items()), full, complete, held_up)


def preview_of(schedule: Schedule, after: datetime, count: int = 5) -> Preview:
    """The first moments of a schedule later than another. Raises `BadInput`."""
    if not 1 <= count <= MOST_PREVIEWED:
        raise BadInput.of("count", f"must lie between 1 and {MOST_PREVIEWED}")
    trigger = schedule.trigger
    try:
        moments = moments_of(schedule, after, count)
    except OverflowError as error:
        raise BadInput.of("after", "lies too far from today: choose a year that people live in") from error
    zone = trigger.zone if isinstance(trigger, Cron | Calendar) else "UTC"
    return Preview(trigger.describe(), trigger.canonical if isinstance(trigger, Cron) else None, zone, moments)


def moments_of(schedule: Schedule, after: datetime, count: int) -> list[datetime]:
    """The first moments of a schedule later than another, within its start, end, windows and occurrences."""
    if isinstance(schedule.trigger, Elapsed):
        due = schedule.due_after(after)
        return [] if due is None else [due]  # what comes after it depends on when that starts
    found: list[datetime] = []
    most = count if schedule.occurrences is None else min(count, schedule.occurrences)
    due = schedule.due_after(after)
    while due is not None and len(found) < most:
        found.append(due)
        due = schedule.due_after(due)
    return found


def _held_up(task: Task, moments: list[datetime], keepings: Keepings) -> list[HeldUp]:
    waits = [(moment, wait) for moment in moments if (wait := keepings.wait(task, moment)) is not None]
    return [HeldUp(task, *waits[0], len(waits))] if waits else []


def _moments_until(task: Task, until: datetime, most: int) -> list[datetime]:
    schedule = task.schedule
    if schedule is None or schedule.next_due is None or schedule.next_due >= until:
        return []
    later = moments_of(schedule, schedule.next_due, most - 1) if most > 1 else []
    left = most if schedule.occurrences is None else schedule.occurrences
    every = [schedule.next_due, *later][: max(0, left)]
    return list(islice((each for each in every if each < until), most))
