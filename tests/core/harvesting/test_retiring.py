"""A retired source is harvested no more, and its records stay; it can be taken up again."""

from datetime import timedelta

import pytest

from tests.harvests.farm import Farm
from tests.harvests.shelf import Shelf
from windrow.core.source_drafts import SourceDraft
from windrow.errors import Conflict
from windrow.model.schedules import Schedule
from windrow.model.sources import Health
from windrow.model.triggers import Elapsed

HOURLY = Schedule(Elapsed(timedelta(hours=1)))


def add(farm: Farm, name: str) -> int:
    draft = SourceDraft(name, "shelf", "http://127.0.0.1:9/", schedule=HOURLY, refresh_schedule=HOURLY)
    return farm.assembly.windrow.sources.create(farm.principal, draft).source.id


@pytest.fixture
def retired(farm: Farm, shelf: Shelf) -> int:
    shelf.put("a", "b")
    number = add(farm, "alps")
    farm.harvest(farm.assembly.windrow.sources.get(farm.principal, number))
    farm.assembly.windrow.sources.retire(farm.principal, number)
    return number


def test_its_records_stay_and_nothing_is_done_any_more(farm: Farm, retired: int) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal
    farm.clock.jump(days=400)

    assert farm.assembly.scheduling.tick() == 0
    farm.assembly.watching.tidy()

    view = sources.view(admin, retired)
    assert view.source.health is Health.RETIRED
    assert sorted(farm.titles(view.source)) == ["a", "b"]
    for start in (sources.harvest, sources.refresh, sources.check, sources.retire):
        with pytest.raises(Conflict, match="is retired"):
            start(admin, retired)
    with pytest.raises(Conflict, match="is retired"):
        sources.change(admin, retired, view.draft)


def test_lists_and_counts_leave_it_out_unless_it_is_asked_for(farm: Farm, retired: int) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal

    assert (sources.page(admin).items, sources.count(admin), sources.troubled(admin)) == ([], 0, [])
    assert [view.source.id for view in sources.page(admin, retired_ones=True).items] == [retired]


def test_its_name_is_free(farm: Farm, retired: int) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal
    second = add(farm, "alps")

    with pytest.raises(Conflict, match="'alps'"):
        sources.revive(admin, retired)
    sources.retire(admin, second)

    assert sources.revive(admin, retired).source.name == "alps"


def test_it_is_taken_up_again_where_it_was(farm: Farm, shelf: Shelf, retired: int) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal

    view = sources.revive(admin, retired)

    assert view.source.health is Health.PAUSED
    assert view.task.schedule is not None
    assert not view.task.schedule.enabled
    shelf.put("a", "b", "c")
    assert farm.harvest(view.source).progress.counts == {"unchanged": 2, "added": 1}
    with pytest.raises(Conflict, match="is not retired"):
        sources.revive(admin, retired)


def test_it_is_not_retired_in_mid_harvest(farm: Farm, shelf: Shelf) -> None:
    number = add(farm, "alps")
    sources, admin = farm.assembly.windrow.sources, farm.principal
    run = sources.harvest(admin, number)

    with pytest.raises(Conflict, match="being harvested"):
        sources.retire(admin, number)

    farm.assembly.windrow.runs.cancel(admin, run.id)
    sources.retire(admin, number)


def test_it_can_be_deleted_all_the_same(farm: Farm, retired: int) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal

    sources.delete(admin, retired)

    assert sources.page(admin, retired_ones=True).items == []
