"""Resuming: which steps of an ended pipeline a new run keeps, and which it does again. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from windrow.core.pipelines.checking import ancestors_of
from windrow.core.pipelines.deciding import BAD, GOOD
from windrow.core.pipelines.plan import Plan
from windrow.errors import BadInput, Conflict
from windrow.model.runs import Run
from windrow.model.steps import Step

OWN = ("steps", "at_once", "parameters")
"""What of an item's content the parameters of a task have as well."""

INSIDE = "resume"
"""The parameter of a run that goes on with another one: names of steps to go on inside of, where they are pipelines."""


def kept_of(run: Run, plan: Plan, steps: Sequence[Step], begin_at: Collection[str]) -> list[str]:
    """The names of the steps that a new run in place of an ended one keeps.

    Done again is what failed or was cancelled, what `begin_at` names, and everything that comes after any of these:
    it worked on what they made, or because they failed. Steps that were skipped are decided about anew.

    Raises `BadInput` for a name that is no step, and `Conflict` where there is nothing to be done again.
    """
    if not plan.steps:
        raise Conflict(f"Run {run.id} ended before it knew its steps: run it again from its beginning.")
    strange = sorted(set(begin_at) - plan.by_name.keys())
    if strange:
        there = ", ".join(each.name for each in plan.steps)
        raise BadInput.of("steps", f"names {strange[0]}, which is no step of run {run.id}; there are: {there}")
    noted = {each.name: each for each in steps}
    bad = {name for name, each in noted.items() if each.state is None or each.state in BAD}
    if not bad and not begin_at and noted.keys() >= plan.by_name.keys():
        told = "run it again from its beginning, or name the steps to begin at"
        raise Conflict(f"No step of run {run.id} failed: {told}.")
    again = _with_what_follows(plan, bad | set(begin_at))
    return [each.name for each in plan.order if each.name not in again and _is_done(noted.get(each.name))]


def inside_of(plan: Plan, steps: Sequence[Step], begin_at: Collection[str]) -> list[str]:
    """The names of failed steps whose own runs may be gone on with as well: nothing before them is done again.

    What somebody names is done again as a whole.
    """
    again = {each.name for each in steps if each.state is None or each.state in BAD} | set(begin_at)
    stopped = {each.name for each in steps if each.state in BAD and each.own and each.child_id is not None}
    return [
        each.name
        for each in plan.steps
        if each.name in stopped.difference(begin_at) and again.isdisjoint(ancestors_of(plan, each))
    ]


def plan_as_parameters(content: Mapping[str, Any] | None, run: Run, inside: Collection[str] = ()) -> dict[str, Any]:
    """The parameters of the new run: those of the old one, with what that had read of its item in the item's place."""
    kept = run.parameters if content is None else {name: content[name] for name in OWN if name in content}
    told = {INSIDE: list(inside)} if inside else {}
    return {**from_beginning(kept), **told}


def from_beginning(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a run that goes on with nothing."""
    return {name: each for name, each in parameters.items() if name != INSIDE}


def _is_done(step: Step | None) -> bool:
    return step is not None and step.state in GOOD


def _with_what_follows(plan: Plan, names: Collection[str]) -> set[str]:
    found = set(names)
    for each in plan.order:  # each behind those that it waits for
        if not found.isdisjoint(each.after):
            found.add(each.name)
    return found
