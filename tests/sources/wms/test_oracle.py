"""OWSLib, another reader of capabilities, finds the same layers in the same places."""

import pytest
from owslib.wms import WebMapService

from samples.servers.mapserver import MapServer
from tests.sources.conftest import Asking
from tests.sources.wms.server import URL, saved
from windrow.model.records import Record
from windrow.sources.wms.reading import read_layers
from windrow.sources.wms.requests import capabilities_url
from windrow.sources.wms.settings import Settings


def told(record: Record) -> tuple[object, ...]:
    return (record.title, record.abstract, record.keywords, record.bbox and pytest.approx(record.bbox, abs=1e-4))


def ours(body: bytes) -> dict[str, Record]:
    return {each.identifier: each.read() for each in read_layers(body, URL, Settings(groups=True)).records}


def theirs(body: bytes, version: str) -> dict[str, tuple[object, ...]]:
    found = WebMapService(URL, version=version, xml=body).contents
    return {
        name: (
            each.title,
            each.abstract or "",
            tuple(dict.fromkeys(word.strip() for word in each.keywords if word)),
            each.boundingBoxWGS84,
        )
        for name, each in found.items()
    }


@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_of_mapserver(mapserver: MapServer, loopback: Asking, version: str) -> None:
    body = loopback.get(capabilities_url(mapserver.url, version)).body

    assert theirs(body, version) == {name: told(each) for name, each in ours(body).items()}


def test_of_geoserver() -> None:
    body = saved("geoserver_1_3_0")
    found, expected = ours(body), theirs(body, "1.3.0")

    assert list(found) == list(expected)
    assert expected["topp:tasmania_roads"] == told(found["topp:tasmania_roads"])
