"""What people ask of the agenda: tasks by name, what is due next, what is paused, and the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from windrow.core.agenda.expanding import Expanded, Moment, Steady, expand
from windrow.core.agenda.loading import UNKNOWN, Collision, HourLoad, Span, collisions_of, load_hours
from windrow.core.closing import Closing, Keepings, Wait
from windrow.core.runs import HARVEST, TaskDraft, Tasks
from windrow.core.scheduling import SOURCE_WORK
from windrow.errors import BadInput, Conflict
from windrow.model.accounts import Principal, Right
from windrow.model.paging import LARGEST_PAGE, PageOf, check_limit
from windrow.model.runs import Run
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.ports.agenda import Met, TaskFilter
from windrow.ports.clocks import Clock
from windrow.ports.store import Store

LONGEST_VIEW = timedelta(days=32)
MOST_TASKS = 3 * LARGEST_PAGE
"""Tasks whose schedules are looked into for one calendar, the soonest due."""

MOST_MET = 5_000
"""Past moments that are looked at for one calendar, the latest."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """A task in a list, with its last run beside it, and what its next one would find: a closed host perhaps."""

    task: Task
    last_run: Run | None
    wait: Wait | None = None

    @property
    def source_id(self) -> int | None:
        """The source that it belongs to, where it does."""
        return source_of(self.task)


@dataclass(frozen=True, slots=True)
class CalendarView:
    """What ran and what will run in a time.

    met               past moments, the earliest first
    met_since         None, or the moment before which past ones were left out
    moments, steady   what is ahead
    complete_until    None, or the moment from which on some of what is ahead is left out
    lasting           how long a run of a task usually takes, by task
    keepings          tasks whose runs wait where a host is closed
    slots             how many runs the workers carry at once; 0 where there is none
    """

    begin: datetime
    end: datetime
    met: Sequence[Met]
    met_since: datetime | None
    moments: Sequence[Moment]
    steady: Sequence[Steady]
    complete_until: datetime | None
    hours: Sequence[HourLoad]
    collisions: Sequence[Collision]
    lasting: Mapping[str, timedelta]
    slots: int
    keepings: Keepings = Keepings()

    @property
    def total(self) -> int:
        """How many moments, past ones and those ahead."""
        return len(self.met) + len(self.moments) + sum(each.total for each in self.steady)


@dataclass(frozen=True, slots=True)
class Agenda:
    """Looks over many tasks at once, and switches schedules off and on."""

    store: Store
    tasks: Tasks
    clock: Clock

    def kinds(self, principal: Principal) -> list[str]:
        """The kinds that there are tasks of."""
        principal.need(Right.READ)
        return self.store.agenda.kinds(tenant_id=principal.scope)

    def named(
        self,
        principal: Principal,
        *,
        words: str = "",
        kinds: Sequence[str] | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> PageOf[Listed]:
        """Tasks whose names hold the words, the newest first. A page that is not full may be followed by others."""
        which = self._which(principal, kinds)
        page = self.store.agenda.named(which, words=words, limit=check_limit(limit), cursor=cursor)
        return PageOf(self._listed(page.items), page.next)

    def due(
        self, principal: Principal, *, kinds: Sequence[str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> PageOf[Listed]:
        """Tasks that are due next, the soonest first."""
        page = self.store.agenda.due(self._which(principal, kinds), limit=check_limit(limit), cursor=cursor)
        return PageOf(self._listed(page.items), page.next)

    def paused(
        self, principal: Principal, *, kinds: Sequence[str] | None = None, limit: int = 50, cursor: str | None = None
    ) -> PageOf[Listed]:
        """Tasks whose schedule is switched off, the newest first."""
        page = self.store.agenda.paused(self._which(principal, kinds), limit=check_limit(limit), cursor=cursor)
        return PageOf(self._listed(page.items), page.next)

    def lasting(self, principal: Principal, task_id: str) -> timedelta | None:
        """How long a run of this task usually takes; None where none has ended well. Raises `NotFound`."""
        task = self.tasks.get(principal, task_id)
        return self.store.agenda.durations([task.id]).get(task.id)

    def pause(self, principal: Principal, task_id: str) -> Task:
        """Switches a task's schedule off. Raises `Conflict` for one that belongs to a source, or has none."""
        return self._switch(principal, task_id, enabled=False)

    def resume(self, principal: Principal, task_id: str) -> Task:
        """Switches it on again: failures are counted anew, and what was missed meanwhile is not made up for."""
        return self._switch(principal, task_id, enabled=True)

    def calendar(
        self, principal: Principal, *, begin: datetime, end: datetime, kinds: Sequence[str] | None = None
    ) -> CalendarView:
        """What ran and will run from `begin`, included, to `end`, which is not. Raises `BadInput`.

        However many schedules there are, the soonest due `MOST_TASKS` are looked into, and the latest `MOST_MET` past
        moments; the answer says up to where it is complete.
        """
        which = self._which(principal, kinds)
        if not timedelta() < end - begin <= LONGEST_VIEW:
            raise BadInput.of("days", f"must lie between 1 and {LONGEST_VIEW.days}")
        met, met_since = self._met(which, begin, end)
        tasks, first_left_out = self._soonest(which, end)
        ahead = expand(tasks, begin, end)
        lasting = self.store.agenda.durations(_ids_of(ahead))
        slots = self.store.agenda.slots()
        return CalendarView(
            begin=begin,
            end=end,
            met=met,
            met_since=met_since,
            moments=ahead.moments,
            steady=ahead.steady,
            complete_until=min(filter(None, (ahead.complete_until, first_left_out)), default=None),
            hours=load_hours(hours_of(begin, end), _spans(met, ahead.moments, lasting), ahead.steady, lasting),
            collisions=collisions_of(ahead.moments, hosts=self._hosts(ahead), slots=slots, lasting=lasting),
            lasting=lasting,
            slots=slots,
            keepings=Closing(self.store).of_tasks(tasks),
        )

    def _which(self, principal: Principal, kinds: Sequence[str] | None) -> TaskFilter:
        there = self.kinds(principal)
        return TaskFilter(principal.scope, tuple(there if kinds is None else [each for each in there if each in kinds]))

    def _listed(self, tasks: Sequence[Task]) -> list[Listed]:
        last = self.store.runs.get_many([each.last_run_id for each in tasks if each.last_run_id is not None])
        keepings = Closing(self.store).of_tasks(tasks)
        return [Listed(each, last.get(each.last_run_id or ""), _next_wait(each, keepings)) for each in tasks]

    def _switch(self, principal: Principal, task_id: str, *, enabled: bool) -> Task:
        principal.need(Right.WRITE)
        task = self.tasks.get(principal, task_id)
        if task.schedule is None:
            raise Conflict("This task has no schedule: give it one first.")
        if task.schedule.enabled == enabled:
            return task
        schedule = replace(task.schedule, enabled=enabled)
        return self.tasks.change(principal, task_id, draft_of(task, schedule), seen=task.changed_at)

    def _met(self, which: TaskFilter, begin: datetime, end: datetime) -> tuple[list[Met], datetime | None]:
        if begin > self.clock():
            return [], None
        found = self.store.agenda.met(tenant_id=which.tenant_id, since=begin, until=end, limit=MOST_MET)
        since = found[-1].due if len(found) == MOST_MET else None
        return [each for each in reversed(found) if each.kind in which.kinds], since

    def _soonest(self, which: TaskFilter, end: datetime) -> tuple[list[Task], datetime | None]:
        """Tasks that are due before `end`, and the moment of the first that is left out."""
        tasks: list[Task] = []
        cursor: str | None = None
        while len(tasks) < MOST_TASKS:
            page = self.store.agenda.due(which, until=end, limit=LARGEST_PAGE, cursor=cursor)
            tasks += page.items
            if (cursor := page.next) is None:
                return tasks, None
        last = tasks[-1].schedule
        return tasks, None if last is None else last.next_due

    def _hosts(self, ahead: Expanded) -> dict[str, str]:
        numbers = {moment.task.id: number for moment in ahead.moments if (number := source_of(moment.task)) is not None}
        urls = self.store.agenda.addresses(sorted(set(numbers.values())))
        hosts = {number: urlsplit(url).hostname or "" for number, url in urls.items()}
        return {task_id: hosts[number] for task_id, number in numbers.items() if hosts.get(number)}


def _next_wait(task: Task, keepings: Keepings) -> Wait | None:
    schedule = task.schedule
    return None if schedule is None or schedule.next_due is None else keepings.wait(task, schedule.next_due)


def source_of(task: Task) -> int | None:
    """The source that a task belongs to, where it does."""
    if task.source_id is not None:
        return task.source_id
    number = task.parameters.get("source_id")
    return number if task.kind in SOURCE_WORK and isinstance(number, int) else None


def by_hand(task: Task) -> bool:
    """Whether it is changed as a task, and not with the source that it belongs to."""
    return task.kind != HARVEST and task.kind not in SOURCE_WORK and task.source_id is None


def draft_of(task: Task, schedule: Schedule | None) -> TaskDraft:
    """The task as it is, with another schedule."""
    return TaskDraft(
        task.name, task.kind, task.parameters, task.queue, task.priority, task.limits, task.retry, schedule
    )


def _ids_of(ahead: Expanded) -> list[str]:
    return sorted({each.task.id for each in ahead.moments} | {each.task.id for each in ahead.steady})


def hours_of(begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Hours of real time: a day on which clocks are changed has 23 or 25 of them."""
    count = -(-(end - begin) // HOUR)
    return [(begin + number * HOUR, min(begin + (number + 1) * HOUR, end)) for number in range(count)]


def _spans(met: Sequence[Met], moments: Sequence[Moment], lasting: Mapping[str, timedelta]) -> list[Span]:
    past = [
        Span(each.started_at, each.ended_at or each.started_at + lasting.get(each.task_id, UNKNOWN))
        for each in met
        if each.started_at is not None
    ]
    return past + [Span(each.begins, each.begins + lasting.get(each.task.id, UNKNOWN)) for each in moments]
