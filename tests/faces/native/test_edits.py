"""Records are edited, traced, and given back to their source, by those who may."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.world import World


@pytest.fixture(scope="module")
def fresh(world: World) -> Iterator[int]:
    """Records that nobody has touched."""
    return iter([each["id"] for each in world.ada.get("/records", limit=100)["items"]])


@pytest.fixture
def number(fresh: Iterator[int]) -> int:
    """A record that nobody has touched."""
    return next(fresh)


@pytest.fixture(scope="module")
def untouched(fresh: Iterator[int]) -> int:
    """A record that nobody may change."""
    return next(fresh)


def fields_of(world: World, number: int) -> dict[str, Any]:
    return {each["field"]: each for each in world.ada.get(f"/records/{number}/provenance")["fields"]}


def test_a_record_is_edited_field_by_field(world: World, number: int) -> None:
    before = world.ada.get(f"/records/{number}")
    change = {
        "title": "Streams",
        "keywords": ["brooks"],
        "contacts": [{"name": "Ada", "role": "owner"}],
        "links": [{"href": "https://example.org/x"}],
        "bbox": [1, 2, 3, 4],
        "time_start": "2020-01-01T01:00:00+01:00",
        "time_end": None,
        "abstract": None,
        "rules": {"keywords": "merge", "title": "remote"},
        "seen": before["stored_at"],
    }

    answer = world.ada("PATCH", f"/records/{number}", change)

    after = answer.json
    assert answer.status == 200
    assert (after["title"], after["abstract"], after["bbox"]) == ("Streams", "", [1, 2, 3, 4])
    assert after["keywords"] == [*before["keywords"], "brooks"]
    assert (after["time_start"], after["contacts"][0]["role"]) == ("2020-01-01T00:00:00Z", "owner")
    assert after["links"][0]["rel"] == "related"
    assert after["stored_at"] > before["stored_at"]
    assert world.ada.get(f"/records/{number}") == after
    assert [each["id"] for each in world.ada.get("/records", q="brooks streams")["items"]] == [number]


def test_provenance_tells_of_each_field_whose_it_is(world: World, number: int) -> None:
    before = world.ada.get(f"/records/{number}")
    world.ada("PATCH", f"/records/{number}", {"title": "Streams", "keywords": ["b"], "rules": {"keywords": "merge"}})

    found = fields_of(world, number)

    assert (found["title"]["origin"], found["title"]["value"], found["title"]["remote"]) == (
        "local",
        "Streams",
        before["title"],
    )
    assert (found["title"]["edit"]["user_name"], found["title"]["edit"]["rule"]) == ("ada", "local")
    assert (found["keywords"]["origin"], found["keywords"]["edit"]["value"]) == ("merged", ["b"])
    assert (found["abstract"]["origin"], found["abstract"]["edit"]) == ("remote", None)
    assert (found["abstract"]["changed_at"], found["abstract"]["changed_exactly"]) == (before["stored_at"], False)
    assert {"identifier", "modified", "standard"} <= set(found)


def test_an_edit_is_undone_and_confirmed(world: World, number: int) -> None:
    before = world.ada.get(f"/records/{number}")
    world.ada("PATCH", f"/records/{number}", {"title": "Streams", "licence": "CC0"})

    confirmed = world.ada("POST", f"/records/{number}/edits/licence/confirm")
    undone = world.ada("DELETE", f"/records/{number}/edits/title")

    assert (confirmed.status, confirmed.json["licence"]) == (200, "CC0")
    assert (undone.status, undone.json["title"], undone.json["licence"]) == (200, before["title"], "CC0")
    for method, path in (("DELETE", "title"), ("POST", "title/confirm"), ("DELETE", "identifier")):
        assert world.ada(method, f"/records/{number}/edits/{path}").status == 404


def test_who_wrote_over_somebody_else_is_told(world: World, number: int) -> None:
    seen = world.ada.get(f"/records/{number}")["stored_at"]
    world.admin("PATCH", f"/records/{number}", {"title": "Streams", "seen": seen})

    answer = world.ada("PATCH", f"/records/{number}", {"title": "Brooks", "seen": seen})

    assert (answer.status, answer.json["type"]) == (409, "urn:windrow:problem:conflict")
    assert world.ada.get(f"/records/{number}")["title"] == "Streams"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"title": "", "bbox": [1]}, {"title", "bbox"}),
        ({"title": None}, {"title"}),
        ({"identifier": "x"}, {"identifier"}),
        ({"type": "Dataset", "keywords": ["a\0"]}, {"type", "keywords.0"}),
        ({"contacts": [{"role": "owner"}]}, {"contacts.0"}),
        ({"links": [{"href": "a b"}]}, {"links.0.href"}),
        ({"bbox": [1, 50, 2, 40]}, {"bbox"}),
        ({"time_start": "2020-01-01T00:00:00"}, {"time_start"}),
        ({"time_start": "2020-01-01T00:00:00Z", "time_end": "2019-01-01T00:00:00Z"}, {"time_end"}),
        ({"rules": {"title": "merge"}}, {"rules.title"}),
        ({"title": "x", "seen": "2020-01-01T00:00:00"}, {"seen"}),
    ],
)
def test_what_is_wrong_is_named_and_nothing_written(
    world: World, untouched: int, change: Any, fields: set[str]
) -> None:
    before = world.ada.get(f"/records/{untouched}")

    answer = world.ada("PATCH", f"/records/{untouched}", change)

    assert (answer.status, set(answer.problems)) == (422, fields)
    assert world.ada.get(f"/records/{untouched}") == before


def test_who_may_read_only_edits_nothing_and_sees_where_it_is_from(world: World, untouched: int) -> None:

    assert world.vic("PATCH", f"/records/{untouched}", {"title": "x"}).status == 403
    assert world.vic("DELETE", f"/records/{untouched}/edits/title").status == 403
    assert world.vic("GET", f"/records/{untouched}/provenance").status == 200


def test_a_public_record_of_another_team_is_read_and_no_more(world: World, number: int) -> None:
    source = world.ada.get(f"/records/{number}")["source_id"]
    world.ada("PATCH", f"/sources/{source}", {"visibility": "public"})

    assert world.bob("GET", f"/records/{number}").status == 200
    assert world.bob("PATCH", f"/records/{number}", {"title": "x"}).status == 404
    assert world.bob("GET", f"/records/{number}/provenance").status == 404


def test_a_source_has_rules_of_its_own(world: World, number: int) -> None:
    source = world.ada.get(f"/records/{number}")["source_id"]
    policies = {"edit_rules": {"title": "remote", "keywords": "merge"}, "keywords_union": True}

    changed = world.ada("PATCH", f"/sources/{source}", {"policies": policies})
    world.ada("PATCH", f"/records/{number}", {"title": "Streams", "keywords": ["b"], "rules": {"title": "local"}})

    found = fields_of(world, number)
    assert {name: changed.json["policies"][name] for name in policies} == policies
    assert (found["title"]["edit"]["rule"], found["keywords"]["edit"]["rule"]) == ("local", "merge")
    wrong = world.ada("PATCH", f"/sources/{source}", {"policies": {"edit_rules": {"identifier": "local"}}})
    assert wrong.status == 422
    kept = world.ada("PATCH", f"/sources/{source}", {"policies": {"grace_seconds": 5}}).json["policies"]
    assert {name: kept[name] for name in policies} == policies


def test_what_was_edited_is_listed(world: World, untouched: int) -> None:
    source = world.ada.get(f"/records/{untouched}")["source_id"]
    listed = world.ada.get(f"/sources/{source}/edits", limit=100)["items"]

    assert untouched not in [each["record_id"] for each in listed]
    for each in listed:
        found = fields_of(world, each["record_id"])
        assert each["edited"] == [name for name, told in found.items() if told["edit"] is not None]
        assert each["conflicts"] == []
    assert world.ada.get(f"/sources/{source}/edits", conflicts=True) == {"items": [], "next": None}
    assert world.bob("GET", f"/sources/{source}/edits").status == 404
