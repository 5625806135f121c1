"""OWSLib, another reader of capabilities, finds the same feature types in the same places."""

import pytest
from owslib.wfs import WebFeatureService

from samples.servers.mapserver import MapServer
from tests.sources.conftest import Asking
from tests.sources.wfs.server import URL, saved
from windrow.model.records import Record
from windrow.sources.wfs.reading import read_types
from windrow.sources.wfs.requests import capabilities_url
from windrow.sources.wfs.settings import Settings


def ours(body: bytes) -> dict[str, Record]:
    return {each.identifier: each.read() for each in read_types(body, URL, Settings()).records}


def told(record: Record) -> tuple[object, ...]:
    return (record.title, record.abstract, record.keywords, record.bbox and pytest.approx(record.bbox, abs=1e-4))


def theirs(body: bytes, version: str) -> dict[str, tuple[object, ...]]:
    found = WebFeatureService(URL, version=version, xml=body).contents
    return {
        name: (each.title, each.abstract or "", words(each.keywords), each.boundingBoxWGS84)
        for name, each in found.items()
    }


def words(keywords: list[str | None]) -> tuple[str, ...]:
    """OWSLib leaves the one text of WFS 1.0.0 undivided."""
    return tuple(part.strip() for word in keywords if word for part in word.splitlines() if part.strip())


@pytest.mark.parametrize("version", ["2.0.0", "1.1.0", "1.0.0"])
def test_of_mapserver(mapserver: MapServer, loopback: Asking, version: str) -> None:
    body = loopback.get(capabilities_url(mapserver.url, version)).body

    assert theirs(body, version) == {name: told(each) for name, each in ours(body).items()}


def test_of_geoserver() -> None:
    body = saved("geoserver_2_0_0")

    assert theirs(body, "2.0.0")["topp:tasmania_roads"] == told(ours(body)["topp:tasmania_roads"])
