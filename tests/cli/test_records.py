"""The catalogue by command line: searched, looked at, exported in full."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import COUNT, RECORDS, Windrow
from windrow.cli.records import ExportName
from windrow.formats.exports import EXPORTS


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["ortho"], 6),
        (["--type", "dataset"], 7),
        (["--bbox", "-180,-90,0,90"], 0),
        (["--keyword", "Orthoimagery"], 6),
        (["--source", "1"], COUNT),
        (["--source", "2"], 0),
        (["--standard", "iso19139"], COUNT),
        (["--start", "2010-01-01"], 2),
        (["--end", "1900-01-01"], 0),
        (["ortho", "--type", "service"], 0),
    ],
)
def test_each_condition_narrows(windrow: Windrow, harvested: Path, words: list[str], found: int) -> None:
    listed = windrow("records", "search", *words, "--json").json

    assert len(listed) == windrow("records", "count", *words, "--json").json["count"]
    assert len(listed) == found


def test_a_search_is_sorted_and_limited(windrow: Windrow, harvested: Path) -> None:
    titles = [each["title"] for each in windrow("records", "search", "--sort=title", "--all", "--json").json]
    first = windrow("records", "search", "--sort=-title", "--limit", 3)

    assert titles == sorted(titles, key=str.casefold)
    assert len(first.out.splitlines()) == 2 + 3
    assert f"{COUNT} match." in first.err


def test_a_record_is_shown_with_its_raw_document(windrow: Windrow, harvested: Path) -> None:
    (found,) = windrow("records", "search", "--identifier", "3e9a8c05", "--json").json

    assert windrow("records", "show", found["id"], "--json").json == found
    assert found["title"] in windrow("records", "show", found["id"]).out
    assert windrow("records", "document", found["id"]).out.encode() == (RECORDS / "3e9a8c05.xml").read_bytes()


def test_the_formats_are_those_there_are() -> None:
    assert {each.value for each in ExportName} == set(EXPORTS)


def test_an_export_reads_back_as_what_was_searched(windrow: Windrow, harvested: Path, tmp_path: Path) -> None:
    wanted = {each["identifier"] for each in windrow("records", "search", "ortho", "--json").json}

    for form in ExportName:
        assert windrow("records", "export", "ortho", "--format", form.value, "-o", f"out.{form.value}").code == 0

    lines = [json.loads(line) for line in (tmp_path / "out.geojsonl").read_text().splitlines()]
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = pq.read_table(tmp_path / "out.geoparquet")
    assert {each["properties"]["identifier"] for each in lines} == wanted
    assert {each["identifier"] for each in rows} == wanted
    assert set(table["identifier"].to_pylist()) == wanted


def test_an_export_goes_to_standard_output_as_well(windrow: Windrow, harvested: Path, tmp_path: Path) -> None:
    windrow("records", "export", "--format", "csv", "-o", "out.csv")

    piped = windrow("records", "export", "--format", "csv")

    assert piped.out == (tmp_path / "out.csv").read_bytes().decode()
    assert piped.err == f"{COUNT} records.\n"
