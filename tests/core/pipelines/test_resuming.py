"""A pipeline that ended is run again from what failed: what was done is kept, and all that comes after is done anew."""

from collections.abc import Iterable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.pipelines.conftest import Line, says
from windrow.core.pipelines.plan import Plan, PlannedStep
from windrow.core.pipelines.resuming import kept_of
from windrow.core.runs import TaskDraft
from windrow.errors import BadInput, Conflict
from windrow.model.items import ItemType
from windrow.model.runs import Cause, Run, RunState
from windrow.model.steps import Step
from windrow.model.tasks import Task
from windrow.ports.clocks import system_clock

STATES = (None, RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED, RunState.SKIPPED)
NOW = system_clock()
RUN = Run("r", "t", "pipeline", "Nightly", "me", "me", RunState.FAILED, Cause.REQUEST, {}, created_at=NOW, ready_at=NOW)


def test_what_was_done_is_kept_and_what_failed_is_done_again(line: Line) -> None:
    tasks, principal = line.farm.assembly.windrow.tasks, line.farm.principal
    press = line.task(kind="told", fails="no paper")
    first = line.run(
        says("write", parameters={"says": "news"}),
        {"name": "print", "task": press.id, "after": ["write"]},
        says("carry", after=["print"], parameters={"says": "${{ steps.write.result.said }}"}),
        says("apologise", after=["print"], when="failed"),
    )
    tasks.change(principal, press.id, TaskDraft("press", "told", {"says": "paper"}))
    line.told.seen.clear()

    second = line.finish(line.farm.assembly.windrow.repeating.resume(principal, first.id))

    assert (first.state, second.state, second.rerun_of) == (RunState.PARTIAL, RunState.SUCCEEDED, first.id)
    assert line.told.seen == [{"says": "paper"}, {"says": "news"}]
    assert line.states(second) == {
        "write": "succeeded",
        "print": "succeeded",
        "carry": "succeeded",
        "apologise": "skipped",
    }
    assert line.steps(second)["write"].child_id == line.steps(first)["write"].child_id
    views = line.farm.assembly.windrow.steps.of(principal, second.id)
    assert [each.name for each in views if each.kept] == ["write"]
    log = line.farm.log(second)
    assert log.count(f"Step write is kept from run {first.id}: succeeded") == 1
    assert log.count("Step print ended as succeeded") == 1
    assert line.states(first)["print"] == "failed"


def test_a_run_goes_on_from_a_step_that_somebody_names(line: Line) -> None:
    repeating, principal = line.farm.assembly.windrow.repeating, line.farm.principal
    first = line.run(says("write"), says("print", after=["write"]), says("carry", after=["print"]))
    line.told.seen.clear()

    second = line.finish(repeating.resume(principal, first.id, steps=["print"]))

    assert (second.state, len(line.told.seen)) == (RunState.SUCCEEDED, 2)
    with pytest.raises(Conflict, match="No step of run"):
        repeating.resume(principal, first.id)
    with pytest.raises(BadInput, match="names paint, which is no step"):
        repeating.resume(principal, first.id, steps=["paint"])
    child = line.steps(first)["print"].child_id or ""
    with pytest.raises(Conflict, match="of kind told, succeeded, cannot be gone on with"):
        repeating.resume(principal, child)


def test_the_plan_stays_what_it_was_though_its_item_has_changed(line: Line) -> None:
    windrow, principal = line.farm.assembly.windrow, line.farm.principal
    old = b'{"steps": [{"name": "write", "kind": "told"}, {"name": "print", "kind": "told", "after": ["write"], "parameters": {"fails": "no"}}]}'  # noqa: E501
    item = windrow.items.add(principal, "news.pipeline.json", BytesIO(old), item_type=ItemType.PIPELINE)
    first = line.run(item=item.id)
    windrow.items.replace(principal, item.id, BytesIO(b'{"steps": [{"name": "other", "kind": "told"}]}'))

    second = line.finish(windrow.repeating.resume(principal, first.id))

    assert (second.state, line.states(second)) == (RunState.FAILED, {"write": "succeeded", "print": "failed"})


def nested(line: Line, press: Task) -> tuple[Task, Run]:
    """A pipeline of three steps, whose second is a pipeline of two, whose second fails; and its first run."""
    inner = line.task(
        says("write", parameters={"says": "news"}), {"name": "print", "task": press.id, "after": ["write"]}
    )
    first = line.run(
        says("order", parameters={"says": "paper"}),
        {"name": "make", "task": inner.id, "after": ["order"]},
        says("carry", after=["make"]),
    )
    line.told.seen.clear()
    return inner, first


def mend(line: Line, press: Task) -> None:
    line.farm.assembly.windrow.tasks.change(
        line.farm.principal, press.id, TaskDraft("press", "told", {"says": "paper"})
    )


def test_a_pipeline_within_is_gone_on_with_inside(line: Line) -> None:
    press = line.task(kind="told", fails="no paper")
    _, first = nested(line, press)
    resume = line.farm.assembly.windrow.repeating.resume
    again = line.finish(resume(line.farm.principal, first.id))
    mend(line, press)
    line.told.seen.clear()

    third = line.finish(resume(line.farm.principal, again.id))

    assert (again.state, third.state) == (RunState.FAILED, RunState.SUCCEEDED)
    assert line.told.seen == [{"says": "paper"}, {}]
    inner_first, inner_third = (line.farm.run(line.steps(run)["make"].child_id or "") for run in (again, third))
    assert inner_third.rerun_of == inner_first.id
    assert line.steps(inner_third)["write"].child_id == line.steps(inner_first)["write"].child_id
    assert line.states(inner_third) == {"write": "succeeded", "print": "succeeded"}
    line.told.seen.clear()
    assert line.finish(line.farm.assembly.windrow.repeating.rerun(line.farm.principal, third.id)).state == "succeeded"
    assert len(line.told.seen) == 4


@pytest.mark.parametrize("why", ["named", "before", "mended"])
def test_a_pipeline_within_is_done_as_a_whole_where_it_must_be(line: Line, why: str) -> None:
    press = line.task(kind="told", fails="no paper")
    inner, first = nested(line, press)
    mend(line, press)
    steps = {"named": ["make"], "before": ["order"], "mended": []}[why]
    if why == "mended":
        draft = TaskDraft("inner", "pipeline", inner.parameters)
        line.farm.assembly.windrow.tasks.change(line.farm.principal, inner.id, draft)

    second = line.finish(line.farm.assembly.windrow.repeating.resume(line.farm.principal, first.id, steps=steps))

    assert second.state is RunState.SUCCEEDED
    assert len(line.told.seen) == (4 if why == "before" else 3)
    assert line.farm.run(line.steps(second)["make"].child_id or "").rerun_of == ""


def test_a_pipeline_that_is_a_step_by_its_kind_is_gone_on_with_too(line: Line) -> None:
    press = line.task(kind="told", fails="no paper")
    steps = [says("write"), {"name": "print", "task": press.id, "after": ["write"]}]
    first = line.run({"name": "make", "kind": "pipeline", "parameters": {"steps": steps}})
    mend(line, press)
    line.told.seen.clear()

    second = line.finish(line.farm.assembly.windrow.repeating.resume(line.farm.principal, first.id))

    assert (second.state, line.told.seen) == (RunState.SUCCEEDED, [{"says": "paper"}])


@given(
    st.lists(st.tuples(st.sampled_from(STATES), st.booleans(), st.sets(st.integers(0, 5))), min_size=1, max_size=6),
    st.integers(0, 6),
)
def test_nothing_is_kept_that_came_after_what_is_done_again(
    drawn: list[tuple[RunState | None, bool, set[int]]], named: int
) -> None:
    plan = Plan(
        tuple(
            PlannedStep(str(n), tuple(str(each) for each in after if each < n)) for n, (_, _, after) in enumerate(drawn)
        )
    )
    steps = [Step("r", str(n), None, NOW, state, ended_at=NOW) for n, (state, begun, _) in enumerate(drawn) if begun]
    begin_at = [str(named)] if named < len(drawn) else []

    try:
        kept = set(kept_of(RUN, plan, steps, begin_at))
    except Conflict:
        assert len(steps) == len(drawn)
        return

    good = {each.name for each in steps if each.state in (RunState.SUCCEEDED, RunState.PARTIAL)}
    bad = {each.name for each in steps if each.state in (None, RunState.FAILED, RunState.CANCELLED)} | set(begin_at)
    assert kept == {name for name in good if name not in bad and bad.isdisjoint(_before(plan, name))}


def _before(plan: Plan, name: str) -> Iterable[str]:
    for each in plan.by_name[name].after:
        yield each
        yield from _before(plan, each)
