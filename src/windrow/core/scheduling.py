"""Scheduling: turning due schedules into runs, each moment once, however many clocks turn."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from windrow.model.identity import new_id
from windrow.model.runs import Cause, Run, RunState
from windrow.model.schedules import Overlap, Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Elapsed
from windrow.ports.clocks import Clock
from windrow.ports.tasks import DueTask, Firing, Tasks

LOOK_AGAIN = timedelta(seconds=30)
"""When it is looked again whether a task has ended that should have been started meanwhile."""

AT_ONCE = 200
"""Moments met in one transaction."""


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
        limits=task.limits,
        retry=task.retry,
    )


@dataclass(frozen=True, slots=True)
class Scheduling:
    """Meets due moments."""

    tasks: Tasks
    clock: Clock

    def tick(self) -> int:
        """Meets everything that is due now; returns how many moments. Costs nothing for schedules that are not due."""
        met = 0
        while due := self.tasks.due(now := self.clock(), limit=AT_ONCE):
            met += self.tasks.fire([meet(each, now) for each in due])
            if len(due) < AT_ONCE:
                break
        return met


def meet(due_task: DueTask, now: datetime) -> Firing:
    """How a due moment is met: with a run, a skipped run, or nothing; and when the next one is."""
    task, schedule = due_task.task, due_task.task.schedule
    if schedule is None or schedule.next_due is None:
        return Firing(task.id, due_task.version, (), None, None)
    if isinstance(schedule.trigger, Elapsed):
        return _meet_elapsed(due_task, schedule, now)
    runs = _runs_for(due_task, schedule, schedule.next_due, now)
    occurrences = None if schedule.occurrences is None else max(0, schedule.occurrences - len(runs))
    left = replace(schedule, occurrences=occurrences)
    # Missed moments are met by the one run (or none) above: the next moment is one that lies ahead.
    return Firing(task.id, due_task.version, runs, left.due_after(max(now, schedule.next_due)), occurrences)


def _meet_elapsed(due_task: DueTask, schedule: Schedule, now: datetime) -> Firing:
    """What counts from its last start is not skipped while it is still at work, but begins soon after that."""
    task, version = due_task.task, due_task.version
    if due_task.last_run_active or schedule.occurrences == 0:
        later = None if schedule.occurrences == 0 else now + LOOK_AGAIN
        return Firing(task.id, version, (), later, schedule.occurrences)
    occurrences = None if schedule.occurrences is None else schedule.occurrences - 1
    left = replace(schedule, occurrences=occurrences).started(now)
    run = make_run(task, now=now, cause=Cause.SCHEDULE, due=schedule.next_due)
    return Firing(task.id, version, (run,), left.next_due, occurrences, last=now)


def _runs_for(due_task: DueTask, schedule: Schedule, due: datetime, now: datetime) -> tuple[Run, ...]:
    moment = _moment_met(schedule, due, now)
    if moment is None:
        return ()
    run = make_run(due_task.task, now=now, cause=Cause.SCHEDULE, due=moment)
    if due_task.last_run_active and schedule.overlap is Overlap.SKIP:
        told = "The last run of this task had not ended when this one was due."
        return (replace(run, state=RunState.SKIPPED, ended_at=now, error=told),)
    return (run,)


def _moment_met(schedule: Schedule, due: datetime, now: datetime) -> datetime | None:
    """The moment that a run at `now` is for: the one that was due, or where that was missed, a later one in time."""
    if schedule.occurrences == 0:
        return None
    if schedule.counts(due, now):
        return due
    later = schedule.due_after(now - schedule.grace - timedelta(microseconds=1))
    return later if later is not None and later <= now else None
