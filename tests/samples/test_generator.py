"""Generated records are the same every time, plausible, and readable by others' readers."""

import json
import urllib.request
from pathlib import Path

import pystac
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree
from owslib.csw import CswRecord
from owslib.iso import MD_Metadata

from samples.generator.datasets import Dataset, make_dataset, make_datasets
from samples.generator.dublin_core import csw_record, oai_dc
from samples.generator.iso19139 import iso19139
from samples.generator.stac import make_item, write_catalogue
from samples.servers.folder import FolderServer

numbers = some.integers(0, 1_000_000)


@given(numbers)
def test_a_dataset_depends_on_its_number_alone(number: int) -> None:
    assert make_dataset(number) == next(make_datasets(1, first=number))


@given(numbers)
def test_boxes_lie_on_the_globe_and_cross_the_antimeridian_only_there(number: int) -> None:
    west, south, east, north = make_dataset(number).bbox

    assert -90 <= south < north <= 90
    assert -180 <= east <= 180
    assert -180 <= west <= 180
    assert west < east or (west > 160 and east < -160)


@given(numbers)
def test_others_read_the_iso_record(number: int) -> None:
    dataset = make_dataset(number)

    record = MD_Metadata(etree.fromstring(iso19139(dataset)))

    assert record.identifier == dataset.identifier
    assert record.datestamp == dataset.modified.isoformat()
    [identification] = record.identification
    assert identification.title == dataset.title
    assert identification.abstract == dataset.abstract
    assert box(identification) == tuple(map(str, dataset.bbox))
    assert [word.name for word in identification.keywords[0].keywords] == list(dataset.keywords)


@given(numbers)
def test_others_read_the_dublin_core_records(number: int) -> None:
    dataset = make_dataset(number)

    record = CswRecord(etree.fromstring(csw_record(dataset)))

    assert (record.identifier, record.title, record.abstract) == (dataset.identifier, dataset.title, dataset.abstract)
    assert etree.fromstring(oai_dc(dataset)).findtext("{http://purl.org/dc/elements/1.1/}title") == dataset.title


@given(numbers)
def test_a_revision_changes_the_record_and_keeps_its_identity(number: int) -> None:
    first, second = make_dataset(number), make_dataset(number, revision=1)

    assert second.identifier == first.identifier
    assert second.modified > first.modified
    assert second.abstract != first.abstract


def test_no_two_records_share_an_identifier() -> None:
    assert len({dataset.identifier for dataset in make_datasets(5_000)}) == 5_000
    assert len({make_item(number)["id"] for number in range(5_000)}) == 5_000


def test_records_are_as_large_as_real_ones() -> None:
    sizes = [len(iso19139(dataset)) for dataset in make_datasets(500)]

    assert 7_000 < sum(sizes) / len(sizes) < 8_500


def test_others_walk_the_static_catalogue(tmp_path: Path) -> None:
    written = write_catalogue(tmp_path, made=30)

    with FolderServer(tmp_path) as server:
        catalogue = pystac.Catalog.from_file(f"{server.url}catalog.json")
        items = list(catalogue.get_items(recursive=True))

    assert written == len(items) == 56
    assert {item.collection_id for item in items} == {child.id for child in catalogue.get_children()}


def test_a_served_folder_tells_what_has_not_changed(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text("{}")
    with FolderServer(tmp_path) as server, urllib.request.urlopen(f"{server.url}one.json", timeout=10) as answer:
        assert json.load(answer) == {}
        assert answer.headers["Last-Modified"]


def box(identification: object) -> tuple[str, ...]:
    extent = identification.bbox  # type: ignore[attr-defined]  # OWSLib has no types
    return extent.minx, extent.miny, extent.maxx, extent.maxy


def test_datasets_are_named_for_real_places() -> None:
    titles = [dataset.title for dataset in make_datasets(2_000)]

    assert any("Zürich" in title for title in titles)
    assert len({place_of(dataset) for dataset in make_datasets(2_000)}) > 150


def place_of(dataset: Dataset) -> str:
    return dataset.place.name
