"""Scheduling: turning due schedules into runs, each moment once, however many clocks turn."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from windrow.model.identity import new_id
from windrow.model.runs import Cause, Level, Run, RunState
from windrow.model.schedules import INSTANT, Misfire, Overlap, Schedule
from windrow.model.tasks import Limit, Task
from windrow.model.triggers import Elapsed, Unreadable
from windrow.ports.clocks import Clock
from windrow.ports.runs import Entry
from windrow.ports.tasks import DueTask, Failing, Firing, Pause, Tasks

LOOK_AGAIN = timedelta(seconds=30)
"""When it is looked again whether a task has ended that should have been started meanwhile."""

AT_ONCE = 200
"""Moments met in one transaction."""


SOURCE_WORK = frozenset({"harvest", "source_diff", "refresh", "availability", "copy", "push", "notify", "digest"})
"""Kinds of work whose parameters the sources alone may write: they say, for one, where a credential is sent.

Their schedules do not pause after failures: a remote that was down over a weekend is harvested when it is back.
"""


def make_run(
    task: Task, *, now: datetime, cause: Cause = Cause.REQUEST, due: datetime | None = None, at: datetime | None = None
) -> Run:
    """A new run of a task, queued, or scheduled for `at` where that lies ahead."""
    ready_at = at if at is not None and at > now else now
    return Run(
        id=new_id(),
        task_id=task.id,
        kind=task.kind,
        name=task.name,
        tenant_id=task.tenant_id,
        owner_id=task.owner_id,
        state=RunState.SCHEDULED if ready_at > now else RunState.QUEUED,
        cause=cause,
        parameters=task.parameters,
        created_at=now,
        ready_at=ready_at,
        due=due,
        queue=task.queue,
        priority=task.priority,
        limits=(*task.limits, *_turn_of(task)),
        retry=task.retry,
    )


def _turn_of(task: Task) -> tuple[Limit, ...]:
    """What makes runs of a task wait for one another, where its schedule says that they do."""
    schedule = task.schedule
    if schedule is None or task.kind in SOURCE_WORK:
        return ()  # the passes over a source have a limit of their own
    waits = schedule.overlap in (Overlap.QUEUE, Overlap.REPLACE)
    waits = waits or (schedule.misfire is Misfire.ALL and schedule.overlap is not Overlap.ALLOW)
    return (Limit(f"task:{task.id}"),) if waits else ()


@dataclass(frozen=True, slots=True)
class Scheduling:
    """Meets due moments."""

    tasks: Tasks
    clock: Clock

    def tick(self) -> int:
        """Meets everything that is due now; returns how many moments. Costs nothing for schedules that are not due."""
        met = 0
        while due := self.tasks.due(now := self.clock(), limit=AT_ONCE):
            failing = self.tasks.failing([each.task.id for each in due if may_pause(each.task)])
            met += self.tasks.fire([meet(each, now, failing.get(each.task.id)) for each in due])
            if len(due) < AT_ONCE:
                break
        return met


def may_pause(task: Task) -> bool:
    """Whether a task's schedule pauses after failures."""
    return task.schedule is not None and task.schedule.pause_after > 0 and task.kind not in SOURCE_WORK


def meet(due_task: DueTask, now: datetime, failing: Failing | None = None) -> Firing:
    """How a due moment is met: with runs, a skipped run, or nothing; and when the next one is."""
    task, schedule = due_task.task, due_task.task.schedule
    if schedule is None or schedule.next_due is None:
        return Firing(task.id, due_task.version, (), None, None)
    if failing is not None and 0 < schedule.pause_after <= failing.count:
        return pause(due_task, failing, now)
    if isinstance(schedule.trigger, Unreadable):
        return Firing(task.id, due_task.version, (), None, schedule.occurrences)
    if isinstance(schedule.trigger, Elapsed):
        return _meet_elapsed(due_task, schedule, now)
    runs = _runs_for(due_task, schedule, schedule.next_due, now)
    if due_task.backfilling and schedule.overlap is not Overlap.ALLOW:
        runs = tuple(_in_turn(run) for run in runs)
    occurrences = None if schedule.occurrences is None else max(0, schedule.occurrences - len(runs))
    left = replace(schedule, occurrences=occurrences)
    # Missed moments are met by the runs (or none) above: the next moment is one that lies ahead.
    following = left.due_after(max(now, schedule.next_due))
    replaces = schedule.overlap is Overlap.REPLACE and bool(runs)
    return Firing(task.id, due_task.version, runs, following, occurrences, replaces=replaces)


def pause(due_task: DueTask, failing: Failing, now: datetime) -> Firing:
    """Switches a schedule off because its task failed so often, and tells so in the log of the last run."""
    task, schedule = due_task.task, due_task.task.schedule
    occurrences = None if schedule is None else schedule.occurrences
    times = "once" if failing.count == 1 else f"{failing.count} times in a row"
    why = f"it failed {times}, the last time in run {failing.run_id}"
    told = Entry(now, Level.WARNING, f"The schedule of this task was paused at {now:%Y-%m-%d %H:%M} UTC: {why}.")
    paused = Pause(why, failing.run_id, told)
    return Firing(task.id, due_task.version, (), None, occurrences, paused=paused)


def _in_turn(run: Run) -> Run:
    """A moment is not missed because of a backfill, but takes its turn before the rest of it."""
    turn = Limit(f"task:{run.task_id}")
    return run if turn in run.limits else replace(run, limits=(*run.limits, turn))


def _meet_elapsed(due_task: DueTask, schedule: Schedule, now: datetime) -> Firing:
    """What counts from its last start is not skipped while it is still at work, but begins soon after that."""
    task, version = due_task.task, due_task.version
    if due_task.last_run_active or schedule.occurrences == 0:
        later = None if schedule.occurrences == 0 else now + LOOK_AGAIN
        return Firing(task.id, version, (), later, schedule.occurrences)
    if (free := schedule.free_from(now)) is None or free > now:
        return Firing(task.id, version, (), free, schedule.occurrences)
    occurrences = None if schedule.occurrences is None else schedule.occurrences - 1
    left = replace(schedule, occurrences=occurrences).started(now)
    at = schedule.ready_at(schedule.next_due or now, now, task.id)
    run = make_run(task, now=now, cause=Cause.SCHEDULE, due=schedule.next_due, at=at)
    return Firing(task.id, version, (run,), left.next_due, occurrences, last=now)


def _runs_for(due_task: DueTask, schedule: Schedule, due: datetime, now: datetime) -> tuple[Run, ...]:
    moments = _moments_met(schedule, due, now)
    task, last = due_task.task, len(moments) - 1
    runs = tuple(_run_for(task, schedule, moment, now, last - place) for place, moment in enumerate(moments))
    in_time = len(moments) == 1 and now - moments[0] <= schedule.grace
    makes_up = schedule.misfire is Misfire.ALL and not in_time
    if due_task.last_run_active and schedule.overlap is Overlap.SKIP and not makes_up:
        told = "The last run of this task had not ended when this one was due."
        return tuple(replace(run, state=RunState.SKIPPED, ready_at=now, ended_at=now, error=told) for run in runs)
    return runs


def _run_for(task: Task, schedule: Schedule, moment: datetime, now: datetime, behind: int) -> Run:
    """The run of a moment behind which so many others come: they have their turn in the order of their moments."""
    at = schedule.ready_at(moment, now, task.id)
    run = make_run(task, now=now, cause=Cause.SCHEDULE, due=moment, at=at)
    return run if at > now else replace(run, ready_at=now - behind * INSTANT)


def _moments_met(schedule: Schedule, due: datetime, now: datetime) -> list[datetime]:
    """The moments that runs at `now` are for: the one that was due, or where that was missed, later ones."""
    if schedule.occurrences == 0:
        return []
    if schedule.misfire is Misfire.ALL:
        most = schedule.most_missed if schedule.occurrences is None else min(schedule.occurrences, schedule.most_missed)
        return replace(schedule, most_missed=most).missed(due, now)
    if schedule.counts(due, now):
        return [due]
    later = schedule.due_after(now - schedule.grace - INSTANT)
    return [later] if later is not None and later <= now else []
