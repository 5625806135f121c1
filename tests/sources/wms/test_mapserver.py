"""A real map server, MapServer, is recognised, gives up every layer, and draws the pictures that records link to."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyproj import Transformer

from samples.servers.mapserver import MapLayer, MapServer
from tests.harvests.farm import TENDER, Farm, ImpatientMaker, open_farm
from tests.servers.mapserver import LAYERS
from tests.sources.conftest import Asking
from windrow.model.records import Contact, Record
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Detection, PageRequest, PassRequest
from windrow.sources.wms import WmsKind

KIND = WmsKind()
VERSIONS = ("1.3.0", "1.1.1", "1.1.0")  # MapServer 8 has given up 1.0.0


def harvested(server: MapServer, fetcher: Asking, **settings: object) -> dict[str, Record]:
    request = PassRequest(server.url, settings)
    page = PageRequest(KIND.open(request, fetcher).pages[0])
    found = KIND.read(request, page, KIND.load(request, page, fetcher))
    return {each.identifier: each.read() for each in found.records}


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm", kinds=(KIND,)) as farm:
        maker = farm.assembly.__dict__["fetcher_maker"]
        assert isinstance(maker, ImpatientMaker)
        maker.changes = {"read_timeout": 30.0, "attempts": 1}  # a program is started for each answer
        yield farm


@pytest.mark.parametrize("version", VERSIONS)
def test_every_layer_is_read_as_the_server_was_told(mapserver: MapServer, loopback: Asking, version: str) -> None:
    found = harvested(mapserver, loopback, version=version)

    assert len(loopback.asked) == 1
    assert list(found) == [each.name for each in LAYERS]
    assert [each.title for each in found.values()] == [each.title for each in LAYERS]
    assert [each.bbox for each in found.values()] == [pytest.approx(in_degrees(each), abs=1e-4) for each in LAYERS]
    assert {each.licence for each in found.values()} == {"CC BY 4.0"}


def test_a_layer_is_read_whole(mapserver: MapServer, loopback: Asking) -> None:
    lakes = harvested(mapserver, loopback)["lakes"]

    assert (lakes.abstract, lakes.keywords) == ("Standing waters above ten hectares", ("water", "lakes"))
    assert lakes.contacts == (
        Contact(organisation="Example survey", role="attribution", url="http://survey.example/"),
        Contact("Ada Example", "Survey of Examples", "pointOfContact", "ada@survey.example", "+49 30 1234"),
    )
    links = {each.rel: each for each in lakes.links}
    assert (links["service"].href, links["service"].protocol) == (mapserver.url, "OGC:WMS")
    assert links["describedby"].media_type == "text/xml"
    assert links["describedby"].protocol == "TC211"


def test_the_time_dimension_is_read(mapserver: MapServer, loopback: Asking) -> None:
    snow = harvested(mapserver, loopback)["snow"]

    assert (snow.time_start, snow.time_end) == (datetime(2019, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_server_draws_what_records_link_to(mapserver: MapServer, loopback: Asking, version: str) -> None:
    for record in harvested(mapserver, loopback, version=version, thumbnail_size=64).values():
        [picture] = [each for each in record.links if each.rel == "preview"]

        answer = loopback.get(picture.href)
        # Nothing lies there: what a wrong order of axes would show too.
        empty = loopback.get(re.sub("bbox=[^&]+", "bbox=-80,-80,-79,-79", picture.href))

        assert (answer.media_type, answer.body[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n"), record.identifier
        assert empty.body[:8] == answer.body[:8]
        assert answer.body != empty.body, record.identifier


@pytest.mark.parametrize("version", VERSIONS)
def test_the_links_of_a_service_lead_to_its_capabilities(mapserver: MapServer, loopback: Asking, version: str) -> None:
    [record, *_] = harvested(mapserver, loopback, version=version).values()
    [link] = [each for each in record.links if each.rel == "service-desc"]

    answer = loopback.get(link.href)

    assert f'version="{version}"'.encode() in answer.body


def test_groups_are_layers_where_they_are_wanted(mapserver: MapServer, loopback: Asking) -> None:
    groups = set(harvested(mapserver, loopback, groups=True)) - set(harvested(mapserver, loopback))

    assert groups == {"sample", "hydrography"}


def test_it_is_recognised_by_any_of_its_addresses(mapserver: MapServer, loopback: Asking) -> None:
    found = Detection("wms", mapserver.url, "Sample maps", {}, 1.0)

    assert KIND.detect(mapserver.url, None, loopback) == replace(found, certainty=0.9)
    assert KIND.detect(f"{mapserver.url}&SERVICE=WMS&REQUEST=GetMap&LAYERS=lakes", None, loopback) == found
    assert KIND.detect(urlsplit(mapserver.url)._replace(query="").geturl(), None, loopback) is None


def test_whole_harvests(farm: Farm, start_mapserver: Callable[[Sequence[MapLayer]], MapServer], tmp_path: Path) -> None:
    server = start_mapserver(LAYERS)
    source = farm.add("wms", server.url, policies=TENDER)
    first, second = farm.harvest(source), farm.harvest(source)
    before = farm.resources(source)
    server.write([replace(LAYERS[0], title="Lakes and ponds"), *LAYERS[1:-1]], sequence=2)

    third = farm.harvest(source)

    assert (first.state, first.error, first.progress.counts) == (RunState.SUCCEEDED, "", {"added": 5})
    assert (second.state, second.error, second.progress.counts) == (RunState.SUCCEEDED, "", {"unchanged": 5})
    assert third.result["counts"] == {"unchanged": 3, "changed": 1, "deleted": 1}
    assert (before["lakes"].title, farm.titles(source)["lakes"]) == ("Lakes of the Alps", "Lakes and ponds")
    assert len(server.requests) == 3, "one request for each harvest"


def in_degrees(layer: MapLayer) -> tuple[float, ...]:
    """Where a layer lies, reckoned anew from its own coordinates."""
    if layer.system == 4326:
        return layer.box
    transformer = Transformer.from_crs(f"EPSG:{layer.system}", "EPSG:4326", always_xy=True)
    return tuple(transformer.transform_bounds(*layer.box))
