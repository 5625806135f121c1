"""Records are edited on a page: what was touched is saved, what the source says stands beside it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from tests.console.visiting import Seen, Visitor, visitor
from tests.remotes.scripts import reply
from tests.web.world import DOCUMENT, IDENTIFIER, World, harvest, inhabit
from windrow.console.edit_forms import MOST_ROWS, read_change, texts_of, to_form
from windrow.console.forms import Form
from windrow.model.edits import Edit, Rule
from windrow.model.records import Contact, Link, Record

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FULL = Record(
    "r",
    " Rivers ",
    abstract="\nOne.\r\nTwo.",
    keywords=("water", "rivers"),
    contacts=(Contact("Ada", phone="1"), Contact(organisation="Rivers Ltd", role="owner")),
    links=(Link("https://example.org", "item", media_type="text/html"),),
    bbox=(-0.1, 1.0, 1e-7, 2.5),
    time_start=NOW,
)


def posted(record: Record, **changes: Any) -> list[tuple[str, str]]:
    """What a browser sends of the form of a record."""
    pairs: list[tuple[str, str]] = []
    for name, shown in {**texts_of(record), **changes}.items():
        if isinstance(shown, dict):
            pairs += [(f"{name}.{corner}", each) for corner, each in shown.items()]
        elif isinstance(shown, list):
            pairs += [(f"{name}.posted", "yes")]
            pairs += [(f"{name}.{column}", each) for row in shown for column, each in row.items()]
        elif shown is not None:
            pairs.append((name, shown.replace("\n", "\r\n")))
    return pairs


def test_a_form_in_which_nothing_was_touched_changes_nothing() -> None:
    assert read_change(Form(posted(FULL)), FULL, {}) == ({}, {})
    assert read_change(Form(posted(Record("r", "R"))), Record("r", "R"), {}) == ({}, {})


def test_what_was_touched_is_sent_with_its_rule() -> None:
    rows = texts_of(FULL)
    contacts = [{**rows["contacts"][0], "name": "Bea"}, dict.fromkeys(rows["contacts"][1], "")]
    pairs = posted(
        FULL,
        title="Streams",
        keywords="a\nb",
        contacts=contacts,
        bbox=dict.fromkeys(rows["bbox"], ""),
        time_start="2026-01-31",
    )

    values, rules = read_change(Form([*pairs, ("rule.title", "remote"), ("rule.licence", "remote")]), FULL, {})

    assert values == {
        "title": "Streams",
        "keywords": ["a", "b"],
        "contacts": [contacts[0]],
        "bbox": None,
        "time_start": datetime(2026, 1, 31, tzinfo=UTC),
    }
    assert rules == {"title": "remote"}


def test_a_rule_alone_is_changed_where_there_is_an_edit() -> None:
    edits = {"title": Edit("title", "T", Rule.LOCAL, "R", "u", NOW)}

    assert read_change(Form([*posted(FULL), ("rule.title", "merge")]), FULL, edits) == ({}, {"title": "merge"})
    assert read_change(Form([*posted(FULL), ("rule.title", "local")]), FULL, edits) == ({}, {})


def test_too_many_rows_are_left_alone() -> None:
    record = Record("r", "R", links=tuple(Link(f"https://example.org/{number}") for number in range(MOST_ROWS + 1)))

    assert to_form(record, {}, {}, seen=NOW).values["links"] is None
    assert read_change(Form(posted(record)), record, {}) == ({}, {})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with inhabit(tmp_path_factory.mktemp("data")) as world:
        yield world


@pytest.fixture(scope="module")
def ada(world: World) -> Visitor:
    return visitor(world.house, "ada")


def fields_in(seen: Seen) -> dict[str, list[str]]:
    """What a browser would send of the page's form."""
    found: dict[str, list[str]] = {}
    form = seen.html[seen.html.index('action="/records/') :]
    for tag, text in re.findall(r"<(?:input|textarea)([^>]*)>([^<]*)", form):
        name = re.search(r' name="([^"]*)"', tag)
        if name is not None:
            value = re.search(r' value="([^"]*)"', tag)
            found.setdefault(name[1], []).append(unescape(value[1]) if value else unescape(text).strip("\n"))
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form):
        found[name] = re.findall(r'value="([^"]*)" selected', options)
    return found


def test_a_record_is_edited_and_given_back(world: World, ada: Visitor) -> None:
    number = world.ids["record_id"]
    before = world.ada.get(f"/records/{number}")
    page = f"/records/{number}"
    form = fields_in(ada.get(f"{page}/edit"))

    untouched = ada.post(f"{page}/edit", form)
    unchanged = world.ada.get(page)
    saved = ada.post(f"{page}/edit", {**form, "title": "Streams <b>", "rule.title": "remote", "keywords": "brooks"})

    shown = ada.get(page)
    after = world.ada.get(page)
    assert (untouched.status, untouched.location, unchanged) == (303, page, before)
    assert (saved.status, saved.location) == (303, page)
    assert (after["title"], after["keywords"], after["abstract"]) == ("Streams <b>", ["brooks"], before["abstract"])
    assert after["links"] == before["links"]
    assert after["contacts"] == before["contacts"]
    assert f"At the source: {before['title']}" in shown.text
    assert "until the source changes it" in shown.text
    assert f"{page}/edits/title/undo" in shown.forms
    undone = ada.post(f"{page}/edits/title/undo")
    assert (undone.status, world.ada.get(page)["title"]) == (303, before["title"])


def test_what_the_source_changed_since_is_marked_until_somebody_confirms(world: World, ada: Visitor) -> None:
    source, name = world.ids["source_id"], f"{IDENTIFIER.decode()}-0"
    (record,) = world.ada.get("/records", identifier=name, source=source)["items"]
    page = f"/records/{record['id']}"
    world.ada("PATCH", page, {"title": "Streams"})
    document = DOCUMENT.replace(IDENTIFIER, name.encode()).replace(record["title"].encode(), b"Another title")
    world.remote.on("/waf/0.xml", reply(document))
    harvest(world.house, world.ada, source)

    marked = ada.get(page)
    listed = ada.get(f"/sources/{source}/edits?conflicts=true")
    confirmed = ada.post(f"{page}/edits/title/confirm")

    assert "Changed at the source since" in marked.text
    assert "At the source: Another title" in marked.text
    assert "Title (changed at the source since)" in listed.text
    assert f'href="{page}"' in listed.html
    assert "Nothing changed underneath" in ada.get(f"/sources/{source}/edits?conflicts=true").text
    assert confirmed.status == 303
    assert "Changed at the source since" not in ada.get(page).text
    assert world.ada.get(page)["title"] == "Streams"


def test_what_is_wrong_stands_beside_its_field(world: World, ada: Visitor) -> None:
    page = f"/records/{world.ids['record_id']}"
    form = fields_in(ada.get(f"{page}/edit"))

    wrong = ada.post(f"{page}/edit", {**form, "title": "", "bbox.west": "1"} | {"bbox.east": ""})
    world.ada("PATCH", page, {"licence": "CC0"})
    late = ada.post(f"{page}/edit", {**form, "title": "Mine"})

    assert wrong.status == 422
    assert "needs all four" in wrong.text
    assert late.status == 409
    assert 'value="Mine"' in late.html


def test_only_those_who_may_write_there_are_shown_the_way(world: World) -> None:
    page = f"/records/{world.ids['record_id']}"
    vic, bob = visitor(world.house, "vic"), visitor(world.house, "bob")
    world.ada("PATCH", f"/sources/{world.ada.get(page)['source_id']}", {"visibility": "public"})

    for somebody, status in ((vic, 403), (bob, 404)):
        assert f"{page}/edit" not in somebody.get(page).html
        assert somebody.get(f"{page}/edit").status == status
        for path in ("edit", "edits/title/undo", "edits/title/confirm"):
            assert somebody.post(f"{page}/{path}").status == status
