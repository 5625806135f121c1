"""Records are edited by command line, harvests keep the edits, and they are taken back."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Windrow

DOCUMENT = "3e9a8c05"


def find(windrow: Windrow) -> Any:
    (found,) = windrow("records", "search", "--identifier", DOCUMENT, "--json").json
    return found


def traced(windrow: Windrow, number: int) -> dict[str, Any]:
    told = windrow("records", "provenance", number, "--json").json
    return {each["field"]: each for each in told["fields"]}


def test_what_is_edited_is_shown_and_searched(windrow: Windrow, harvested: Path) -> None:
    before = find(windrow)
    number = before["id"]

    told = windrow(
        *("records", "edit", number, "--set", "title=Streams = brooks", "--set", "keywords=brooks, streams"),
        *("--set", "bbox=1,2,3,4", "--set", "time_start=1990-01-01", "--set", "abstract=", "--rule", "keywords=merge"),
        *("--set", 'contacts=[{"name": "Ada"}]'),
    )

    assert told.err == ""
    after = find(windrow)
    assert told.out == (f"Record {number} is edited: title, keywords, bbox, time_start, abstract, contacts.\n")
    assert (after["title"], after["abstract"], after["bbox"]) == ("Streams = brooks", "", [1, 2, 3, 4])
    assert after["keywords"] == [*before["keywords"], "brooks", "streams"]
    assert (after["time_start"], after["contacts"][0]["name"]) == ("1990-01-01T00:00:00Z", "Ada")
    assert windrow("records", "count", "brooks").out == "1\n"


def test_provenance_is_listed_and_an_edit_taken_back(windrow: Windrow, harvested: Path) -> None:
    before = find(windrow)
    number = before["id"]
    windrow("records", "edit", number, "--set", "title=Streams", "--rule", "title=remote", "--json")

    table = windrow("records", "provenance", number).out
    found = traced(windrow, number)["title"]
    confirmed = windrow("records", "confirm", number, "title")
    undone = windrow("records", "unedit", number, "title", "--json").json

    assert "Streams" in table
    assert before["title"] in table
    assert (found["origin"], found["edit"]["rule"], found["edit"]["user_name"]) == ("local", "remote", "admin")
    assert confirmed.out == f"The title of record {number} stays as it was edited.\n"
    assert undone["title"] == before["title"]
    assert traced(windrow, number)["title"]["origin"] == "remote"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["edit", 1], "--set"),
        (["edit", 1, "--set", "title="], "title: must not be empty"),
        (["edit", 1, "--set", "bbox=here"], "--set bbox"),
        (["edit", 1, "--set", "links=https://example.org"], "--set links"),
        (["edit", 1, "--set", "time_end=soon"], "--set time_end"),
        (["edit", 1, "--set", "identifier=x"], "identifier: is no field"),
        (["edit", 1, "--rule", "title=merge"], "--rule title: is for a field that is not edited"),
        (["edit", 1, "--set", "title=x", "--rule", "title=mine"], "--rule title: must be remote, local or merge"),
        (["unedit", 1, "title"], "There is no local edit of title."),
        (["provenance", 999], "There is no record 999."),
    ],
)
def test_what_cannot_be_done_is_told(windrow: Windrow, harvested: Path, words: list[Any], told: str) -> None:
    ended = windrow("records", *words)

    assert ended.code != 0
    assert told in " ".join(ended.err.split())


def test_a_harvest_keeps_edits_by_their_rules(windrow: Windrow, changing: tuple[Path, str]) -> None:
    files, url = changing
    windrow("harvest", url, "--name", "Folder", "--policy", "requests_per_second=0")
    number = find(windrow)["id"]
    windrow("records", "edit", number, "--set", "title=Streams", "--set", "abstract=Mine.", "--rule", "abstract=remote")
    document = files / f"{DOCUMENT}.xml"
    before = find(windrow)
    assert windrow("harvest", url).code == 0
    unchanged = find(windrow)
    original = traced(windrow, number)["title"]["remote"]
    document.write_text(document.read_text().replace(original, "Another title"))
    later = document.stat().st_mtime + 10  # the server tells seconds
    os.utime(document, (later, later))

    assert windrow("harvest", url).code == 0

    assert unchanged == before
    found = traced(windrow, number)
    assert (found["title"]["value"], found["title"]["remote"]) == ("Streams", "Another title")
    assert (found["title"]["conflict"], found["title"]["changed_exactly"]) == (True, True)
    assert found["abstract"]["value"] == "Mine."
    (listed,) = windrow("sources", "edits", 1, "--conflicts", "--json").json
    assert (listed["record_id"], listed["edited"], listed["conflicts"]) == (number, ["title", "abstract"], ["title"])
    assert "Streams" in windrow("sources", "edits", 1).out
    assert windrow("records", "unedit", number, "title", "--json").json["title"] == "Another title"
