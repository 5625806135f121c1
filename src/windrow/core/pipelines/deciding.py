"""Deciding: which steps of a pipeline begin now, which never will, and how it ends. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from windrow.core.pipelines.plan import ENDED, FAILED, SUCCEEDED, Plan, PlannedStep
from windrow.model.runs import RunState

GOOD = frozenset({RunState.SUCCEEDED, RunState.PARTIAL})
BAD = frozenset({RunState.FAILED, RunState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a step that has been begun, or skipped; `state` is None while it goes on."""

    state: RunState | None
    run_id: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """A step that will not begin: skipped, or failed because its condition could not be told."""

    step: PlannedStep
    why: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done now; with nothing to begin and nothing under way, the pipeline has ended."""

    begin: Sequence[PlannedStep]
    skip: Sequence[Skip]


Holds = Callable[[PlannedStep], bool]
"""Whether a step's expression holds; raises `BadInput` where that cannot be told."""


def decide(plan: Plan, outcomes: Mapping[str, Outcome], holds: Holds) -> Decision:
    """Which steps begin and which never will, with what has become of the others.

    `outcomes` has the steps that were begun or skipped before. Asked with the same outcomes it decides the same.
    """
    return _Deciding(plan, dict(outcomes), holds).decide()


def stopper(plan: Plan, outcomes: Mapping[str, Outcome]) -> str | None:
    """The step whose failure stops the pipeline, if there is one."""
    for each in plan.order:
        bad = each.name in outcomes and outcomes[each.name].state in BAD
        if bad and not each.continues and each.name not in plan.caught:
            return each.name
    return None


def state_of(plan: Plan, outcomes: Mapping[str, Outcome]) -> RunState:
    """How a pipeline ends whose steps have all ended or been skipped."""
    states = {outcome.state for outcome in outcomes.values()}
    if not states & (BAD | {RunState.PARTIAL}):
        return RunState.SUCCEEDED
    if stopper(plan, outcomes) is not None or not states & GOOD:
        return RunState.FAILED
    return RunState.PARTIAL


@dataclass(slots=True)
class _Deciding:
    plan: Plan
    outcomes: dict[str, Outcome]
    holds: Holds
    begin: list[PlannedStep] = field(default_factory=list)
    skip: list[Skip] = field(default_factory=list)

    def decide(self) -> Decision:
        """Each step after those that it waits for, so that what one skip leads to is decided with it."""
        room = self.plan.at_once - sum(each.state is None for each in self.outcomes.values())
        for step in self.plan.order:
            if step.name in self.outcomes or not all(self._is_settled(name) for name in step.after):
                continue
            skip = self._skip(step)
            if skip is not None:
                self.skip.append(skip)
                self.outcomes[step.name] = Outcome(RunState.FAILED if skip.failed else RunState.SKIPPED)
            elif room > len(self.begin):
                self.begin.append(step)
        # A step that was skipped as failed may have stopped what was to begin before it.
        if self.begin and stopper(self.plan, self.outcomes) is not None:
            return Decision((), self.skip)
        return Decision(self.begin, self.skip)

    def _is_settled(self, name: str) -> bool:
        return name in self.outcomes and self.outcomes[name].state is not None

    def _skip(self, step: PlannedStep) -> Skip | None:
        stopped = stopper(self.plan, self.outcomes)
        if stopped is not None:
            return Skip(step, f"The pipeline was stopped by the failure of step {stopped}.")
        if step.when == SUCCEEDED:
            unfit = next((name for name in step.after if not self._passes(name)), None)
            return None if unfit is None else Skip(step, f"Step {unfit} {self._word(unfit)}.")
        if step.when == FAILED:
            return None if any(map(self._is_lost, step.after)) else Skip(step, "Nothing before it failed.")
        return None if step.when == ENDED else self._skip_by_expression(step)

    def _skip_by_expression(self, step: PlannedStep) -> Skip | None:
        try:
            return None if self.holds(step) else Skip(step, f"Its condition does not hold: {step.when}")
        except Exception as error:  # noqa: BLE001 - whatever it is, the step cannot begin, and the others can
            return Skip(step, f"Its condition could not be told: {error}", failed=True)

    def _passes(self, name: str) -> bool:
        state = self.outcomes[name].state
        return state in GOOD or (state in BAD and self.plan.by_name[name].continues)

    def _is_lost(self, name: str) -> bool:
        """Whether a step failed, or was left out because one before it was lost."""
        state, step = self.outcomes[name].state, self.plan.by_name[name]
        return state in BAD or (
            state is RunState.SKIPPED and step.when == SUCCEEDED and any(map(self._lost, step.after))
        )

    def _lost(self, name: str) -> bool:
        return not self.plan.by_name[name].continues and self._is_lost(name)

    def _word(self, name: str) -> str:
        match self.outcomes[name].state:
            case RunState.SKIPPED:
                return "was skipped"
            case RunState.CANCELLED:
                return "was cancelled"
            case _:
                return "failed"
