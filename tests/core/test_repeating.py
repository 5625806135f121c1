"""A task is started with other parameters and for another time; an ended run is run again."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.harvests.farm import Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind
from windrow.core.runs import TaskDraft
from windrow.core.source_drafts import SourceDraft
from windrow.errors import BadInput, Conflict
from windrow.model.runs import Cause, Part, RunState
from windrow.model.tasks import Task
from windrow.ports.work import Done, Performed, Work

MAY = datetime(2026, 5, 1, tzinfo=UTC)


class Report:
    """Work that tells what it was given."""

    name: ClassVar[str] = "told"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {"depth": {"type": "integer", "minimum": 1}, "words": {"type": "string"}},
        "additionalProperties": False,
    }

    def perform(self, work: Work) -> Performed:
        due = work.run.due
        return Done({"given": dict(work.run.parameters), "due": None if due is None else due.isoformat()})

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        raise NotImplementedError


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(ShelfKind(Shelf()),), work=(Report(),)) as farm:
        yield farm


@pytest.fixture
def task(farm: Farm) -> Task:
    draft = TaskDraft("a report", "told", {"depth": 2, "words": "few"})
    return farm.assembly.windrow.tasks.create(farm.principal, draft)


def test_other_parameters_and_a_nominal_time_are_of_one_run_only(farm: Farm, task: Task) -> None:
    tasks = farm.assembly.windrow.tasks

    run = farm.finish(tasks.start(farm.principal, task.id, parameters={"depth": 3}, due=MAY))

    assert run.result == {"given": {"depth": 3, "words": "few"}, "due": MAY.isoformat()}
    assert (run.cause, run.due) == (Cause.REQUEST, MAY)
    assert tasks.get(farm.principal, task.id).parameters == task.parameters
    assert farm.finish(tasks.start(farm.principal, task.id)).result == {"given": task.parameters, "due": None}


def test_what_the_kind_does_not_take_is_refused(farm: Farm, task: Task) -> None:
    with pytest.raises(BadInput) as refused:
        farm.assembly.windrow.tasks.start(farm.principal, task.id, parameters={"depth": 0, "width": 1})

    assert {each.field for each in refused.value.problems} == {"parameters.depth", "parameters.width"}


def test_an_ended_run_is_run_again_as_it_was(farm: Farm, task: Task) -> None:
    windrow = farm.assembly.windrow
    run = windrow.tasks.start(farm.principal, task.id, parameters={"depth": 3}, due=MAY)
    with pytest.raises(Conflict, match="has not ended"):
        windrow.repeating.rerun(farm.principal, run.id)
    first = farm.finish(run)
    windrow.tasks.change(farm.principal, task.id, TaskDraft("a report", "told", {"depth": 9}))

    second = farm.finish(windrow.repeating.rerun(farm.principal, first.id))

    assert (second.result, second.due, second.rerun_of) == (first.result, MAY, first.id)
    assert farm.run(first.id).rerun_of == ""


def test_the_parameters_of_a_source_are_not_changed_by_its_task(farm: Farm) -> None:
    source = farm.add("shelf")

    with pytest.raises(BadInput, match="are not changed here: start source"):
        farm.assembly.windrow.tasks.start(farm.principal, source.task_id, parameters={"full": True})


def test_a_harvest_is_run_again_but_not_beside_another(farm: Farm) -> None:
    windrow, source = farm.assembly.windrow, farm.add("shelf")
    first = farm.harvest(source, full=True)

    second = windrow.repeating.rerun(farm.principal, first.id)

    assert (second.parameters, second.rerun_of) == (first.parameters, first.id)
    with pytest.raises(Conflict, match=second.id):
        windrow.repeating.rerun(farm.principal, first.id)
    assert farm.finish(second).state is RunState.SUCCEEDED


def test_a_retired_source_is_not_harvested_again(farm: Farm) -> None:
    windrow, source = farm.assembly.windrow, farm.add("shelf")
    run = farm.harvest(source)
    windrow.sources.retire(farm.principal, source.id)

    with pytest.raises(Conflict, match="retired"):
        windrow.repeating.rerun(farm.principal, run.id)


def test_a_comparison_is_started_anew_and_not_run_again(farm: Farm) -> None:
    windrow, source = farm.assembly.windrow, farm.add("shelf")
    run = windrow.sources.diff(farm.principal, source.id, SourceDraft(source.name, source.kind, source.url))
    windrow.runs.cancel(farm.principal, run.id)

    with pytest.raises(Conflict, match="is not run again"):
        windrow.repeating.rerun(farm.principal, run.id)
