"""A real server, pygeoapi, is recognised and gives up every record."""

from collections.abc import Callable
from typing import Any

import pytest

from samples.generator.datasets import make_datasets
from samples.generator.ogc_record import ogc_record
from samples.servers.pygeoapi import Pygeoapi
from tests.sources.conftest import Asking
from tests.sources.ogc_records.passes import KIND, harvest
from windrow.ports.source_kinds import Detection, PassRequest


def made(count: int) -> list[dict[str, Any]]:
    return [ogc_record(each) for each in make_datasets(count)]


@pytest.mark.parametrize(
    ("below", "page_size"), [("", 30), ("/collections/records", 1000), ("/collections/records/items", 100)]
)
def test_every_record_arrives_once_from_any_address(
    pygeoapi: Pygeoapi, loopback: Asking, below: str, page_size: int
) -> None:
    found = harvest(PassRequest(f"{pygeoapi.url}{below}", {"page_size": page_size}), loopback)

    assert len(set(found.identifiers)) == len(found.identifiers) == 250
    assert set(found.totals) == {250}
    assert [each.read().identifier for each in found.records] == found.identifiers
    assert (found.broken, found.opening.listing, found.opening.since) == ([], True, None)


def test_records_are_read_whole(pygeoapi: Pygeoapi, loopback: Asking) -> None:
    found = harvest(PassRequest(pygeoapi.records_url, {}), loopback)

    [ozone] = [each.read() for each in found.records if each.identifier == "woudc-total-column-ozone-totalozone"]
    assert (ozone.title, ozone.collection, ozone.language) == ("Total Ozone - daily observations", "records", "en-CA")


def test_filters_are_the_servers(start_pygeoapi: Callable[..., Pygeoapi], loopback: Asking) -> None:
    everything = made(40)
    server = start_pygeoapi(everything)
    wanted = [each["id"] for each in everything if each["properties"]["type"] == "series"]

    found = harvest(PassRequest(server.url, {"type": "series", "page_size": 3}), loopback)

    assert wanted
    assert found.identifiers == wanted


def test_a_second_pass_shows_only_what_changed(start_pygeoapi: Callable[..., Pygeoapi], loopback: Asking) -> None:
    everything = made(25)
    server = start_pygeoapi(everything)
    request = PassRequest(server.url, {"page_size": 10})
    first = harvest(request, loopback)
    second = harvest(request, loopback)

    everything[12]["properties"]["title"] = "A new title"
    server.write(everything)
    third = harvest(request, loopback)

    assert (second.keys, second.fingerprints) == (first.keys, first.fingerprints)
    assert [new == old for new, old in zip(third.fingerprints, second.fingerprints, strict=True)] == [True, False, True]
    known = {each.identifier: each.fingerprint for each in second.records}
    [changed] = [each for each in third.records if each.fingerprint != known[each.identifier]]
    assert changed.read().title == "A new title"


def test_it_is_recognised_at_any_of_its_addresses(pygeoapi: Pygeoapi, loopback: Asking) -> None:
    root, collection = pygeoapi.url, pygeoapi.records_url

    assert KIND.detect(root, None, loopback) == Detection("ogc_records", root, "Sample records")
    assert KIND.detect(f"{collection}?f=html", None, loopback) == Detection("ogc_records", collection, "Records")
    assert KIND.detect(f"{collection}/items?q=snow", None, loopback) == Detection(
        "ogc_records", collection, "", {"q": "snow"}
    )
    assert KIND.detect(pygeoapi.stac_url, None, loopback) is None
