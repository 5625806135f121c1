"""What people do with tasks and runs, without any way in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.harvests.farm import Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind
from windrow.core.runs import TaskDraft, scheduled, with_reserved
from windrow.errors import BadInput, Conflict, NotAllowed, NotFound
from windrow.model.accounts import Principal, Right, Role
from windrow.model.identity import new_id
from windrow.model.schedules import Schedule
from windrow.model.triggers import Interval
from windrow.model.workers import Carried, Inspection

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(ShelfKind(Shelf()),)) as farm:
        yield farm


def principal_of(farm: Farm, role: Role = Role.ADMIN) -> Principal:
    admin = farm.principal
    rights = {Role.ADMIN: frozenset(Right), Role.OPERATOR: frozenset({Right.READ, Right.WRITE})}
    return replace(admin, role=role, rights=rights.get(role, frozenset({Right.READ})))


def test_work_on_sources_is_not_made_by_hand(farm: Farm) -> None:
    tasks, admin = farm.assembly.windrow.tasks, principal_of(farm)

    for kind in ("harvest", "source_diff"):
        with pytest.raises(BadInput, match="is work on a source"):
            tasks.create(admin, TaskDraft("x", kind, {"source_id": 1}))


def test_the_task_of_a_source_is_changed_and_deleted_with_its_source(farm: Farm) -> None:
    tasks, admin = farm.assembly.windrow.tasks, principal_of(farm)
    source = farm.add("shelf")
    task = tasks.get(admin, source.task_id)

    with pytest.raises(Conflict, match=f"belongs to source {source.id}"):
        tasks.change(admin, task.id, TaskDraft("x", "harvest"))
    with pytest.raises(Conflict, match=f"belongs to source {source.id}"):
        tasks.delete(admin, task.id, farm.assembly.blobs)


def test_a_source_that_is_being_harvested_is_not_started_by_its_task(farm: Farm) -> None:
    windrow, admin = farm.assembly.windrow, principal_of(farm)
    source = farm.add("shelf")
    run = windrow.sources.harvest(admin, source.id)

    with pytest.raises(Conflict, match=run.id):
        windrow.tasks.start(admin, source.task_id)
    with pytest.raises(Conflict, match=run.id):
        windrow.sources.harvest(admin, source.id)


def test_who_may_only_look_starts_cancels_and_deletes_nothing(farm: Farm) -> None:
    windrow, admin = farm.assembly.windrow, principal_of(farm)
    viewer = principal_of(farm, Role.VIEWER)
    source = farm.add("shelf")
    run = windrow.sources.harvest(admin, source.id)

    assert windrow.runs.get(viewer, run.id) == windrow.runs.get(admin, run.id)
    for refused in (
        lambda: windrow.tasks.start(viewer, source.task_id),
        lambda: windrow.sources.harvest(viewer, source.id),
        lambda: windrow.sources.cancel(viewer, source.id),
        lambda: windrow.runs.cancel(viewer, run.id),
        lambda: windrow.runs.delete(viewer, run.id),
        lambda: windrow.runs.workers(viewer),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_another_team_finds_nothing(farm: Farm) -> None:
    windrow, admin = farm.assembly.windrow, principal_of(farm)
    stranger = replace(principal_of(farm, Role.OPERATOR), tenant_id=new_id())
    source = farm.add("shelf")
    run = windrow.sources.harvest(admin, source.id)

    assert list(windrow.runs.page(stranger, task_id=source.task_id).items) == []
    assert list(windrow.sources.page(stranger).items) == []
    for asked in (
        lambda: windrow.runs.get(stranger, run.id),
        lambda: windrow.runs.cancel(stranger, run.id),
        lambda: windrow.runs.outputs(stranger, run.id),
        lambda: windrow.tasks.get(stranger, source.task_id),
        lambda: windrow.sources.view(stranger, source.id),
        lambda: windrow.sources.cancel(stranger, source.id),
    ):
        with pytest.raises(NotFound):
            asked()


def test_a_list_of_no_tasks_runs_is_empty(farm: Farm) -> None:
    assert list(farm.assembly.windrow.runs.page(principal_of(farm), task_id="no id\0").items) == []


def test_a_schedule_that_is_not_changed_keeps_the_moment_that_is_due() -> None:
    due = NOW - timedelta(seconds=5)
    present = Schedule(Interval(timedelta(hours=1), due), next_due=due)

    assert scheduled(present, NOW, present=present) == present
    assert scheduled(replace(present, occurrences=3), NOW, present=present) == replace(
        present, occurrences=3, next_due=due + timedelta(hours=1)
    )


@pytest.mark.parametrize("second", [0, 59])
def test_a_moment_that_nobody_will_live_to_see_is_refused(second: int) -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    trigger = Interval(timedelta(minutes=1), NOW.replace(second=second))

    with pytest.raises(BadInput, match="too far from today"):
        scheduled(Schedule(trigger, start=last), NOW)


def test_what_an_engine_has_reserved_stands_under_its_worker() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    one, two = (Carried(new_id(), "a run", "harvest", "default", 0, now) for _ in range(2))
    found = Inspection({"w": []}, {"": [one, two]}, {"": []})

    merged = with_reserved(found, {"w": [two.run_id, "long gone"], "idle": []})

    assert merged.reserved == {"": [one], "w": [two]}
    assert (merged.active, merged.scheduled) == (found.active, found.scheduled)
