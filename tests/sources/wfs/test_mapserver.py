"""A real feature server, MapServer, is recognised, gives up every type, and the downloads that records link to work."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from pyproj import Transformer

from samples.servers.mapserver import MapLayer, MapServer
from tests.harvests.farm import TENDER, Farm, ImpatientMaker, open_farm
from tests.servers.mapserver import LAYERS
from tests.sources.conftest import Asking
from windrow.formats.xml import parse
from windrow.model.records import Contact, Record
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Detection, PageRequest, PassRequest
from windrow.sources.wfs import WfsKind

KIND = WfsKind()
VERSIONS = {"2.0.0": "ms:", "1.1.0": "", "1.0.0": ""}
"""With the prefix that MapServer gives to names."""


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
def test_every_type_is_read_as_the_server_was_told(mapserver: MapServer, loopback: Asking, version: str) -> None:
    found = harvested(mapserver, loopback, version=version)

    assert len(loopback.asked) == 1
    assert list(found) == [f"{VERSIONS[version]}{each.name}" for each in LAYERS]
    assert [each.title for each in found.values()] == [each.title for each in LAYERS]
    assert [each.bbox for each in found.values()] == [pytest.approx(in_degrees(each), abs=1e-4) for each in LAYERS]
    assert {each.licence for each in found.values()} == {"CC BY 4.0"}


def test_a_type_is_read_whole(mapserver: MapServer, loopback: Asking) -> None:
    lakes = harvested(mapserver, loopback)["ms:lakes"]

    assert (lakes.abstract, lakes.keywords) == ("Standing waters above ten hectares", ("water", "lakes"))
    assert lakes.contacts == (
        Contact("Ada Example", "Survey of Examples", "pointOfContact", "ada@survey.example", "+49 30 1234"),
    )
    assert [each.href for each in lakes.links if each.rel == "service"] == [mapserver.url]
    assert [each.title for each in lakes.links if each.rel == "enclosure"] == ["GeoJSON", "GML"]
    assert [each.href for each in lakes.links if each.rel == "describedby"] == [f"{mapserver.url}&about=lakes"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_server_gives_what_records_link_to(mapserver: MapServer, loopback: Asking, version: str) -> None:
    for record in harvested(mapserver, loopback, version=version).values():
        downloads = {each.title: each.href for each in record.links if each.rel == "enclosure"}

        gml = parse(loopback.get(downloads["GML"]).body)

        assert str(gml.tag).endswith("}FeatureCollection")
        assert record.title in "".join(map(str, gml.itertext())), record.identifier
        if "GeoJSON" in downloads:
            [feature] = orjson.loads(loopback.get(downloads["GeoJSON"]).body)["features"]
            assert feature["properties"]["name"] == record.title


@pytest.mark.parametrize("version", VERSIONS)
def test_the_links_of_a_service_lead_to_its_capabilities(mapserver: MapServer, loopback: Asking, version: str) -> None:
    [record, *_] = harvested(mapserver, loopback, version=version).values()
    [link] = [each for each in record.links if each.rel == "service-desc"]

    answer = loopback.get(link.href)

    assert f'version="{version}"'.encode() in answer.body


def test_it_is_recognised_by_any_of_its_addresses(mapserver: MapServer, loopback: Asking) -> None:
    found = Detection("wfs", mapserver.url, "Sample maps", {}, 1.0)

    assert KIND.detect(mapserver.url, None, loopback) == replace(found, certainty=0.9)
    assert KIND.detect(f"{mapserver.url}&SERVICE=WFS&REQUEST=GetFeature&TYPENAMES=lakes", None, loopback) == found


def test_whole_harvests(farm: Farm, start_mapserver: Callable[[Sequence[MapLayer]], MapServer]) -> None:
    server = start_mapserver(LAYERS)
    source = farm.add("wfs", server.url, policies=TENDER)
    first, second = farm.harvest(source), farm.harvest(source)
    server.write([replace(LAYERS[0], title="Lakes and ponds"), *LAYERS[1:-1]], sequence=2)

    third = farm.harvest(source)

    assert (first.state, first.error, first.progress.counts) == (RunState.SUCCEEDED, "", {"added": 5})
    assert (second.state, second.error, second.progress.counts) == (RunState.SUCCEEDED, "", {"unchanged": 5})
    assert third.result["counts"] == {"unchanged": 3, "changed": 1, "deleted": 1}
    assert farm.titles(source)["ms:lakes"] == "Lakes and ponds"
    assert len(server.requests) == 3, "one request for each harvest"


def in_degrees(layer: MapLayer) -> tuple[float, ...]:
    """Where a layer lies, reckoned anew from its own coordinates."""
    if layer.system == 4326:
        return layer.box
    transformer = Transformer.from_crs(f"EPSG:{layer.system}", "EPSG:4326", always_xy=True)
    return tuple(transformer.transform_bounds(*layer.box))
