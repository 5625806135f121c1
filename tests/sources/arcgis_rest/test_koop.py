"""A real server, Koop, is recognised and gives up every layer and table."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samples.servers.koop import Koop
from tests.harvests.farm import TENDER, Farm, open_farm
from tests.sources.arcgis_rest.passes import KIND, harvest
from tests.sources.conftest import Asking
from windrow.errors import RemoteStatus
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Detection, PassRequest


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(KIND,)) as farm:
        yield farm


def points(number: int, name: str, *places: tuple[float, float], **metadata: Any) -> dict[str, Any]:
    """A layer of points, as Koop's providers give them."""
    features = [
        {"type": "Feature", "properties": {"OBJECTID": at}, "geometry": {"type": "Point", "coordinates": list(place)}}
        for at, place in enumerate(places, 1)
    ]
    told = {"id": number, "name": name, "idField": "OBJECTID", **metadata}
    return {"type": "FeatureCollection", "metadata": told, "features": features}


def table(number: int, name: str) -> dict[str, Any]:
    rows = [{"type": "Feature", "properties": {"OBJECTID": 1, "text": "x"}, "geometry": None}]
    return {"type": "FeatureCollection", "metadata": {"id": number, "name": name}, "features": rows}


def services() -> dict[str, Any]:
    return {
        "trees": {
            "metadata": {"description": "Trees of the city"},
            "layers": [
                points(0, "Trees", (9.1, 47.1), (9.3, 47.4), description="Every tree", copyrightText="Parks office"),
                points(1, "Benches", (9.2, 47.2)),
            ],
            "tables": [table(2, "Species")],
        },
        "wells": {"layers": [points(0, "Wells", (179.5, -17), (-179.5, -16))], "tables": []},
    }


def test_every_layer_arrives_once(start_koop: Callable[..., Koop], loopback: Asking) -> None:
    server = start_koop(services())

    found = harvest(server.catalogue_url, loopback)

    home = server.catalogue_url
    assert {each.identifier.removeprefix(home): each.type for each in found.records} == {
        "/trees/FeatureServer/0": "Feature Layer",
        "/trees/FeatureServer/1": "Feature Layer",
        "/trees/FeatureServer/2": "Table",
        "/wells/FeatureServer/0": "Feature Layer",
    }
    assert (found.references, found.failed, found.broken) == ([], [], [])
    # The catalogue, two requests for three layers, and two for a single one.
    assert len(loopback.asked) == 5


def test_a_layer_is_read_whole(start_koop: Callable[..., Koop], loopback: Asking) -> None:
    server = start_koop(services())

    found = harvest(server.catalogue_url, loopback).read

    trees = found["Trees"]
    assert (trees.abstract, trees.licence) == ("Every tree", "Parks office")
    assert trees.bbox == pytest.approx((9.1, 47.1, 9.3, 47.4))
    assert trees.keywords == ("ESRI", "ArcGIS REST FeatureServer")
    assert [each.media_type for each in trees.links if each.rel == "enclosure"] == ["application/geo+json"]
    assert found["Species"].bbox is None


def test_the_download_of_a_layer_is_its_features(start_koop: Callable[..., Koop], loopback: Asking) -> None:
    server = start_koop(services())
    trees = harvest(server.catalogue_url, loopback).read["Trees"]

    [download] = [each.href for each in trees.links if each.rel == "enclosure"]

    assert loopback.get(download).body.count(b'"Point"') == 2


def test_it_is_recognised_at_any_of_its_addresses(start_koop: Callable[..., Koop], loopback: Asking) -> None:
    home = start_koop(services()).catalogue_url
    service, one = f"{home}/trees/FeatureServer", f"{home}/trees/FeatureServer/1"

    assert KIND.detect(home, None, loopback) == Detection("arcgis_rest", home)
    assert KIND.detect(f"{service}?f=html", None, loopback) == Detection("arcgis_rest", service, "trees")
    assert KIND.detect(f"{one}/query?where=1=1", None, loopback) == Detection("arcgis_rest", one, "trees")
    assert KIND.detect(f"{home}/none/FeatureServer", None, loopback) is None
    # Koop answers map services, which it does not have, by an error with status 200.
    assert KIND.detect(f"{home}/trees/MapServer", None, loopback) is None


def test_one_layer_can_be_harvested(start_koop: Callable[..., Koop], loopback: Asking) -> None:
    one = f"{start_koop(services()).catalogue_url}/trees/FeatureServer/1"

    assert harvest(one, loopback).identifiers == [one]


def test_a_service_that_needs_a_token_says_so(start_koop: Callable[..., Koop], loopback: Asking) -> None:
    server = start_koop(services() | {"secret": {"error": 401}})

    with pytest.raises(RemoteStatus, match=r"secret/FeatureServer needs a token; .* \(499: Token Required\)"):
        KIND.open(PassRequest(f"{server.catalogue_url}/secret/FeatureServer", {}), loopback)


def test_a_harvest_and_the_next_ones(start_koop: Callable[..., Koop], farm: Farm) -> None:
    now = services()
    server = start_koop(now)
    source = farm.add("arcgis_rest", server.catalogue_url, policies=TENDER)

    first, second = farm.harvest(source), farm.harvest(source)
    now["trees"]["layers"][1]["metadata"]["name"] = "Seats"
    now["wells"]["layers"] = [points(0, "Wells", (5, 5)), points(1, "Springs", (6, 6))]
    now["trees"]["tables"] = []
    server.write(now)
    third = farm.harvest(source)
    server.write(now | {"wells": {"error": 401}})
    fourth = farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.SUCCEEDED, {"added": 4})
    assert (second.state, second.progress.counts) == (RunState.SUCCEEDED, {"unchanged": 4})
    assert third.result["counts"] == {"unchanged": 1, "changed": 2, "added": 1, "deleted": 1}
    assert (fourth.state, fourth.progress.counts) == (RunState.PARTIAL, {"unchanged": 2})
    assert sorted(farm.titles(source).values()) == ["Seats", "Springs", "Trees", "Wells"]
