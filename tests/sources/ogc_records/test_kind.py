"""A pass over a catalogue of OGC API Records sees every record once, asks for changes only where it can, and ends."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.ogc_records.api import CQL2, RECORDS, ROOT, Api, landing, record, records
from tests.sources.ogc_records.passes import KIND, harvest
from windrow.errors import BadInput, RemoteStatus, RemoteUnreadable
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Detection, PageRequest, PassRequest

ITEMS = f"{ROOT}/collections/main/items"
COLLECTION = f"{ROOT}/collections/main"
SINCE = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
ANSWERED_AT = datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)
FILTERING = (RECORDS, CQL2)


def request(url: str = ROOT, since: datetime | None = None, **settings: Any) -> PassRequest:
    return PassRequest(url, settings, since)


def query_of(url: str) -> Mapping[str, list[str]]:
    return parse_qs(urlsplit(url).query)


# Paging.


@given(count=st.integers(0, 60), page=st.integers(1, 20), most=st.integers(1, 30))
def test_paging_reassembles_the_catalogue(count: int, page: int, most: int) -> None:
    found = harvest(request(page_size=page), Api({"main": records(count)}, most=most))

    assert found.identifiers == [f"r{number}" for number in range(count)]
    assert len(found.keys) == max(1, -(-count // min(page, most)))
    assert set(found.totals) == {count}
    assert (found.opening.title, found.opening.listing) == ("Records of Example", True)


@pytest.mark.parametrize(
    "url", [ROOT, f"{ROOT}/", f"{ROOT}/collections", COLLECTION, f"{COLLECTION}?f=json", ITEMS, f"{ITEMS}?limit=3"]
)
def test_any_address_of_the_catalogue_will_do(url: str) -> None:
    found = harvest(request(url, page_size=2), Api({"main": records(5)}))

    assert found.identifiers == ["r0", "r1", "r2", "r3", "r4"]
    assert {each.read().collection for each in found.records} == {"main"}


def test_each_collection_is_a_walk_of_its_own_and_the_total_is_left_open() -> None:
    found = harvest(request(page_size=2), Api({"a": [record("a1")], "b": [record("b1"), record("b2"), record("b3")]}))

    assert [key["collection"] for key in found.opening.pages] == ["a", "b"]
    assert sorted(found.identifiers) == ["a1", "b1", "b2", "b3"]
    assert found.totals == [None, None, None]


def test_a_count_that_is_an_estimate_can_be_left_open() -> None:
    assert harvest(request(trust_total=False), Api({"main": records(3)})).totals == [None]


def test_only_the_wanted_collections_are_walked() -> None:
    found = harvest(request(collections=["b"]), Api({"a": [record("a1")], "b": [record("b1")]}))

    assert found.identifiers == ["b1"]


@pytest.mark.parametrize("url", [ROOT, COLLECTION, ITEMS])
def test_a_wanted_collection_that_is_not_there_is_named_with_those_that_are(url: str) -> None:
    with pytest.raises(BadInput, match=r"settings\.collections: there is no collection other at this URL; .* main"):
        KIND.open(request(url, collections=["other"]), Api({"main": []}))


def test_collections_of_features_are_left_alone() -> None:
    api = Api({"main": records(2), "roads": records(3)})
    api.overrides[f"{ROOT}/collections"] = {
        "collections": [
            {"id": "roads", "itemType": "feature", "links": []},
            {"id": "main", "itemType": "record", "links": []},
        ]
    }

    assert harvest(request(), api).identifiers == ["r0", "r1"]


def test_where_there_are_only_features_they_are_named() -> None:
    with pytest.raises(RemoteUnreadable, match=r"No collection of records, but main \(feature\)"):
        KIND.open(request(), Api({"main": []}, item_type="feature"))


def test_collections_that_do_not_say_what_they_hold_are_taken_from_an_api_of_records_only() -> None:
    silent = Api({"main": records(1)}, item_type="")
    foreign = Api({"main": records(1)}, item_type="", conformance=())

    assert harvest(request(), silent).identifiers == ["r0"]
    with pytest.raises(RemoteUnreadable, match="No collection of records"):
        KIND.open(request(), foreign)


def test_a_list_of_collections_is_followed_to_its_end() -> None:
    api = Api({"main": records(1), "more": [record("m")]})
    api.overrides[f"{ROOT}/collections"] = {
        "collections": [{"id": "main", "itemType": "record"}],
        "links": [{"rel": "next", "href": "?page=2"}],
    }
    api.overrides[f"{ROOT}/collections?page=2"] = {"collections": [{"id": "more", "itemType": "record"}]}

    assert harvest(request(), api).identifiers == ["r0", "m"]


def test_a_list_of_collections_without_end_is_found_out() -> None:
    api = Api({"main": []})
    api.overrides[f"{ROOT}/collections"] = {"collections": [], "links": [{"rel": "next", "href": "collections"}]}

    with pytest.raises(RemoteUnreadable, match="does not end"):
        KIND.open(request(), api)


def test_filters_go_along_with_the_first_request() -> None:
    api = Api({"main": records(1)})

    harvest(request(bbox=[5, 45.5, 10, 48], q="snow,ice", type="dataset", page_size=50), api)

    assert query_of(api.pages[0]) == {
        "limit": ["50"],
        "bbox": ["5,45.5,10,48"],
        "q": ["snow,ice"],
        "type": ["dataset"],
    }


def test_half_a_box_is_refused_before_anything_is_asked() -> None:
    api = Api({"main": []})

    with pytest.raises(BadInput, match=r"settings\.bbox"):
        KIND.open(request(bbox=[5, 45]), api)
    assert api.asked == []


def test_a_server_that_shows_people_a_page_is_asked_for_json_by_its_parameter() -> None:
    api = Api({"main": records(1)})
    api.overrides[ROOT] = b"<!DOCTYPE html><html><head><title>Welcome</title></head></html>"

    assert harvest(request(), api).identifiers == ["r0"]
    assert api.asked[:2] == [ROOT, f"{ROOT}?f=json"]


def test_the_same_page_has_the_same_key_and_fingerprint_at_the_next_pass() -> None:
    first = harvest(request(page_size=2), Api({"main": records(7)}))

    second = harvest(request(page_size=2), Api({"main": records(7)}, date="Sat, 15 Mar 2025 09:26:53 GMT"))
    third = harvest(request(page_size=2), Api({"main": [record("r0", title="New"), *records(7)[1:]]}))
    fourth = harvest(request(page_size=2), Api({"main": records(8)}))

    assert (second.keys, second.fingerprints) == (first.keys, first.fingerprints)
    assert [new == old for new, old in zip(third.fingerprints, first.fingerprints, strict=True)] == [
        False,
        True,
        True,
        True,
    ]
    assert not set(fourth.fingerprints) & set(first.fingerprints)  # each says how many records there are


# Walks that do not end.


def test_a_next_link_to_the_same_page_is_found_out() -> None:
    api = Api({"main": []})
    page = {"type": "FeatureCollection", "features": records(2), "links": [{"rel": "next", "href": "?offset=2"}]}
    api.overrides |= {f"{ITEMS}?limit=2": page, f"{ITEMS}?offset=2": page}

    with pytest.raises(RemoteUnreadable, match="came before"):
        harvest(request(page_size=2), api)


def test_a_server_that_leads_on_from_an_empty_page_is_at_its_end_when_all_came() -> None:
    api = Api({"main": records(2)})
    api.overrides[f"{ITEMS}?limit=2"] = {
        "features": records(2),
        "numberMatched": 2,
        "links": [{"rel": "next", "href": "?offset=2"}],
    }
    api.overrides[f"{ITEMS}?offset=2"] = {
        "features": [],
        "numberMatched": 2,
        "links": [{"rel": "next", "href": "?offset=4"}],
    }

    assert len(harvest(request(page_size=2), api).keys) == 2


# Changes only.


def test_changes_are_asked_for_where_the_server_can_tell_them() -> None:
    api = Api(
        {"main": [record("old"), record("late", "2024-06-01T11:56:00Z"), record("new", "2024-07-01T00:00:00Z")]},
        conformance=FILTERING,
    )

    found = harvest(request(since=SINCE), api)

    assert query_of(api.pages[0])["filter"] == ["updated >= TIMESTAMP('2024-06-01T11:55:00Z')"]
    assert query_of(api.pages[0])["filter-lang"] == ["cql2-text"]
    assert found.identifiers == ["late", "new"]
    assert (found.opening.listing, found.opening.since) == (False, ANSWERED_AT)


def test_a_date_is_compared_as_a_date() -> None:
    api = Api({"main": [record("r", "2024-06-01")]}, conformance=FILTERING, updated="date")

    harvest(request(since=SINCE), api)

    assert query_of(api.pages[0])["filter"] == ["updated >= DATE('2024-06-01')"]


def test_the_first_pass_lists_everything_and_tells_where_to_go_on() -> None:
    found = harvest(request(), Api({"main": records(3)}, conformance=FILTERING))

    assert len(found.records) == 3
    assert (found.opening.listing, found.opening.since) == (True, ANSWERED_AT)


@pytest.mark.parametrize(
    "api",
    [
        Api({"main": records(2)}),
        Api({"main": records(2)}, conformance=FILTERING, updated=""),
        Api({"main": records(2)}, conformance=FILTERING, filters=False),
        Api({"main": records(2)}, conformance=FILTERING, filters=None),
        Api({"main": [record("r0", updated=""), record("r1")]}, conformance=FILTERING),
        Api({"main": records(2), "other": [record("undated", updated="")]}, conformance=FILTERING),
        Api({"main": records(2)}, conformance=FILTERING, date=""),
    ],
    ids=["no filters", "not by updated", "ignored", "refused", "undated", "undated elsewhere", "no time"],
)
def test_everything_is_listed_where_changes_cannot_be_trusted(api: Api) -> None:
    found = harvest(request(since=SINCE), api)

    assert {"r0", "r1"} <= set(found.identifiers)
    assert (found.opening.listing, found.opening.since) == (True, None)


def test_asking_for_changes_can_be_switched_off() -> None:
    api = Api({"main": records(2)}, conformance=FILTERING)

    found = harvest(request(since=SINCE, incremental=False), api)

    assert (len(found.records), found.opening.since) == (2, None)
    assert len(api.asked) == 3


# Pages that are something else.


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "Sign in"),
        ({"code": "ServerError", "description": "Out of order"}, "instead of a page of records: Out of order"),
        ([], "instead of an object"),
    ],
)
def test_a_page_that_is_none_is_told_for_what_it_is(content: Any, said: str) -> None:
    api = Api({"main": []})
    api.overrides |= {f"{ITEMS}?limit=100": content, f"{ITEMS}?limit=100&f=json": content}

    with pytest.raises(RemoteUnreadable, match=said):
        harvest(request(), api)


def test_what_has_no_id_is_set_aside_and_the_rest_goes_on() -> None:
    found = harvest(request(), Api({"main": [record("good"), {**record("x"), "id": None}, record("x" * 1001)]}))

    assert found.identifiers == ["good"]
    assert [each.problem for each in found.broken] == [
        "The record has no id.",
        "The record's id has 1001 characters; 1000 are allowed.",
    ]
    assert all(len(each.identifier) <= 1000 for each in found.broken)


def test_a_status_fails_the_page() -> None:
    api = Api({"main": []})

    with pytest.raises(RemoteStatus, match="404"):
        KIND.load(request(), PageRequest({"url": f"{ROOT}/nowhere"}), api)


# Detection.


@pytest.mark.parametrize(
    ("url", "found_at", "title", "settings"),
    [
        (ROOT, ROOT, "Records of Example", {}),
        (f"{ROOT}?f=html", ROOT, "Records of Example", {}),
        (f"{ROOT}/collections", f"{ROOT}/collections", "", {}),
        (COLLECTION, COLLECTION, "Catalogue main", {}),
        (ITEMS, COLLECTION, "", {}),
        (
            f"{ITEMS}?bbox=5,45,10,48&q=snow&type=dataset&limit=10&offset=20",
            COLLECTION,
            "",
            {"bbox": [5.0, 45.0, 10.0, 48.0], "q": "snow", "type": "dataset"},
        ),
    ],
)
def test_a_catalogue_is_recognised_at_any_of_its_addresses(
    url: str, found_at: str, title: str, settings: dict[str, Any]
) -> None:
    api = Api({"main": records(30)})

    found = KIND.detect(url, None, api)

    assert found == Detection("ogc_records", found_at, title, settings)
    assert len(api.asked) <= 3
    jsonschema.validate(settings, KIND.schema)


def test_a_first_answer_is_not_asked_for_again() -> None:
    api = Api({"main": []})
    first = api.get(COLLECTION)

    assert KIND.detect(COLLECTION, first, api) is not None
    assert api.asked == [COLLECTION]


def test_a_first_answer_for_people_is_asked_for_as_json() -> None:
    api = Api({"main": []})
    first = Answer(ROOT, 200, {"content-type": "text/html"}, b"<html></html>")

    assert KIND.detect(ROOT, first, api) is not None
    assert len(api.asked) <= 3


def test_a_stac_api_is_rather_left_to_those_who_know_it() -> None:
    api = Api({"main": []})
    api.overrides[ROOT] = {**landing(), "stac_version": "1.0.0"}

    found = KIND.detect(ROOT, None, api)

    assert found is not None
    assert found.certainty < 1


@pytest.mark.parametrize(
    ("url", "content"),
    [
        (ROOT, b"<html></html>"),
        (ROOT, {"hello": "world"}),
        (ROOT, []),
        (ROOT, 500),
        (f"{ROOT}/collections", {"collections": [{"id": "roads", "itemType": "feature"}]}),
        (ITEMS, {"type": "FeatureCollection", "features": [{"type": "Feature", "id": "road"}]}),
    ],
)
def test_anything_else_is_not_recognised(url: str, content: Any) -> None:
    api = Api({"main": []}, item_type="feature")
    api.overrides |= {url: content, f"{url}?f=json": content}

    assert KIND.detect(url, None, api) is None
    assert len(api.asked) <= 3


def test_every_setting_explains_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(KIND.schema)

    for name, setting in KIND.schema["properties"].items():
        assert {"title", "description", "default"} <= set(setting), name
        jsonschema.validate({name: setting["default"]}, KIND.schema)
