"""STAC items and collections become records; what makes no sense in them is left out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pystac
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.servers.process import ROOT
from windrow.errors import RemoteUnreadable
from windrow.formats.stac import read_collection, read_item
from windrow.model.records import Contact, Link, Record

TICK = timedelta(microseconds=1)
"""A period does not include its end, STAC's do."""

RECORDS = ROOT / "samples" / "records" / "stac_api"
ITEMS = [path for path in sorted(RECORDS.glob("*.json")) if path.name.startswith("20") or path.name.startswith("S2")]
COLLECTIONS = [RECORDS / "sentinel-2-l2a.json", RECORDS / "simple-collection.json"]

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(path.read_bytes())
    return document


def item(**properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": "i", "geometry": None, "properties": properties, "links": [], "assets": {}}


def moment(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def time_of(**properties: Any) -> tuple[datetime | None, datetime | None]:
    record = read_item(item(**properties))
    return record.time_start, record.time_end


@pytest.mark.parametrize("path", ITEMS, ids=lambda path: path.stem[:40])
def test_a_real_item_is_read_as_pystac_reads_it(path: Path) -> None:
    oracle = pystac.Item.from_file(str(path))

    record = read_item(read(path))

    assert (record.identifier, record.type, record.standard) == (oracle.id, "item", "stac-item")
    assert record.time_start == oracle.datetime
    assert record.bbox == tuple(oracle.bbox or ())
    assert record.collection == (oracle.collection_id or "")
    assert record.modified == oracle.common_metadata.updated
    assert {link.href for link in record.links} >= {asset.href for asset in oracle.assets.values()}


@pytest.mark.parametrize("path", COLLECTIONS, ids=lambda path: path.stem)
def test_a_real_collection_is_read_as_pystac_reads_it(path: Path) -> None:
    oracle = pystac.Collection.from_file(str(path))

    record = read_collection(read(path))

    assert (record.identifier, record.title) == (oracle.id, oracle.title)
    assert (record.type, record.standard) == ("collection", "stac-collection")
    assert record.licence == read(path)["license"]
    assert record.abstract == oracle.description
    assert list(record.keywords) == oracle.keywords
    assert [record.time_start, record.time_end and record.time_end - TICK] == oracle.extent.temporal.intervals[0]
    assert list(record.bbox or ()) == oracle.extent.spatial.bboxes[0]
    assert {each.organisation for each in record.contacts} == {each.name for each in oracle.providers or []}


def test_every_field_of_an_item_has_its_place() -> None:
    document = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": "i",
        "collection": "c",
        "bbox": [10.0, 20.0, 30.0, 40.0],
        "geometry": {"type": "Polygon", "coordinates": [[[10, 20], [30, 20], [20, 40], [10, 20]]]},
        "properties": {
            "title": " A scene ",
            "description": "What it shows",
            "keywords": ["ice", "ice", "snow"],
            "license": "CC-BY-4.0",
            "language": {"code": "de-AT", "name": "Deutsch"},
            "datetime": "2024-05-01T12:00:00Z",
            "start_datetime": "2024-05-01T00:00:00Z",
            "end_datetime": "2024-05-02T00:00:00+02:00",
            "created": "2024-05-03T00:00:00Z",
            "updated": "2024-05-04T00:00:00.123456789Z",
            "providers": [
                {"name": "ESA", "roles": ["producer", "licensor"], "url": "https://esa.int"},
                {"name": "Host", "roles": ["host"]},
            ],
            "contacts": [
                {
                    "name": "Ada",
                    "organization": "ESA",
                    "roles": ["pointOfContact"],
                    "emails": [{"value": "ada@esa.int"}],
                    "phones": [{"value": "+1"}],
                    "links": [{"href": "https://ada"}],
                }
            ],
        },
        "links": [
            {"rel": "self", "href": "https://api/i"},
            {"rel": "root", "href": "https://api/"},
            {"rel": "license", "href": "../licence.html", "type": "text/html", "title": "Licence"},
        ],
        "assets": {
            "data": {"href": "./i.tif", "type": "image/tiff", "title": "Data", "description": "All", "roles": ["data"]},
            "thumbnail": {"href": "/t.png", "roles": ["thumbnail", "overview"]},
            "xml": {"href": "i.xml", "roles": ["metadata"]},
        },
    }

    assert read_item(document, "https://files/a/b/i.json") == Record(
        identifier="i",
        title="A scene",
        abstract="What it shows",
        type="item",
        keywords=("ice", "snow"),
        contacts=(
            Contact(organisation="ESA", role="producer", url="https://esa.int"),
            Contact(organisation="ESA", role="licensor", url="https://esa.int"),
            Contact(organisation="Host", role="host"),
            Contact("Ada", "ESA", "pointOfContact", "ada@esa.int", "+1", "https://ada"),
        ),
        licence="CC-BY-4.0",
        links=(
            Link("https://api/i", "self"),
            Link("https://files/a/licence.html", "license", "Licence", media_type="text/html"),
            Link("https://files/a/b/i.tif", "enclosure", "Data", "All", "image/tiff", "data"),
            Link("https://files/t.png", "preview", "thumbnail", protocol="thumbnail overview"),
            Link("https://files/a/b/i.xml", "describedby", "xml", protocol="metadata"),
        ),
        bbox=(10.0, 20.0, 30.0, 40.0),
        geometry={"type": "Polygon", "coordinates": [[[10, 20], [30, 20], [20, 40], [10, 20]]]},
        time_start=datetime(2024, 5, 1, tzinfo=UTC),
        time_end=datetime(2024, 5, 1, 22, tzinfo=UTC) + TICK,
        created=datetime(2024, 5, 3, tzinfo=UTC),
        modified=datetime(2024, 5, 4, 0, 0, 0, 123456, tzinfo=UTC),
        language="de-AT",
        collection="c",
        standard="stac-item",
    )


def test_an_item_without_a_title_is_called_by_its_id() -> None:
    assert read_item(item()).title == "i"
    assert read_item(item(title="  ")).title == "i"


def test_a_geometry_that_is_only_the_box_is_left_to_it() -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]}

    record = read_item(item() | {"geometry": square, "bbox": [0, 0, 1, 1]})

    assert (record.bbox, record.geometry) == ((0, 0, 1, 1), None)


def test_a_missing_or_absurd_box_is_made_from_the_geometry() -> None:
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}

    assert read_item(item() | {"geometry": line}).bbox == (1, 2, 3, 4)
    assert read_item(item() | {"geometry": line, "bbox": [1, 2, 3]}).bbox == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("properties", "start", "end"),
    [
        ({"datetime": "2024-05-01T00:00:00Z"}, moment(2024, 5, 1), moment(2024, 5, 1) + TICK),
        ({"datetime": "2024-05-01"}, moment(2024, 5, 1), moment(2024, 5, 2)),
        ({"datetime": None}, None, None),
        ({"datetime": 20240501.5}, None, None),
        ({"datetime": "soon"}, None, None),
        ({"datetime": None, "start_datetime": "2024-05-01T00:00:00Z"}, moment(2024, 5, 1), None),
        ({"datetime": None, "end_datetime": "2024-05-01T00:00:00Z"}, None, moment(2024, 5, 1) + TICK),
        ({"start_datetime": "x", "datetime": "2024-05-01"}, moment(2024, 5, 1), moment(2024, 5, 2)),
    ],
)
def test_an_items_time(properties: dict[str, Any], start: datetime | None, end: datetime | None) -> None:
    assert time_of(**properties) == (start, end)


@pytest.mark.parametrize(
    ("extent", "box"),
    [
        ({"spatial": {"bbox": [[0, 0, 9, 9], [0, 0, 1, 1], [8, 8, 9, 9]]}}, (0, 0, 9, 9)),
        ({"spatial": {"bbox": [0, 0, 9, 9]}}, (0, 0, 9, 9)),
        ({"spatial": {"bbox": [[], [0, 0, 1, 1], [8, 8, 9, 9]]}}, (0, 0, 9, 9)),
        ({"spatial": {"bbox": [[0, 0, 0, 9, 9, 9]]}}, (0, 0, 9, 9)),
        ({"spatial": {"bbox": []}}, None),
        ({"spatial": None}, None),
        ("everywhere", None),
    ],
)
def test_a_collections_box(extent: Any, box: Any) -> None:
    assert read_collection({"type": "Collection", "id": "c", "extent": extent}).bbox == box


@pytest.mark.parametrize(
    ("interval", "start", "end"),
    [
        ([["2020-01-01T00:00:00Z", None]], moment(2020, 1, 1), None),
        (
            ["2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"],
            moment(2020, 1, 1),
            moment(2021, 1, 1) + TICK,
        ),
        ([[None, None]], None, None),
        ([["2020-01-01T00:00:00Z"]], None, None),
        ([], None, None),
        (None, None, None),
    ],
)
def test_a_collections_time(interval: Any, start: datetime | None, end: datetime | None) -> None:
    record = read_collection({"type": "Collection", "id": "c", "extent": {"temporal": {"interval": interval}}})

    assert (record.time_start, record.time_end) == (start, end)


def test_a_collection_before_version_1_is_known_by_its_extent() -> None:
    assert read_collection({"id": "c", "stac_version": "0.9.0", "license": "MIT", "extent": {}}).licence == "MIT"


@pytest.mark.parametrize(
    "document", [{}, {"type": "Collection", "id": "c"}, {"type": "Feature"}, {"type": "Feature", "id": " "}]
)
def test_what_is_no_item_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(RemoteUnreadable):
        read_item(document)


def test_what_is_no_collection_is_refused() -> None:
    with pytest.raises(RemoteUnreadable, match="Catalog"):
        read_collection({"type": "Catalog", "id": "c"})


FIELDS = ("id", "bbox", "geometry", "properties", "links", "assets", "collection", "title", "extent", "keywords")
PROPERTIES = ("title", "datetime", "start_datetime", "providers", "contacts", "keywords", "language", "updated")


@given(
    fields=st.dictionaries(st.sampled_from(FIELDS), ANY),
    properties=st.dictionaries(st.sampled_from(PROPERTIES), ANY),
    links=st.lists(ANY | st.fixed_dictionaries({"href": ANY, "rel": ANY}), max_size=3),
)
def test_whatever_a_field_holds_the_record_can_be_kept(
    fields: dict[str, Any], properties: dict[str, Any], links: list[Any]
) -> None:
    document = item(**properties) | {"links": links, "assets": dict(enumerate(links))} | fields
    collection = fields | properties | {"type": "Collection", "id": "c", "links": links}

    for record in (_try_item(document), read_collection(collection, "https://x.example/c.json")):
        for text in (
            record.title,
            record.abstract,
            record.licence,
            *record.keywords,
            *(each.href for each in record.links),
        ):
            assert "\x00" not in text
            text.encode()
        assert record.bbox is None or all(-180 <= each <= 180 for each in record.bbox)


def _try_item(document: dict[str, Any]) -> Record:
    try:
        return read_item(document, "https://x.example/i.json")
    except RemoteUnreadable:
        return read_item(document | {"id": "i"}, "https://x.example/i.json")
