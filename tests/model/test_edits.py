"""Local edits, for all records: what is shown follows from what the remote has and the edits, and from nothing else."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput, NotFound
from windrow.model.edit_values import LISTS, lacking, read_values, spell, united, unspell
from windrow.model.edits import EDITABLE, FIXED, EditedRecord, Origin, Rule, apply, provenance
from windrow.model.records import Contact, Link, Record
from windrow.model.sources import Policies

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = st.sampled_from(["water", "Water", "rivers", "lakes", "STRASSE", "straße"])
TEXTS = st.sampled_from(["", "one", "two", "three"])
NAMES = st.sampled_from(["Ada", "Bea", "Cleo"])
MOMENTS = st.none() | st.integers(0, 9).map(lambda days: NOW + timedelta(days=days))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("abstract", "licence", "language", "collection"), TEXTS),
    **dict.fromkeys(("title", "type"), TEXTS.filter(bool)),
    **dict.fromkeys(("time_start", "time_end"), MOMENTS),
    "keywords": st.lists(WORDS, unique=True).map(tuple),
    "contacts": st.lists(st.builds(Contact, NAMES), unique=True).map(tuple),
    "links": st.lists(st.builds(Link, NAMES), unique=True).map(tuple),
    "bbox": st.none() | st.just((1.0, 2.0, 3.0, 4.0)) | st.just((170.0, -10.0, -170.0, 10.0)),
}
RECORDS = st.fixed_dictionaries(VALUES).map(lambda values: Record(identifier="r", geometry={"type": "Point"}, **values))
CHANGES = st.dictionaries(st.sampled_from(EDITABLE), st.sampled_from(Rule)).flatmap(
    lambda rules: st.tuples(st.fixed_dictionaries({name: VALUES[name] for name in rules}), st.just(rules))
)


def edited(remote: Record, change: tuple[dict[str, Any], dict[str, Rule]]) -> EditedRecord:
    values, rules = change
    if {"time_start", "time_end"} & set(values):
        values, rules = ({name: each for name, each in some.items() if "time" not in name} for some in change)
    return EditedRecord(remote, NOW).edit(values, rules, {}, user_id="ada", now=NOW)


@given(RECORDS, CHANGES)
def test_what_is_not_edited_is_the_remotes(remote: Record, change: Any) -> None:
    found = edited(remote, change)

    for name in {*EDITABLE, *FIXED} - set(found.edits):
        assert getattr(found.shown, name) == getattr(remote, name)


@given(RECORDS, CHANGES)
def test_undoing_everything_gives_the_remotes_record_back(remote: Record, change: Any) -> None:
    found = edited(remote, change)
    for name in list(found.edits):
        found = found.undo(name)

    assert found.shown == remote
    assert not found.conflicts


@given(RECORDS, RECORDS, CHANGES)
def test_after_a_change_of_the_remote_each_rule_holds(first: Record, second: Record, change: Any) -> None:
    before = edited(first, change)

    after, ended = before.renew(second, now=NOW, run_id="run")

    for name, edit in before.edits.items():
        same = getattr(first, name) == getattr(second, name)
        shown = getattr(after.shown, name)
        match edit.rule:
            case Rule.REMOTE:
                assert (name in ended) is not same
                assert shown == (edit.value if same else getattr(second, name))
            case Rule.MERGE if name in LISTS:
                assert shown == united(name, getattr(second, name), edit.value)
            case _:
                assert shown == edit.value
    assert set(after.conflicts) == {name for name in after.edits if getattr(first, name) != getattr(second, name)}
    assert set(after.moved) == {name for name in EDITABLE if getattr(first, name) != getattr(second, name)}


@given(RECORDS, CHANGES)
def test_a_change_to_the_same_changes_nothing(remote: Record, change: Any) -> None:
    before = edited(remote, change)

    assert before.renew(remote, now=NOW, run_id="run") == (before, [])


@given(st.lists(RECORDS, max_size=5), RECORDS, CHANGES)
def test_a_keyword_that_a_record_had_stays_where_the_union_is_asked_for(
    later: list[Record], first: Record, change: Any
) -> None:
    found, once = edited(first, change), {each.casefold() for each in first.keywords}
    for each in later:
        found, _ = found.renew(each, now=NOW, run_id="run", keeps_keywords=True)
        once |= {word.casefold() for word in each.keywords}

        assert once <= {word.casefold() for word in found.unedited.keywords}
        assert not lacking("keywords", found.kept, each.keywords) or each.keywords
        assert found.unedited.keywords[: len(each.keywords)] == each.keywords


@given(RECORDS, CHANGES)
def test_a_confirmed_edit_is_shown_as_before(remote: Record, change: Any) -> None:
    found = edited(remote, change)
    for name in found.edits:
        assert found.confirm(name).shown == found.shown


@given(RECORDS, RECORDS, CHANGES)
def test_provenance_tells_the_value_that_is_shown(first: Record, second: Record, change: Any) -> None:
    after, _ = edited(first, change).renew(second, now=NOW, run_id="run")

    told = {each.field: each for each in provenance(after)}

    assert set(told) == {*EDITABLE, *FIXED}
    for name, each in told.items():
        assert (each.value, each.remote) == (getattr(after.shown, name), getattr(second, name))
        assert each.value == each.remote or each.origin is not Origin.REMOTE
        assert each.edit == after.edits.get(name)
        assert each.exact is (each.run_id is not None)


@given(RECORDS)
def test_every_value_is_read_as_it_is_spelled(record: Record) -> None:
    for name in EDITABLE:
        value = getattr(record, name)

        assert unspell(name, spell(name, value)) == value
        assert read_values({name: spell(name, value)}) == {name: value}


@given(st.sampled_from(sorted(LISTS)), RECORDS, RECORDS)
def test_a_union_begins_with_the_first_and_lacks_nothing_of_the_second(name: str, one: Record, two: Record) -> None:
    first, second = getattr(one, name), getattr(two, name)

    both = united(name, first, second)

    assert both[: len(first)] == first
    assert lacking(name, both, second) == ()
    assert united(name, both, second) == both


def test_an_edit_of_its_rule_alone_takes_what_is_shown_along() -> None:
    remote = Record("r", "R", keywords=("a",))
    merged = EditedRecord(remote, NOW).edit(
        {"keywords": ("a", "b")}, {"keywords": Rule.MERGE}, {}, user_id="u", now=NOW
    )

    local = merged.edit({}, {"keywords": Rule.LOCAL}, {}, user_id="u", now=NOW)

    assert merged.edits["keywords"].value == ("b",)
    assert local.edits["keywords"].value == ("a", "b")


def test_the_usual_rule_is_for_fields_that_are_edited_for_the_first_time() -> None:
    usual = {"title": Rule.REMOTE}
    first = EditedRecord(Record("r", "R"), NOW).edit({"title": "A"}, {}, usual, user_id="u", now=NOW)
    own = first.edit({"title": "B"}, {"title": Rule.LOCAL}, usual, user_id="u", now=NOW)

    assert first.edits["title"].rule is Rule.REMOTE
    assert own.edit({"title": "C"}, {}, usual, user_id="u", now=NOW).edits["title"].rule is Rule.LOCAL


def test_what_is_not_edited_is_neither_undone_nor_confirmed() -> None:
    record = EditedRecord(Record("r", "R"), NOW)
    for way in (record.undo, record.confirm):
        with pytest.raises(NotFound):
            way("title")


def test_a_record_without_edits_stays_the_same() -> None:
    record = Record("r", "R", geometry={"type": "Point"})

    assert apply(record, []) is record


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"abstract": "a\0b"}, "abstract"),
        ({"abstract": "\ud800"}, "abstract"),
        ({"abstract": "x" * 100_001}, "abstract"),
        ({"type": "Dataset"}, "type"),
        ({"keywords": "water"}, "keywords"),
        ({"keywords": ["water", 5]}, "keywords.1"),
        ({"keywords": ["x"] * 1_001}, "keywords"),
        ({"contacts": [{"role": "owner"}]}, "contacts.0"),
        ({"contacts": [{"nmae": "Ada"}]}, "contacts.0.nmae"),
        ({"contacts": ["Ada"]}, "contacts.0"),
        ({"links": [{"href": "a b"}]}, "links.0.href"),
        ({"bbox": [1, 2, 3]}, "bbox"),
        ({"bbox": [1, 5, 2, 4]}, "bbox"),
        ({"bbox": [-181, 1, 2, 4]}, "bbox"),
        ({"bbox": [True, 1, 2, 4]}, "bbox"),
        ({"bbox": [math.nan, 1, 2, 4]}, "bbox"),
        ({"time_start": "yesterday"}, "time_start"),
        ({"time_start": "2026-01-01T00:00:00"}, "time_start"),
        ({"time_start": 5}, "time_start"),
        ({"time_start": "0001-01-01T00:00:00+05:00"}, "time_start"),
        ({"identifier": "x"}, "identifier"),
    ],
)
def test_what_is_wrong_is_told_by_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_values({**given, "licence": []})

    assert [each.field for each in refused.value.problems] == [field, "licence"]


def test_texts_are_trimmed_and_lists_hold_everything_once() -> None:
    assert read_values({"title": " A ", "keywords": ["b ", "", "b"], "bbox": None, "licence": None}) == {
        "title": "A",
        "keywords": ("b",),
        "bbox": None,
        "licence": "",
    }


def test_rules_are_for_fields_that_can_be_edited() -> None:
    with pytest.raises(BadInput) as refused:
        Policies(edit_rules={"identifier": Rule.LOCAL, "title": "mine"})  # type: ignore[dict-item]

    assert [each.field for each in refused.value.problems] == [
        "policies.edit_rules.identifier",
        "policies.edit_rules.title",
    ]


def test_a_box_of_our_own_leaves_no_geometry_that_says_otherwise() -> None:
    remote = Record("r", "R", bbox=(1.0, 2.0, 3.0, 4.0), geometry={"type": "Point"})
    same = EditedRecord(remote, NOW).edit({"bbox": remote.bbox}, {}, {}, user_id="u", now=NOW)
    other = same.edit({"bbox": (0.0, 0.0, 1.0, 1.0)}, {}, {}, user_id="u", now=NOW)

    assert same.shown == remote
    assert other.shown == replace(remote, bbox=(0.0, 0.0, 1.0, 1.0), geometry=None)
