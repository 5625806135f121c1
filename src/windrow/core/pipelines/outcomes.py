"""Outcomes: what became of a pipeline's steps, as decisions, expressions and people see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from windrow.core.pipelines.deciding import Outcome
from windrow.core.pipelines.plan import Plan
from windrow.model.runs import Run, RunState
from windrow.model.steps import Step

DELETED = "Its run was deleted before its end was told."


def outcomes_of(steps: Sequence[Step], children: Mapping[str, Run]) -> dict[str, Outcome]:
    """What became of the steps, from what was noted of them and the runs that they are."""
    return {each.name: _outcome_of(each, children.get(each.child_id or "")) for each in steps}


def _outcome_of(step: Step, child: Run | None) -> Outcome:
    if step.goes_on:
        return Outcome(None, step.child_id)
    # The run of a step that goes on cannot be deleted; the row of one may have been taken out by hand all the same.
    state = step.state or RunState.FAILED
    if child is None:
        return Outcome(state, step.child_id, error=step.error or ("" if step.state else DELETED))
    ended = step.ended_at or step.begun_at
    seconds = round((ended - step.begun_at).total_seconds(), 3)
    error = step.error or child.error
    return Outcome(state, child.id, child.result, child.progress.counts, error, seconds)


def summary_of(outcome: Outcome) -> dict[str, Any]:
    """What a pipeline's result says of a step."""
    told: dict[str, Any] = {"state": str(outcome.state)}
    if outcome.run_id is not None:
        told |= {"run_id": outcome.run_id, "seconds": outcome.seconds, "counts": dict(outcome.counts)}
    return {**told, "error": outcome.error} if outcome.error else told


def scope_of(text: str, run: Run, plan: Plan, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """What expressions in a text may ask for; of the steps those that it names, and that have ended or were skipped."""
    settled = {name: each for name, each in outcomes.items() if each.state is not None and name in text}
    return {
        "steps": {name: _seen(each) for name, each in settled.items()},
        "parameters": dict(plan.parameters),
        "due": run.due or run.created_at,
        "run": {"id": run.id, "name": run.name, "task_id": run.task_id},
    }


def _seen(outcome: Outcome) -> dict[str, Any]:
    return {
        "state": str(outcome.state),
        "run_id": outcome.run_id,
        "result": dict(outcome.result),
        "counts": dict(outcome.counts),
        "error": outcome.error,
        "seconds": outcome.seconds,
    }
