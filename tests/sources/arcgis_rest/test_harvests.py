"""Whole harvests of a services directory: what changed is found, and a service that fails deletes nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from tests.harvests.farm import BRISK, TENDER, Farm, open_farm
from tests.remotes.scripts import html_page, reply, status
from tests.remotes.server import Remote
from tests.sources.arcgis_rest.directory import catalogue, error, layer, publish, saved
from tests.sources.arcgis_rest.passes import KIND
from windrow.model.runs import RunState

HOME = "/arcgis/rest/services"


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(KIND,)) as farm:
        yield farm


def serve(remote: Remote, documents: Mapping[str, Any]) -> str:
    """Serves documents by their path below the catalogue; returns the catalogue's URL."""
    for path, document in documents.items():
        remote.on(address(path), reply(orjson.dumps(document), media_type="application/json"))
    return remote.url(HOME)


def address(path: str) -> str:
    return f"{HOME}/{quote(path)}".rstrip("/")


def two_services() -> dict[str, Any]:
    """Eight layers in two services, one in a folder."""
    return {
        "": catalogue("Roads/MapServer", folders=("Nature",)),
        "Nature": catalogue("Nature/Lakes/MapServer"),
        **publish("Roads", *(layer(number) for number in range(4))),
        **publish("Nature/Lakes", *(layer(number) for number in range(4))),
    }


def test_a_harvest_sees_everything_and_the_next_one_writes_nothing(farm: Farm, remote: Remote) -> None:
    source = farm.add("arcgis_rest", serve(remote, two_services()))
    first = farm.harvest(source)
    before = farm.resources(source)
    remote.seen.clear()

    second = farm.harvest(source)

    assert (first.state, first.error, first.progress.counts) == (RunState.SUCCEEDED, "", {"added": 8})
    assert (second.state, second.error, second.progress.counts) == (RunState.SUCCEEDED, "", {"unchanged": 8})
    assert farm.resources(source) == before
    # The catalogue, the folder, and two requests for each service.
    assert len(remote.seen) == 6


@pytest.mark.parametrize("name", ["server-9.3", "server-10.0", "server-11.3", "online"])
def test_servers_of_every_version_are_harvested_whole(farm: Farm, remote: Remote, name: str) -> None:
    source = farm.add("arcgis_rest", serve(remote, saved(name)))

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, second.state) == (RunState.SUCCEEDED, RunState.SUCCEEDED)
    added, again = dict(first.progress.counts), dict(second.progress.counts)
    assert added.pop("added") == again.pop("unchanged") == len(farm.titles(source)) > 0
    assert added == again  # the group of 9.3, which is known as such only when it is asked for


def test_changes_on_the_server_are_found(farm: Farm, remote: Remote) -> None:
    source = farm.add("arcgis_rest", serve(remote, two_services()), policies=TENDER)
    farm.harvest(source)
    lakes = [layer(0), layer(2, "Ponds"), layer(3), layer(4, "Marshes")]
    serve(remote, publish("Nature/Lakes", *lakes))

    run = farm.harvest(source)

    assert run.state is RunState.SUCCEEDED
    assert run.result["counts"] == {"unchanged": 6, "changed": 1, "added": 1, "deleted": 1}
    home = remote.url(HOME)
    assert farm.presences(source)[f"{home}/Nature/Lakes/MapServer/1"] == "gone"
    assert farm.titles(source)[f"{home}/Nature/Lakes/MapServer/2"] == "Ponds"


@pytest.mark.parametrize("path", ["Nature", "Nature/Lakes/MapServer"])
@pytest.mark.parametrize("what", ["token", "broken", "error", "page"])
def test_a_page_that_fails_deletes_nothing(farm: Farm, remote: Remote, path: str, what: str) -> None:
    source = farm.add("arcgis_rest", serve(remote, two_services()), policies=TENDER)
    farm.harvest(source)
    script = {
        "token": reply(orjson.dumps(error(499, "Token Required")), media_type="application/json"),
        "broken": reply(b'{"services": [', media_type="application/json"),
        "error": status(500),
        "page": html_page("Please sign in"),
    }[what]
    remote.on(address(path), script)

    run = farm.harvest(source)

    assert (run.state, run.progress.counts, run.result["failed_pages"]) == (RunState.PARTIAL, {"unchanged": 4}, 1)
    assert set(farm.presences(source).values()) == {"present"}
    if what == "token":
        assert any("needs a token" in line for line in farm.log(run))


def test_a_layer_that_fails_deletes_nothing(farm: Farm, remote: Remote) -> None:
    documents = two_services()
    source = farm.add("arcgis_rest", serve(remote, documents), policies=TENDER)
    farm.harvest(source)
    documents["Nature/Lakes/MapServer/layers"]["layers"].pop(1)
    serve(remote, documents | {"Nature/Lakes/MapServer/1": error(500, "Could not open the layer")})

    run = farm.harvest(source)

    assert (run.state, set(farm.presences(source).values())) == (RunState.PARTIAL, {"present"})
    assert run.progress.counts["unchanged"] == 7


def test_an_empty_catalogue_deletes_nothing(farm: Farm, remote: Remote) -> None:
    source = farm.add("arcgis_rest", serve(remote, two_services()), policies=TENDER)
    farm.harvest(source)
    serve(remote, {"": catalogue()})

    run = farm.harvest(source)

    assert run.state is not RunState.SUCCEEDED
    assert set(farm.presences(source).values()) == {"present"}


def test_a_broken_layer_waits_in_quarantine(farm: Farm, remote: Remote) -> None:
    documents = two_services()
    documents["Roads/MapServer/layers"]["layers"][2]["name"] = ""
    source = farm.add("arcgis_rest", serve(remote, documents), policies=BRISK)

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"added": 7, "quarantined": 1})
