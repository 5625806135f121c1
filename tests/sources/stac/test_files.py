"""Catalogues that pystac writes and a real web server serves arrive whole, and cost little the second time."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pystac
import pytest

from samples.servers.folder import FolderServer
from samples.servers.process import ROOT
from tests.sources.stac.passes import KIND, harvest
from windrow.ports.fetching import Fetcher

RECORDS = ROOT / "samples" / "records" / "stac_api"
ITEMS = sorted(RECORDS.glob("S2*.json"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the test's folder."""
    with FolderServer(tmp_path) as server:
        yield server.url


def write_catalogue(folder: Path, kind: pystac.CatalogType) -> None:
    """Real Sentinel-2 items in two collections, one of them a level deeper."""
    catalogue = pystac.Catalog("root", "A catalogue for tests", "Sentinel")
    year = pystac.Catalog("2019", "Deeper")
    extent = pystac.Extent(
        pystac.SpatialExtent([[-180.0, -90.0, 180.0, 90.0]]),
        pystac.TemporalExtent([[datetime(2019, 1, 1, tzinfo=UTC), None]]),
    )
    collections = {name: pystac.Collection(name, name.upper(), extent) for name in ("one", "two")}
    catalogue.add_children([collections["one"], year])
    year.add_child(collections["two"])
    for number, path in enumerate(ITEMS):
        item = pystac.Item.from_file(str(path))
        item.clear_links()
        collections["one" if number % 2 else "two"].add_item(item)
    catalogue.normalize_and_save(str(folder), kind)


@pytest.mark.parametrize("kind", [pystac.CatalogType.SELF_CONTAINED, pystac.CatalogType.RELATIVE_PUBLISHED])
def test_every_document_arrives_once_as_pystac_reads_it(
    tmp_path: Path, site: str, loopback: Fetcher, kind: pystac.CatalogType
) -> None:
    write_catalogue(tmp_path, kind)
    oracle = pystac.Catalog.from_file(str(tmp_path / "catalog.json"))
    items = {each.id: each for each in oracle.get_items(recursive=True)}
    collections = {each.id for each in oracle.get_all_collections()}

    found = harvest(loopback, f"{site}catalog.json")

    records = {record.identifier: record for record in (each.read() for each in found.records)}
    assert set(records) == {*items, *collections}
    assert len(items) == len(ITEMS)
    for name, item in items.items():
        assert records[name].time_start == item.datetime
        assert records[name].bbox == tuple(item.bbox or ())
        assert records[name].collection == item.collection_id
        assert {link.href for link in records[name].links} >= {asset.href for asset in item.assets.values()}
    assert (found.broken, found.failed) == ([], [])


def test_absolute_links_to_the_server_are_followed(tmp_path: Path, site: str, loopback: Fetcher) -> None:
    write_catalogue(tmp_path, pystac.CatalogType.SELF_CONTAINED)
    catalogue = pystac.Catalog.from_file(str(tmp_path / "catalog.json"))
    catalogue.normalize_hrefs(site)
    catalogue.save(pystac.CatalogType.ABSOLUTE_PUBLISHED, str(tmp_path))

    found = harvest(loopback, f"{site}catalog.json")

    assert len(found.records) == len(ITEMS) + 2
    assert all(not each.identifier.startswith("http") for each in found.records)


def test_the_second_pass_transfers_only_what_changed(tmp_path: Path, site: str, loopback: Fetcher) -> None:
    write_catalogue(tmp_path, pystac.CatalogType.SELF_CONTAINED)
    first = harvest(loopback, f"{site}catalog.json")
    changed = next(each for each in first.records if "/S2A" in each.identifier)
    path = tmp_path / changed.identifier
    path.write_bytes(path.read_bytes().replace(b'"platform": "', b'"platform": "mended '))
    os.utime(path, (2_000_000_000, 2_000_000_000))

    second = harvest(loopback, f"{site}catalog.json", known=first.validators)

    assert [each.identifier for each in second.records] == [changed.identifier]
    assert second.records[0].fingerprint != changed.fingerprint
    assert sorted([*second.unchanged, changed.identifier]) == first.identifiers


def test_a_file_that_is_missing_fails_alone(tmp_path: Path, site: str, loopback: Fetcher) -> None:
    write_catalogue(tmp_path, pystac.CatalogType.SELF_CONTAINED)
    (lost, *_) = sorted(tmp_path.rglob("S2B*.json"))
    lost.unlink()

    found = harvest(loopback, f"{site}catalog.json")

    assert [name for name, _ in found.failed] == [lost.relative_to(tmp_path).as_posix()]
    assert len(found.records) == len(ITEMS) + 1


def test_a_folder_is_recognised_by_its_catalogue(tmp_path: Path, site: str, loopback: Fetcher) -> None:
    write_catalogue(tmp_path, pystac.CatalogType.SELF_CONTAINED)
    (tmp_path / "index.html").write_text("<html><title>Our data</title></html>")

    found = KIND.detect(site, loopback.get(site), loopback)

    assert found is not None
    assert (found.url, found.title, found.certainty) == (f"{site}catalog.json", "Sentinel", 1.0)
