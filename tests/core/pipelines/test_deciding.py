"""Deciding, for all graphs: every step comes to its turn or is skipped with a reason, and never before its time."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windrow.core.pipelines.deciding import Outcome, decide, state_of
from windrow.core.pipelines.plan import Plan, PlannedStep, read_plan
from windrow.model.identity import new_id
from windrow.model.runs import RunState

ENDS = [RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED]


def a_plan(*steps: dict[str, Any], **changes: Any) -> Plan:
    return read_plan({"steps": [{"kind": "told", **each} for each in steps], **changes})


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    names = [f"s{number}" for number in range(draw(st.integers(1, 8)))]
    steps = [
        PlannedStep(
            name,
            after=tuple(draw(st.lists(st.sampled_from(names[:number]), unique=True))) if number else (),
            when=draw(st.sampled_from(["succeeded", "failed", "ended", "true", "false"])),
            kind="told",
            continues=draw(st.booleans()),
        )
        for number, name in enumerate(names)
    ]
    return Plan(tuple(draw(st.permutations(steps))), at_once=draw(st.integers(1, 3)))


@given(plan=plans(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_every_step_has_its_turn_once_and_the_end_is_honest(plan: Plan, data: st.DataObject) -> None:
    outcomes: dict[str, Outcome] = {}
    while True:
        decision = decide(plan, outcomes, lambda step: step.when == "true")
        for skip in decision.skip:
            assert skip.step.name not in outcomes
            assert skip.why
            outcomes[skip.step.name] = Outcome(RunState.SKIPPED)
        for each in decision.begin:
            assert each.name not in outcomes
            assert all(outcomes[name].state is not None for name in each.after)
            outcomes[each.name] = Outcome(None)
        going = [name for name, outcome in outcomes.items() if outcome.state is None]
        assert len(going) <= plan.at_once
        if not going:
            break
        outcomes[data.draw(st.sampled_from(going))] = Outcome(data.draw(st.sampled_from(ENDS)))

    assert outcomes.keys() == plan.by_name.keys()
    states = {each.state for each in outcomes.values()}
    if state_of(plan, outcomes) is RunState.SUCCEEDED:
        assert states <= {RunState.SUCCEEDED, RunState.SKIPPED}
    else:
        assert states & {RunState.FAILED, RunState.CANCELLED, RunState.PARTIAL}


def test_a_circle_is_named() -> None:
    plan = a_plan(
        {"name": "a", "after": ["c"]}, {"name": "b", "after": ["a"]}, {"name": "c", "after": ["b"]}, {"name": "d"}
    )

    assert sorted(plan.cycle()[1:]) == ["a", "b", "c"]
    assert plan.cycle()[0] == plan.cycle()[-1]
    assert a_plan({"name": "a"}).cycle() == []


def test_steps_stand_in_layers() -> None:
    plan = a_plan({"name": "c", "after": ["a", "b"]}, {"name": "a"}, {"name": "b"}, {"name": "d", "after": ["c"]})

    assert [[each.name for each in layer] for layer in plan.layers] == [["a", "b"], ["c"], ["d"]]


@pytest.mark.parametrize(("end", "begins"), [(RunState.FAILED, True), (RunState.SUCCEEDED, False)])
def test_a_step_for_failures_sees_those_far_before_it(end: RunState, begins: bool) -> None:
    plan = a_plan(
        {"name": "a"}, {"name": "b", "after": ["a"]}, {"name": "mend", "after": ["b"], "when": "failed"}, at_once=5
    )
    b = Outcome(RunState.SKIPPED) if end is RunState.FAILED else Outcome(RunState.SUCCEEDED)

    decision = decide(plan, {"a": Outcome(end), "b": b}, lambda _: False)

    assert [each.name for each in decision.begin] == (["mend"] if begins else [])


def test_a_task_is_known_by_its_identifier_without_dashes_too() -> None:
    task_id = new_id()

    plan = read_plan({"steps": [{"name": "a", "task": task_id.replace("-", "")}]})

    assert [each.task for each in plan.steps] == [task_id]
