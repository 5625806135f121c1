"""Exports: what comes out is what other tools read, and memory does not grow with it."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice, repeat
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from windrow.formats.exports import EXPORTS, Exportable, geoparquet, write
from windrow.formats.exports.entries import geometry_of_box
from windrow.formats.exports.tables import COLUMNS, defused
from windrow.model.records import Contact, Link, Record


@dataclass(frozen=True)
class Entry:
    id: int
    record: Record
    source_id: int = 7
    source_name: str = "Källa"
    stored_at: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)


FULL = Entry(
    1,
    Record(
        identifier="urn:1",
        title="Lakes, deep and shallow",
        abstract='They said "deep"\nand meant it.',
        type="dataset",
        keywords=("water", "Österreich"),
        contacts=(Contact("Ada Lovelace", "Office", "owner", "ada@example.org"), Contact(role="publisher")),
        licence="CC-BY-4.0",
        links=(Link("https://example.org/wms", "preview", protocol="OGC:WMS"), Link("https://example.org/data")),
        bbox=(9.5, 46.0, 17.0, 49.0),
        time_start=datetime(2020, 1, 1, tzinfo=UTC),
        time_end=datetime(2021, 1, 1, 0, 0, 0, 250, tzinfo=UTC),
        modified=datetime(2022, 5, 6, 7, 8, 9, tzinfo=UTC),
        language="en",
        collection="lakes",
        standard="iso19139",
    ),
)
BARE = Entry(2, Record("2", "Ideas"))
FIJI = Entry(3, Record("3", "Fiji", bbox=(176.0, -21.0, -178.0, -12.0)))
POINT = Entry(4, Record("4", "Gauge", bbox=(1.0, 2.0, 1.0, 2.0), geometry={"type": "Point", "coordinates": [1.0, 2.0]}))
ALL: list[Exportable] = [FULL, BARE, FIJI, POINT]


def exported(name: str, entries: list[Exportable]) -> bytes:
    return b"".join(EXPORTS[name].stream(entries))


def rows_of(content: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_geojson_lines_are_one_feature_each() -> None:
    lines = exported("geojsonl", ALL).splitlines()
    full, bare, fiji, point = map(orjson.loads, lines)

    assert full == {
        "type": "Feature",
        "id": 1,
        "bbox": [9.5, 46.0, 17.0, 49.0],
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[9.5, 46.0], [17.0, 46.0], [17.0, 49.0], [9.5, 49.0], [9.5, 46.0]]],
        },
        "properties": {
            "source_id": 7,
            "source": "Källa",
            "identifier": "urn:1",
            "title": "Lakes, deep and shallow",
            "abstract": 'They said "deep"\nand meant it.',
            "type": "dataset",
            "keywords": ["water", "Österreich"],
            "contacts": [
                {"name": "Ada Lovelace", "organisation": "Office", "role": "owner", "email": "ada@example.org"},
                {"role": "publisher"},
            ],
            "licence": "CC-BY-4.0",
            "links": [
                {"href": "https://example.org/wms", "rel": "preview", "protocol": "OGC:WMS"},
                {"href": "https://example.org/data", "rel": "related"},
            ],
            "time_start": "2020-01-01T00:00:00Z",
            "time_end": "2021-01-01T00:00:00.000250Z",
            "modified": "2022-05-06T07:08:09Z",
            "language": "en",
            "collection": "lakes",
            "standard": "iso19139",
            "stored_at": "2026-03-01T12:00:00Z",
        },
    }
    assert bare["geometry"] is None
    assert "bbox" not in bare
    assert fiji["geometry"]["type"] == "MultiPolygon"
    assert point["geometry"] == {"type": "Point", "coordinates": [1.0, 2.0]}


def test_csv_has_the_same_columns_in_every_row() -> None:
    content = exported("csv", ALL)
    full, bare, fiji, _ = rows_of(content)

    assert content.startswith(",".join(COLUMNS).encode() + b"\r\n1,7,")
    assert full["title"] == "Lakes, deep and shallow"
    assert full["abstract"] == 'They said "deep"\nand meant it.'
    assert full["keywords"] == "water; Österreich"
    assert full["contacts"] == "Ada Lovelace, Office, ada@example.org"
    assert full["links"] == "https://example.org/wms https://example.org/data"
    assert (full["west"], full["north"], full["time_end"]) == ("9.5", "49.0", "2021-01-01T00:00:00.000250Z")
    assert (bare["west"], bare["time_start"], bare["keywords"]) == ("", "", "")
    assert (fiji["west"], fiji["east"]) == ("176.0", "-178.0")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_csv_defuses_what_a_spreadsheet_would_calculate(text: str) -> None:
    record = Record(text, text, abstract=text, keywords=(text, "x"), licence=text, collection=text)

    (row,) = rows_of(exported("csv", [Entry(1, record)]))

    for column in ("identifier", "title", "abstract", "keywords", "licence", "collection"):
        assert row[column].startswith(f"'{text}")
    assert float(rows_of(exported("csv", [replace(FIJI, id=1)]))[0]["south"]) == -21.0


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=5))
def test_csv_keeps_every_text(titles: list[str]) -> None:
    entries: list[Exportable] = [Entry(number, Record(str(number), title)) for number, title in enumerate(titles)]

    assert [row["title"] for row in rows_of(exported("csv", entries))] == [defused(title) for title in titles]


def test_geoparquet_is_read_back_whole() -> None:
    table = pq.read_table(io.BytesIO(exported("geoparquet", ALL)))
    full, bare, fiji, point = table.to_pylist()

    assert full["contacts"][0]["email"] == "ada@example.org"
    assert full["keywords"] == ["water", "Österreich"]
    assert full["links"][0]["protocol"] == "OGC:WMS"
    assert full["time_end"] == datetime(2021, 1, 1, 0, 0, 0, 250, tzinfo=UTC)
    assert full["bbox"] == {"xmin": 9.5, "ymin": 46.0, "xmax": 17.0, "ymax": 49.0}
    assert shapely.from_wkb(full["geometry"]).bounds == (9.5, 46.0, 17.0, 49.0)
    assert (bare["geometry"], bare["bbox"], bare["abstract"]) == (None, None, None)
    assert shapely.from_wkb(fiji["geometry"]).geom_type == "MultiPolygon"
    assert fiji["bbox"]["xmin"] > fiji["bbox"]["xmax"]
    assert shapely.from_wkb(point["geometry"]) == shapely.Point(1.0, 2.0)


def test_geoparquet_says_what_its_specification_asks_for() -> None:
    file = pq.ParquetFile(io.BytesIO(exported("geoparquet", ALL)))
    geo = orjson.loads(file.metadata.metadata[b"geo"])

    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", [])
    assert column["covering"]["bbox"] == {name: ["bbox", name] for name in ("xmin", "ymin", "xmax", "ymax")}
    assert file.schema_arrow.field("bbox").type.num_fields == 4


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [[[0.0, 0.0], [1.0, 1.0]]]},
        {"type": "LineString", "coordinates": [[0.0, 0.0]]},
        {"type": "Nonsense"},
    ],
)
def test_a_geometry_that_is_none_gives_way_to_the_box(geometry: dict[str, Any]) -> None:
    record = Record("1", "Odd", bbox=(0.0, 0.0, 1.0, 1.0), geometry=geometry)

    (row,) = pq.read_table(io.BytesIO(exported("geoparquet", [Entry(1, record)]))).to_pylist()
    (homeless,) = pq.read_table(io.BytesIO(exported("geoparquet", [Entry(1, replace(record, bbox=None))]))).to_pylist()

    assert shapely.from_wkb(row["geometry"]).bounds == (0.0, 0.0, 1.0, 1.0)
    assert homeless["geometry"] is None


@pytest.mark.parametrize("name", EXPORTS)
def test_an_empty_search_is_a_sound_file(name: str) -> None:
    content = exported(name, [])

    match name:
        case "geojsonl":
            assert content == b""
        case "csv":
            assert rows_of(content) == []
        case _:
            assert pq.read_table(io.BytesIO(content)).num_rows == 0


@pytest.mark.parametrize("name", EXPORTS)
def test_memory_does_not_grow_with_the_number_of_records(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geoparquet, "ROWS_PER_GROUP", 1_000)  # what is held at once, and so the least to compare

    def peak(count: int) -> int:
        entries: Iterator[Exportable] = islice(repeat(FULL), count)
        tracemalloc.start()
        for _ in EXPORTS[name].stream(entries):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(200)  # what is imported and cached on first use is not the export's

    assert peak(5_000) < peak(1_000) * 1.3


def test_writing_to_a_file_tells_how_many() -> None:
    file = io.BytesIO()

    assert write(EXPORTS["csv"], ALL, file) == 4
    assert file.getvalue() == exported("csv", ALL)


@given(st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90)))
def test_a_box_becomes_a_geometry_within_the_world(numbers: tuple[float, float, float, float]) -> None:
    west, south, east, north = numbers[0], min(numbers[1::2]), numbers[2], max(numbers[1::2])

    shape = shapely.from_geojson(orjson.dumps(geometry_of_box((west, south, east, north))))

    bounds = shape.bounds
    assert (bounds[1], bounds[3]) == (south, north)
    assert (bounds[0], bounds[2]) == ((west, east) if west <= east else (-180.0, 180.0))
