"""Whole harvests of a GeoNode through the real core: first, unchanged, changed, removed, and one bad page."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.harvests.farm import TENDER, Farm, open_farm
from tests.sources.geonode.resources import dataset, some
from tests.sources.geonode.site import Asked, Reply, Site, brief, page_for_people, refused, serving
from windrow.model.runs import Run, RunState
from windrow.model.sources import Source
from windrow.sources.geonode import GeoNodeKind

COUNT = 30
ONCE = replace(TENDER, page_attempts=1)

Making: TypeAlias = Callable[[], Site]

SITES: dict[str, Making] = {
    "whole rows": lambda: Site(some(COUNT)),
    "short rows": lambda: brief(some(COUNT)),
    "capped pages": lambda: brief(some(COUNT), most=4),
    "legacy": lambda: Site(some(COUNT), api="legacy"),
}


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(GeoNodeKind(),)) as farm:
        yield farm


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Site:
    return SITES[request.param]()


@pytest.fixture
def source(farm: Farm, site: Site) -> Iterator[Source]:
    """Harvested once."""
    with serving(site) as url:
        source = farm.add("geonode", url, policies=ONCE, settings={"page_size": 10})
        run = farm.harvest(source)
        assert told(run) == (RunState.SUCCEEDED, {"added": COUNT}, "")
        assert (run.progress.done, run.progress.total) == (COUNT, COUNT)
        site.asked.clear()
        yield source


def told(run: Run) -> tuple[RunState, dict[str, int], str]:
    return run.state, dict(run.progress.counts), run.error


def details(site: Site) -> list[str]:
    """Resources that were asked for one by one."""
    return [each for each in site.paths() if each.rstrip("/").split("/")[-1].isdigit()]


def test_an_unchanged_geonode_costs_only_its_list(farm: Farm, site: Site, source: Source) -> None:
    before = farm.resources(source)

    run = farm.harvest(source)

    assert told(run) == (RunState.SUCCEEDED, {"unchanged": COUNT}, "")
    assert details(site) == []
    assert farm.resources(source) == before
    assert site.paths().count("/api/v2/datasets") == (0 if site.api == "legacy" else 1)


def test_changes_and_removals_arrive(farm: Farm, site: Site, source: Source) -> None:
    site.resources[4] |= {"title": "New", "last_updated": "2024-09-01T00:00:00Z"}
    del site.resources[7]
    site.resources.append(dataset(99))

    run = farm.harvest(source)

    assert run.state is RunState.SUCCEEDED
    assert run.progress.counts == {"unchanged": COUNT - 2, "changed": 1, "added": 1, "deleted": 1}
    assert farm.presences(source)["8"] == "gone"
    assert farm.titles(source)[str(dataset(5)["uuid"])] == "New"
    assert len(details(site)) == (0 if site.row is None and site.api == "v2" else 2)


@pytest.mark.parametrize("reply", [refused("Out of order.", "error", 500), page_for_people()], ids=["500", "HTML"])
def test_one_bad_page_deletes_nothing(farm: Farm, site: Site, source: Source, reply: Reply) -> None:
    del site.resources[7]

    def spoil(asked: Asked) -> Reply | None:
        return reply if asked.one("page") == "2" or asked.one("offset") == "10" else None

    site.spoil = spoil
    run = farm.harvest(source)

    assert run.state is RunState.PARTIAL
    assert run.result["failed_pages"] == 1
    assert set(farm.presences(source).values()) == {"present"}

    site.spoil = lambda asked: None
    assert told(farm.harvest(source))[:2] == (RunState.SUCCEEDED, {"unchanged": COUNT - 1, "deleted": 1})


def test_a_geonode_that_is_out_of_order_deletes_nothing(farm: Farm, site: Site, source: Source) -> None:
    site.spoil = lambda asked: page_for_people()

    run = farm.harvest(source)

    assert run.state is RunState.FAILED
    assert "No GeoNode at" in run.error
    assert set(farm.presences(source).values()) == {"present"}


def test_a_geonode_that_seems_empty_deletes_nothing(farm: Farm, site: Site, source: Source) -> None:
    site.resources.clear()

    run = farm.harvest(source)

    assert run.state is not RunState.SUCCEEDED
    assert set(farm.presences(source).values()) == {"present"}


def test_a_resource_that_cannot_be_had_is_told_and_kept(farm: Farm) -> None:
    site = brief(some(COUNT))
    with serving(site) as url:
        source = farm.add("geonode", url, policies=ONCE)
        farm.harvest(source)
        site.resources[0] |= {"title": "New", "last_updated": "2024-09-01T00:00:00Z"}
        site.resources[1] |= {"title": "New", "last_updated": "2024-09-01T00:00:00Z"}
        site.spoil = lambda asked: refused("No.", "no", 403) if asked.path.endswith("/1/") else None
        run = farm.harvest(source)

        site.resources.pop()
        again = farm.harvest(source)
        site.spoil = lambda asked: None
        last = farm.harvest(source)

    assert (run.state, run.progress.counts["quarantined"], run.progress.counts["changed"]) == (RunState.PARTIAL, 1, 1)
    assert any("answered 403" in each for each in farm.log(run))
    # What is refused for good keeps nothing else from being noticed, and shows what it was last.
    assert (again.result["complete"], again.progress.counts["deleted"]) == (True, 1)
    assert (last.state, last.progress.counts["changed"]) == (RunState.SUCCEEDED, 1)
    assert farm.titles(source)[str(dataset(1)["uuid"])] == "New"


def test_an_older_geonode_that_was_upgraded_goes_on_with_the_same_resources(farm: Farm) -> None:
    site = Site(some(COUNT), api="legacy")
    with serving(site) as url:
        source = farm.add("geonode", url, policies=ONCE)
        farm.harvest(source)
        site.api = "v2"
        run = farm.harvest(source)

    assert told(run) == (RunState.SUCCEEDED, {"changed": COUNT}, "")
    assert set(farm.presences(source).values()) == {"present"}
