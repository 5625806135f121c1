"""Looking at a run's steps: those that it noted, and those that its plan still has to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from windrow.core.pipelines.plan import Plan, PlannedStep
from windrow.core.pipelines.reading import Reading
from windrow.core.runs import known_id
from windrow.model.accounts import Principal, Right
from windrow.model.runs import Progress, Run, RunState
from windrow.model.steps import Step
from windrow.ports.store import Store

TOO_LATE = "The run ended before its turn came."


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as people see it.

    state   how it stands or how it ended; None while it waits for its turn
    run     the run that does it; None before it begins, for one that was never begun, and for one deleted since
    after   the steps that must end before it
    when    on which condition it begins
    why     why it was skipped, could not be begun, was given up, or failed
    kept    it ended before this run was made, which goes on from there
    """

    name: str
    state: RunState | None
    run: Run | None = None
    after: tuple[str, ...] = ()
    when: str = ""
    why: str = ""
    own: bool = True
    kept: bool = False
    begun_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def progress(self) -> Progress:
        """Of its run; none where there is no run."""
        return Progress() if self.run is None else self.run.progress

    def seconds(self, now: datetime) -> float | None:
        """How long it took, or has taken so far; None for a step that was not begun."""
        if self.begun_at is None or (self.run is None and self.state is not RunState.FAILED):
            return None
        return ((self.ended_at or now) - self.begun_at).total_seconds()


@dataclass(frozen=True, slots=True)
class PartOf:
    """Whose step a run is, and what that calls it."""

    name: str
    run: Run
    own: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """Use cases of steps."""

    store: Store
    reading: Reading

    def of(self, principal: Principal, run_id: str) -> list[StepView]:
        """A run's steps in the order of their plan; none for a run that has none. Raises `NotFound`."""
        return [each for layer in self.layers(principal, run_id) for each in layer]

    def layers(self, principal: Principal, run_id: str) -> list[list[StepView]]:
        """The same, each list behind those that its steps wait for."""
        principal.need(Right.READ)
        run = self.store.runs.get(known_id("run", run_id), tenant_id=principal.scope)
        noted = {each.name: each for each in self.store.runs.steps(run.id)}
        plan = self.reading.find_plan(run) if run.kind == "pipeline" else Plan(())
        if not noted and not plan.steps:
            return []
        children = self.store.runs.get_many([each.child_id for each in noted.values() if each.child_id is not None])
        views = {each.name: _begun(each, plan, run, children) for each in noted.values()}
        layers = [[views.get(each.name) or _to_come(each, run) for each in layer] for layer in plan.layers]
        return [*layers, *([view] for name, view in views.items() if name not in plan.by_name)]

    def part_of(self, principal: Principal, run_id: str) -> Sequence[PartOf]:
        """The runs whose step a run is. Raises `NotFound`."""
        principal.need(Right.READ)
        run = self.store.runs.get(known_id("run", run_id), tenant_id=principal.scope)
        steps = self.store.runs.steps_of([run.id]).get(run.id, ())
        parents = self.store.runs.get_many([each.run_id for each in steps])
        return [PartOf(each.name, parents[each.run_id], each.own) for each in steps if each.run_id in parents]


def _begun(step: Step, plan: Plan, run: Run, children: Mapping[str, Run]) -> StepView:
    child, planned = children.get(step.child_id or ""), plan.by_name.get(step.name)
    state = step.state or (RunState.FAILED if child is None else child.state)
    return StepView(
        name=step.name,
        state=state,
        run=child,
        after=() if planned is None else planned.after,
        when="" if planned is None else planned.when,
        why=step.error or ("" if child is None else child.error),
        own=step.own,
        kept=step.is_kept_by(run),
        begun_at=step.begun_at,
        ended_at=step.ended_at,
    )


def _to_come(planned: PlannedStep, run: Run) -> StepView:
    over = run.state.is_terminal
    state = RunState.SKIPPED if over else None
    return StepView(planned.name, state, after=planned.after, when=planned.when, why=TOO_LATE if over else "")
