"""What is refused when a pipeline is saved, and how it is told."""

import io
import json
from typing import Any

import pytest

from tests.core.pipelines.conftest import Line, says
from windrow.core.runs import TaskDraft
from windrow.errors import BadInput, Conflict
from windrow.model.runs import RunState


def problems(line: Line, *steps: dict[str, Any], **parameters: Any) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        line.task(*steps, **parameters)
    return {each.field.removeprefix("parameters."): each.problem for each in caught.value.problems}


@pytest.mark.parametrize(
    ("steps", "field", "told"),
    [
        ([says("a"), says("a")], "steps.1.name", "taken"),
        ([says("a", after=["b"])], "steps.0.after", "names b"),
        ([says("a", after=["b"]), says("b", after=["a"])], "steps", "circle"),
        ([{"name": "a"}], "steps.0", "one of task, kind and source"),
        ([says("a", source=1)], "steps.0", "one of task, kind and source"),
        ([says("a", when="failed")], "steps.0.when", "name one in after"),
        ([says("a", when="1 +")], "steps.0.when", "step a: is no CEL"),
        ([says("a"), says("b", when="steps.a.state == ''")], "steps.1.when", "step b: asks for step a"),
        ([says("a", parameters={"says": {"x": "${{ nope }}"}})], "steps.0.parameters.says.x", "asks for nope"),
        ([says("a", parameters={"nope": 1})], "steps.0.parameters.nope", "step a: is not a setting"),
        ([{"name": "a", "kind": "nope"}], "steps.0.kind", "no kind of work"),
        ([{"name": "a", "kind": "harvest"}], "steps.0.kind", "name the source"),
        ([{"name": "a", "source": 999_999}], "steps.0.source", "no source 999999"),
        ([{"name": "a", "task": "nope"}], "steps.0.task", "no task nope"),
        ([says("a b")], "steps.0.name", "must match"),
        ([says("a", timeout=0)], "steps.0.timeout", "more than 0"),
        ([{"name": "a", "kind": "pipeline", "parameters": {}}], "steps.0.parameters.steps", "either"),
        (
            [{"name": "a", "kind": "report", "parameters": {"report": "usage", "send_to": ["Nobody"]}}],
            "steps.0.parameters.send_to.0",
            "step a: There is no destination 'Nobody'",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(line: Line, steps: list[dict[str, Any]], field: str, told: str) -> None:
    assert told in problems(line, *steps)[field]


def test_a_pipeline_that_contains_itself_is_refused(line: Line) -> None:
    tasks, principal = line.farm.assembly.windrow.tasks, line.farm.principal
    inner = line.task(says("a"))
    outer = line.task({"name": "inner", "task": inner.id})
    circle = {"steps": [{"name": "outer", "task": outer.id}]}

    with pytest.raises(BadInput, match="contains this pipeline itself"):
        tasks.change(principal, inner.id, TaskDraft("inner", "pipeline", circle))


def test_an_item_is_read_when_a_run_begins_and_kept_by_it(line: Line) -> None:
    items, principal = line.farm.assembly.windrow.items, line.farm.principal
    content = {"steps": [says("a", parameters={"says": "${{ parameters.word }}"})], "parameters": {"word": "usual"}}
    item = items.add(principal, "month.pipeline.json", io.BytesIO(json.dumps(content).encode()))
    task = line.task(item=item.id, parameters={"word": "special"})
    run = line.farm.assembly.windrow.tasks.start(principal, task.id)
    line.farm.performer.perform(run.id)
    items.replace(principal, item.id, io.BytesIO(b'{"steps": [{"name": "other", "kind": "told"}]}'))

    assert line.finish(run).state is RunState.SUCCEEDED
    assert line.told.seen == [{"says": "special"}]
    again = line.finish(line.farm.assembly.windrow.tasks.start(principal, task.id))
    assert line.states(again) == {"other": "succeeded"}


def test_an_item_that_is_wrong_is_refused(line: Line) -> None:
    items, principal = line.farm.assembly.windrow.items, line.farm.principal
    item = items.add(principal, "month.pipeline.json", io.BytesIO(b'{"steps": [{"name": "a", "nope": 1}]}'))

    assert "item.steps.0.nope" in str(problems(line, item=item.id))
    assert "no item" in problems(line, item="nope")["item"]
    assert "either" in problems(line)["steps"]


def test_an_inner_task_is_changed_with_its_pipeline_only(line: Line) -> None:
    run = line.run(says("a"))
    child = line.farm.run(line.steps(run)["a"].child_id or "")

    with pytest.raises(Conflict, match="part of task"):
        line.farm.assembly.windrow.tasks.change(line.farm.principal, child.task_id, TaskDraft("a", "told"))
