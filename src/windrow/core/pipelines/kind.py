"""The kind of work `pipeline`: tasks in an order of their own, each begun when those before it have ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from windrow.core.pipelines.checking import Checking
from windrow.core.pipelines.deciding import BAD, GOOD, Outcome, Skip, decide, state_of, stopper
from windrow.core.pipelines.expressions import fill_in, holds
from windrow.core.pipelines.nesting import Nesting
from windrow.core.pipelines.outcomes import outcomes_of, scope_of, summary_of
from windrow.core.pipelines.plan import Plan, PlannedStep
from windrow.core.pipelines.reading import Reading
from windrow.core.pipelines.schema import TASK_SCHEMA
from windrow.core.pipelines.starting import Starting
from windrow.core.steps import Stepping, awaits
from windrow.errors import BadInput, StoreUnavailable, WindrowError
from windrow.model.runs import Level, Part, Progress, Run, RunState
from windrow.model.steps import Step
from windrow.model.tasks import Task
from windrow.ports.clocks import Clock
from windrow.ports.steps import Beginning
from windrow.ports.store import Store
from windrow.ports.work import Done, Performed, Work

LONGEST_REASONS = 1000

_LEVELS = {RunState.FAILED: Level.ERROR, RunState.CANCELLED: Level.WARNING, RunState.PARTIAL: Level.WARNING}


@dataclass(frozen=True, slots=True)
class PipelineWork:
    """Begins the steps whose turn it is, and gives its worker back until one of them ends."""

    store: Store
    clock: Clock
    reading: Reading
    starting: Starting
    stepping: Stepping
    nesting: Nesting

    name: ClassVar[str] = "pipeline"
    schema: ClassVar[Mapping[str, Any]] = TASK_SCHEMA

    def check_task(self, task: Task) -> None:
        """Raises `BadInput` for everything about a new or changed task that is wrong before it runs."""
        Checking(self.reading, self.starting).check(task)

    def perform(self, work: Work) -> Performed:
        """Looks what became of the steps, begins what comes next, and waits; or ends."""
        run, plan = work.run, self.reading.plan_of(work)
        steps, told = self._give_up_late(run, plan, self.store.runs.steps(run.id)), set[str]()
        outcomes = self._look(work, plan, steps, told)
        while beginnings := self._beginnings(run, plan, outcomes):
            work.check()
            known = {each.name for each in steps}
            steps = self.stepping.begin(run, beginnings)
            self._tell_begun(work, [each for each in steps if each.name not in known])
            outcomes = self._look(work, plan, steps, told)
        if any(each.goes_on for each in steps):
            return awaits(steps, self.clock(), until=self._next_late(plan, steps))
        return self._end(plan, outcomes)

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        """A pipeline has no parts."""
        raise NotImplementedError

    def _beginnings(self, run: Run, plan: Plan, outcomes: Mapping[str, Outcome]) -> list[Beginning]:
        """What is to be noted next: steps that begin, and steps that never will."""
        decision = decide(plan, outcomes, lambda step: holds(step.when, scope_of(step.when, run, plan, outcomes)))
        return [*map(_noted, decision.skip), *(self._beginning(run, plan, each, outcomes) for each in decision.begin)]

    def _beginning(self, run: Run, plan: Plan, step: PlannedStep, outcomes: Mapping[str, Outcome]) -> Beginning:
        """How a step begins. What cannot begin has failed, and the others go on."""
        try:
            parameters = fill_in(step.parameters, scope_of(str(step.parameters), run, plan, outcomes))
            return self.nesting.inside(run, self.starting.beginning(run, step, parameters), kind=self.name)
        except StoreUnavailable:
            raise
        except BadInput as error:
            told = "; ".join(f"{each.field.strip('.')}: {each.problem}" for each in error.problems)
            return Beginning(step.name, state=RunState.FAILED, error=f"It could not begin: {told}")
        except WindrowError as error:
            return Beginning(step.name, state=RunState.FAILED, error=f"It could not begin: {error}")

    def _look(self, work: Work, plan: Plan, steps: Sequence[Step], told: set[str]) -> Mapping[str, Outcome]:
        """What is known of the steps; tells what ended since the last time, and how far the run is.

        `told` are the names of those whose end was told since the run was claimed; more are added.
        """
        children = self.store.runs.get_many([each.child_id for each in steps if each.child_id is not None])
        outcomes = outcomes_of(steps, children)
        ended = sorted((each for each in steps if not each.goes_on), key=lambda each: each.ended_at or each.begun_at)
        for each in ended[work.run.progress.done :]:
            if each.name not in told:
                self._tell_ended(work, each, outcomes[each.name])
                told.add(each.name)
        going = [each.name for each in steps if each.goes_on]
        message = f"Waits for {', '.join(going)}" if going else ""
        work.report(Progress(len(ended), len(plan.steps), _count(outcomes), message[:1000]))
        return outcomes

    def _tell_ended(self, work: Work, step: Step, outcome: Outcome) -> None:
        state = outcome.state or RunState.FAILED
        if step.is_kept_by(work.run):
            work.log(Level.INFO, f"Step {step.name} is kept from run {work.run.rerun_of}: {state}", part=step.name)
        elif step.child_id is not None:
            told = f"Step {step.name} ended as {state}" + (f": {outcome.error}" if outcome.error else "")
            work.log(_LEVELS.get(state, Level.INFO), told, part=step.name, run=step.child_id)

    def _tell_begun(self, work: Work, steps: Sequence[Step]) -> None:
        for each in steps:
            if each.child_id is not None:
                told = f"Step {each.name} begun" if each.own else f"Step {each.name} waits for what is under way"
                work.log(Level.INFO, told, part=each.name, run=each.child_id)
            elif each.state is RunState.SKIPPED:
                work.log(Level.INFO, f"Step {each.name} skipped: {each.error}", part=each.name)
            else:
                work.log(Level.ERROR, f"Step {each.name} failed: {each.error}", part=each.name)

    def _give_up_late(self, run: Run, plan: Plan, steps: Sequence[Step]) -> Sequence[Step]:
        now = self.clock()
        late = [each for each in steps if (until := _until(plan, each)) is not None and until <= now]
        for each in late:
            told = f"Given up: it took longer than {plan.by_name[each.name].timeout:g} s."
            self.store.runs.give_up_step(run.id, run.attempt, each.name, told, now=now)
        return self.store.runs.steps(run.id) if late else steps

    def _next_late(self, plan: Plan, steps: Sequence[Step]) -> datetime | None:
        return min((until for each in steps if (until := _until(plan, each)) is not None), default=None)

    def _end(self, plan: Plan, outcomes: Mapping[str, Outcome]) -> Done:
        state = state_of(plan, outcomes)
        result = {"steps": {step.name: summary_of(outcomes[step.name]) for step in plan.steps}}
        states = [outcomes[each.name].state for each in plan.steps]
        if state is RunState.SUCCEEDED:
            return Done(result, succeeded=len(plan.steps), message="")
        stopped = stopper(plan, outcomes)
        bad = [each.name for each in plan.steps if outcomes[each.name].state in {*BAD, RunState.PARTIAL}]
        told = f"Stopped by the failure of step {stopped}: {outcomes[stopped].error}" if stopped else ""
        good = 0 if state is RunState.FAILED else sum(each in GOOD for each in states)
        return Done(
            result, succeeded=good, failed=len(bad), message=told or f"Not all went well: {_reasons(bad, outcomes)}"
        )


def _reasons(names: Sequence[str], outcomes: Mapping[str, Outcome]) -> str:
    """The steps that did not go well, each with what it says of itself."""
    errors = [(name, outcomes[name].error) for name in names]
    return "; ".join(f"{name} ({error})" if error else name for name, error in errors)[:LONGEST_REASONS]


def _noted(skip: Skip) -> Beginning:
    return Beginning(skip.step.name, state=RunState.FAILED if skip.failed else RunState.SKIPPED, error=skip.why)


def _until(plan: Plan, step: Step) -> datetime | None:
    """When a step that goes on is given up; None for one that may take its time, or was given up before."""
    planned = plan.by_name.get(step.name)
    if planned is None or planned.timeout is None or not step.goes_on or step.error:
        return None
    return step.begun_at + timedelta(seconds=planned.timeout)


def _count(outcomes: Mapping[str, Outcome]) -> dict[str, int]:
    states = [each.state.value for each in outcomes.values() if each.state is not None]
    return {state: states.count(state) for state in sorted(set(states))}
