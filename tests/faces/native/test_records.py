"""Records are found, counted, looked at and carried away."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from tests.web.world import DOCUMENT, IDENTIFIER, World


def test_records_are_found_counted_and_told_apart(world: World) -> None:
    found = world.ada.get("/records", q="aerial photos", count=True, bbox="-180,-90,180,90", limit=1)
    facets = world.ada.get("/records/facets", type="dataset")

    assert (len(found["items"]), found["matched"], found["matched_exactly"]) == (1, 7, True)
    assert facets["type"] == [{"value": "dataset", "count": 7}]
    assert world.ada.get("/records", q="nowhere", count=True)["matched"] == 0


def test_pages_of_a_search_hold_each_record_once(world: World) -> None:
    seen, cursor = [], None
    while True:
        page = world.ada.get("/records", limit=2, sort="-title", **({"cursor": cursor} if cursor else {}))
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 7


def test_a_record_has_its_document_as_it_came(world: World) -> None:
    record = world.ada.get("/records", identifier=f"{IDENTIFIER.decode()}-0", source=world.ids["source_id"])["items"][0]

    answer = world.ada("GET", f"/records/{record['id']}/document")

    assert answer.body == DOCUMENT.replace(IDENTIFIER, IDENTIFIER + b"-0")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_matches_is_exported_in_each_format(world: World) -> None:
    ids = sorted(each["id"] for each in world.ada.get("/records", limit=100)["items"])

    lines = world.ada("GET", "/records/export")
    table = world.ada("GET", "/records/export", query={"format": "csv"})
    parquet = world.ada("GET", "/records/export", query={"format": "geoparquet", "q": "aerial"})

    assert [json.loads(line)["id"] for line in lines.body.splitlines()] == ids
    assert [int(row["id"]) for row in csv.DictReader(io.StringIO(table.body.decode(), newline=""))] == ids
    assert pq.read_table(io.BytesIO(parquet.body)).column("id").to_pylist() == ids
    assert parquet.headers["Content-Disposition"].startswith('attachment; filename="records.parquet"')
    assert table.headers["Content-Type"].startswith("text/csv")


def test_an_export_holds_what_its_reader_may_see(world: World) -> None:
    assert world.bob("GET", "/records/export").body == b""


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "nan,0,1,1"}, "bbox"),
        ({"bbox": "0,10,1,5"}, "bbox"),
        ({"start": "2026-01-01T00:00:00"}, "start"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "start"),
        ({"start": "2026-02-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}, "end"),
        ({"sort": "colour"}, "sort"),
        ({"source": -1}, "source.0"),
        ({"keyword": ["x"] * 101}, "keyword"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"format": "xls"}, "format"),
    ],
)
def test_a_search_that_makes_no_sense_is_told_where(world: World, query: dict[str, object], field: str) -> None:
    path = "/records/export" if "format" in query else "/records"

    answer = world.ada("GET", path, query=query)

    assert (answer.status, list(answer.problems)) == (422, [field])
