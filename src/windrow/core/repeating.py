"""Repeating: runs for moments that have passed, and an ended run once more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from windrow.core.attending import AVAILABILITY, COPY, PUSH, REFRESH
from windrow.core.kinds import Kinds
from windrow.core.pipelines.reading import Reading
from windrow.core.pipelines.resuming import from_beginning, inside_of, kept_of, plan_as_parameters
from windrow.core.retiring import check_active
from windrow.core.runs import HARVEST, add_run, belongs, known_id, runs_alone
from windrow.core.scheduling import SOURCE_WORK, make_run
from windrow.core.sources import Sources
from windrow.errors import BadInput, Conflict
from windrow.model.accounts import Principal, Right
from windrow.model.runs import Cause, Run, RunState
from windrow.model.schedules import INSTANT, Overlap, Schedule
from windrow.model.tasks import PRIORITIES, Limit, Task
from windrow.model.triggers import Elapsed, Interval, Unreadable
from windrow.ports.clocks import Clock
from windrow.ports.store import Store

MOST_BACKFILLED = 1_000
"""Runs that one backfill makes at most."""

USUAL_BACKFILLED = 100

MOST_LOOKED_THROUGH = 20_000
"""Moments of a range that are looked through, those that have a run already among them."""

PIPELINE = "pipeline"

RESUME = "resume"
"""The parameter that names the run which another one goes on with, of the kinds of work that know it."""

STOPPED = frozenset({RunState.FAILED, RunState.PARTIAL, RunState.CANCELLED})
"""How a run ended that can be gone on with."""

AGAIN = frozenset({HARVEST, REFRESH, AVAILABILITY, COPY, PUSH})
"""Kinds of work on sources of which a run may be run again."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """What a backfill comes to.

    moments     for which there is to be a run (UTC), the earliest first
    left_out    how many moments of the range have a run already
    runs        those made, in the order of their moments; none where it was only asked what would be made
    """

    moments: Sequence[datetime]
    left_out: int
    runs: Sequence[Run]


@dataclass(frozen=True, slots=True)
class Repeating:
    """Use cases of doing again what was not done, or not done well."""

    store: Store
    clock: Clock
    sources: Sources
    reading: Reading
    kinds: Kinds

    def backfill(
        self,
        principal: Principal,
        task_id: str,
        *,
        start: datetime,
        end: datetime,
        most: int = USUAL_BACKFILLED,
        again: bool = False,
        dry_run: bool = False,
    ) -> Backfill:
        """One run for each moment of a task's schedule from `start` on and before `end`, in their order.

        They run one at a time, unless the schedule lets runs overlap. A moment is left out whose run has succeeded
        (unless `again`) or has not ended: so a second call makes nothing twice. The windows and blackouts of the
        schedule hold; its start, end, count and whether it is paused do not.

        Raises `BadInput`, also where there would be more than `most` runs; `Conflict` for work on a source,
        and where there is no schedule that names moments.
        """
        principal.need(Right.WRITE)
        task = self.store.tasks.get(known_id("task", task_id), tenant_id=principal.scope)
        _refuse_source(task)
        moments = _moments(_past(task, start), start, self._until(task, end))
        if not 1 <= most <= MOST_BACKFILLED:
            raise BadInput.of("most", f"must lie between 1 and {MOST_BACKFILLED}")
        met = self.store.runs.moments_met(task.id, start, end, again=again)
        left = [each for each in moments if each not in met]
        if len(left) > most:
            told = f"is {most}, and the range has {len(left)} moments without a run: say a shorter range, or more"
            raise BadInput.of("most", told)
        made = [] if dry_run else self.store.runs.add_missing(_runs(task, left, self.clock()), again=again)
        if not dry_run:
            left = [each.due for each in made if each.due is not None]
        return Backfill(left, len(moments) - len(left), made)

    def rerun(self, principal: Principal, run_id: str) -> Run:
        """Runs an ended run again, whole: with the parameters and the nominal time that it had. The new one names it.

        Raises `Conflict` while it has not ended, and for a source that is at work or retired.
        """
        run = self._ended(principal, run_id)
        task = self.store.tasks.get(run.task_id, tenant_id=principal.scope)
        if belongs(task) or task.kind in SOURCE_WORK:
            return self._rerun_of_source(principal, task, run)
        parameters = from_beginning(run.parameters) if run.kind == PIPELINE else _whole(run)
        again = replace(make_run(task, now=self.clock(), due=run.due), parameters=parameters, rerun_of=run.id)
        add_run(self.store, task, again)
        return again

    def resume(self, principal: Principal, run_id: str, *, steps: Collection[str] = ()) -> Run:
        """Goes on with an ended run in a new one, which keeps what was done: for pipelines, and for other kinds of work
        that know how, such as sequences.

        A pipeline's new run begins at the steps that failed; `steps` names more to begin at, and whatever comes after a
        step that is done again is done again too. It has the plan that the old one had, also where its item was changed
        since. A pipeline that failed as a step of it is gone on with too, unless it is named, something before it is
        done again, or its task was changed. A sequence's new run asks nothing that was answered.

        Raises `Conflict` while it has not ended, where nothing failed or is named, and for other kinds of work;
        `BadInput` for a name that is no step of it.
        """
        run = self._ended(principal, run_id)
        task = self.store.tasks.get(run.task_id, tenant_id=principal.scope)
        if run.kind == PIPELINE:
            return self._resume_steps(task, run, steps)
        if not self.can_resume(run):
            raise Conflict(f"Run {run.id} of kind {run.kind}, {run.state}, cannot be gone on with: run it again.")
        if steps:
            raise BadInput.of("steps", "are named of pipelines only: a run of this kind goes on where it stopped")
        parameters = {**run.parameters, RESUME: run.id}
        again = replace(make_run(task, now=self.clock(), due=run.due), parameters=parameters, rerun_of=run.id)
        add_run(self.store, task, again)
        return again

    def can_resume(self, run: Run) -> bool:
        """Whether a run that is no pipeline may be gone on with: it stopped, and its kind of work knows how."""
        kind = self.kinds.work.get(run.kind)
        return run.state in STOPPED and kind is not None and RESUME in kind.schema.get("properties", {})

    def _resume_steps(self, task: Task, run: Run, steps: Collection[str]) -> Run:
        plan, noted = self.reading.find_plan(run), self.store.runs.steps(run.id)
        kept = kept_of(run, plan, noted, steps)
        made = make_run(task, now=self.clock(), due=run.due)
        parameters = plan_as_parameters(self.reading.kept(run), run, inside_of(plan, noted, steps))
        again = replace(made, parameters=parameters, rerun_of=run.id)
        self.store.runs.add_resumed(again, kept, alone=runs_alone(task))
        return again

    def _ended(self, principal: Principal, run_id: str) -> Run:
        principal.need(Right.WRITE)
        run = self.store.runs.get(known_id("run", run_id), tenant_id=principal.scope)
        if not run.state.is_terminal:
            raise Conflict(f"Run {run.id} has not ended: wait for its end, or cancel it first.")
        return run

    def _rerun_of_source(self, principal: Principal, task: Task, run: Run) -> Run:
        number, now = run.parameters["source_id"], self.clock()
        if task.kind not in AGAIN:
            raise Conflict(f"A run of kind {task.kind} is not run again: start it anew at source {number}.")
        source = check_active(self.sources.get(principal, number))
        if only := run.parameters.get("only"):
            self.store.sources.want(source.id, only, wanted=True, now=now)
        again = replace(make_run(task, now=now, due=run.due), parameters=run.parameters, rerun_of=run.id)
        self.store.runs.add_alone(again)
        return again

    def _until(self, task: Task, end: datetime) -> datetime:
        now = self.clock()
        if end > now:
            raise BadInput.of("end", f"lies ahead: a backfill is for what has passed, until {now:%Y-%m-%dT%H:%M:%SZ}")
        schedule = task.schedule
        if schedule is None or not schedule.enabled or schedule.next_due is None:
            return end
        return min(end, schedule.next_due)  # what is due at this very moment is the clock's


def _whole(run: Run) -> Mapping[str, Any]:
    """The parameters of a run, without those by which `resume` had it go on with another one."""
    goes_on = run.rerun_of is not None and run.parameters.get(RESUME) == run.rerun_of
    return {name: value for name, value in run.parameters.items() if not goes_on or name != RESUME}


def _refuse_source(task: Task) -> None:
    if task.kind in SOURCE_WORK or belongs(task):
        number = task.parameters.get("source_id")
        raise Conflict(
            f"This task works on source {number}: it takes what is there now, and cannot be caught up on for moments "
            "that have passed. Start it once instead."
        )


def _past(task: Task, start: datetime) -> Schedule:
    """The task's schedule as if it had always been there."""
    schedule = task.schedule
    if schedule is None:
        raise Conflict(f"Task {task.id} has no schedule: start it for one moment after the other, with a `due` each.")
    trigger = schedule.trigger
    if isinstance(trigger, Elapsed | Unreadable):
        raise Conflict(f"The schedule of task {task.id} names no moments beforehand: {trigger.describe()}.")
    if isinstance(trigger, Interval) and trigger.anchor > start:
        steps = (trigger.anchor - start) // trigger.every + 1
        trigger = replace(trigger, anchor=trigger.anchor - steps * trigger.every)
    return replace(schedule, trigger=trigger, enabled=True, start=None, end=None, occurrences=None)


def _moments(schedule: Schedule, start: datetime, end: datetime) -> list[datetime]:
    found: list[datetime] = []
    moment = schedule.due_after(start - INSTANT)
    while moment is not None and moment < end:
        found.append(moment)
        if len(found) > MOST_LOOKED_THROUGH:
            told = f"lies too long before the end: more than {MOST_LOOKED_THROUGH} moments are between them"
            raise BadInput.of("start", told)
        moment = schedule.due_after(moment)
    if not found:
        raise BadInput.of("start", f"and end have no moment of the schedule between them: {schedule.describe()}")
    return found


def _runs(task: Task, moments: Sequence[datetime], now: datetime) -> list[Run]:
    """Runs that have their turn in the order of their moments, and let those of the schedule go before them."""
    alone = task.schedule is None or task.schedule.overlap is not Overlap.ALLOW
    turn = Limit(f"task:{task.id}")
    patient = replace(task, priority=max(PRIORITIES[0], task.priority - 1))
    return [
        replace(
            run,
            ready_at=now - (len(moments) - place) * INSTANT,
            limits=(*run.limits, turn) if alone and turn not in run.limits else run.limits,
        )
        for place, moment in enumerate(moments)
        for run in [make_run(patient, now=now, cause=Cause.BACKFILL, due=moment)]
    ]
