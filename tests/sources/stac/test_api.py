"""A STAC API gives up all it has, whatever its dialect, and a broken one is found out."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.stac.api import CORE, FILTER, PAGINGS, ROOT, Api, Paging, collection, item
from tests.sources.stac.passes import harvest
from windrow.errors import BadInput, RemoteStatus, RemoteUnreadable

SINCE = datetime(2024, 6, 1, tzinfo=UTC)


def items(number: int, collection: str = "c", **properties: Any) -> list[dict[str, Any]]:
    return [item(f"{collection}{each}", collection, **properties) for each in range(number)]


@given(
    paging=st.sampled_from(PAGINGS),
    sizes=st.lists(st.integers(0, 12), max_size=4),
    page_size=st.integers(1, 7),
    features=st.booleans(),
    posts=st.booleans(),
    forever=st.booleans(),
    lists=st.booleans(),
    counts=st.sampled_from(["numberMatched", "context", ""]),
    collections_page=st.integers(1, 3),
)
def test_every_record_arrives_once(
    paging: Paging,
    sizes: list[int],
    page_size: int,
    features: bool,
    posts: bool,
    forever: bool,
    lists: bool,
    counts: Any,
    collections_page: int,
) -> None:
    names = [f"c{each}" for each in range(len(sizes))]
    all_items = [each for name, size in zip(names, sizes, strict=True) for each in items(size, name)]
    api = Api(
        all_items,
        [collection(name) for name in names],
        paging=paging,
        features=features,
        posts=posts,
        forever=forever,
        lists_collections=lists,
        counts=counts,
        collections_page=collections_page,
    )

    found = harvest(api, ROOT, page_size=page_size)

    expected = [f"{each['collection']}/{each['id']}" for each in all_items] + (names if lists else [])
    assert found.identifiers == sorted(expected)
    assert (found.broken, found.failed, found.opening.listing) == ([], [], True)
    assert all(each.read().identifier for each in found.records)


@pytest.mark.parametrize("paging", PAGINGS)
def test_two_passes_over_the_same_have_equal_keys_and_fingerprints(paging: Paging) -> None:
    api = Api(items(7), [collection("c")], paging=paging, posts=paging in ("merge", "body", "headers"))

    first, second = harvest(api, ROOT, page_size=2), harvest(api, ROOT, page_size=2)

    assert len(first.keys) == 5
    assert None not in first.fingerprints
    assert (second.keys, second.fingerprints) == (first.keys, first.fingerprints)
    assert [each.fingerprint for each in second.records] == [each.fingerprint for each in first.records]


def test_a_page_whose_next_link_or_count_changed_is_read_again() -> None:
    before, after = Api(items(4), [collection("c")]), Api(items(5), [collection("c")])

    first, second = harvest(before, ROOT, page_size=4), harvest(after, ROOT, page_size=4)

    assert first.keys[1] == second.keys[1]
    assert first.fingerprints[1] != second.fingerprints[1]


def test_a_new_collection_changes_the_page_of_collections() -> None:
    before, after = Api([], [collection("a")]), Api([], [collection("a"), collection("b")])

    assert harvest(before, ROOT).fingerprints[0] != harvest(after, ROOT).fingerprints[0]


def test_only_chosen_collections_are_asked_for() -> None:
    api = Api([*items(2, "a"), *items(2, "b/1"), *items(2, "c")], [collection("a"), collection("b/1"), collection("c")])

    found = harvest(api, ROOT, collections=["b/1", "c"])

    assert found.identifiers == ["b%2F1", "b%2F1/b/10", "b%2F1/b/11", "c", "c/c0", "c/c1"]
    assert not any("collections/a" in url for _, url, _ in api.asked)


def test_a_chosen_collection_that_is_not_there_is_told() -> None:
    api = Api(items(1), [collection("c")])

    with pytest.raises(RemoteStatus, match="404"):
        harvest(api, ROOT, collections=["d"])


@pytest.mark.parametrize(
    ("include", "expected"),
    [(["items"], ["c/c0", "c/c1"]), (["collections"], ["c"]), (["items", "collections"], ["c", "c/c0", "c/c1"])],
)
def test_items_and_collections_come_as_chosen(include: list[str], expected: list[str]) -> None:
    api = Api(items(2), [collection("c")])

    assert harvest(api, ROOT, include=include).identifiers == expected
    assert any("/items" in url for _, url, _ in api.asked) == ("items" in include)


def test_box_time_and_page_size_narrow_the_request() -> None:
    api = Api(items(1), [collection("c")])

    harvest(api, ROOT, page_size=50, bbox=[5.5, -1, 7, 2.25], datetime="2024-01-01/2024-06-30")

    asked = next(arguments for _, url, arguments in api.asked if "/items" in url)
    assert asked == {
        "limit": "50",
        "bbox": "5.5,-1.0,7.0,2.25",
        "datetime": "2024-01-01T00:00:00Z/2024-06-30T23:59:59Z",
    }


def test_the_same_by_post() -> None:
    api = Api(items(1), [collection("c")], features=False, posts=True)

    harvest(api, ROOT, page_size=50, bbox=[170, -1, -170, 2.25], datetime="2024-01-01/..", incremental=False)

    asked = next(arguments for method, _, arguments in api.asked if method == "POST")
    assert asked == {
        "limit": 50,
        "bbox": [170.0, -1.0, -170.0, 2.25],
        "datetime": "2024-01-01T00:00:00Z/..",
        "collections": ["c"],
    }


@pytest.mark.parametrize(
    ("settings", "field"),
    [({"bbox": [0, 0, 999, 1]}, "settings.bbox"), ({"datetime": "yesterday"}, "settings.datetime")],
)
def test_settings_that_make_no_sense_are_named(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        harvest(Api(), ROOT, **settings)

    assert refusal.value.problems[0].field == field


class TestChanges:
    """Asking for changes only."""

    @pytest.mark.parametrize("posts", [True, False])
    @pytest.mark.parametrize("spelling", ["text", "timestamp"])
    def test_only_what_was_updated_is_asked_for(self, posts: bool, spelling: str) -> None:
        old, new = item("old", updated="2024-05-31T23:59:59Z"), item("new", updated="2024-06-01T00:00:00Z")
        api = Api([old, new], [collection("c")], posts=posts, spellings=[spelling])

        whole, changed = harvest(api, ROOT), harvest(api, ROOT, since=SINCE)

        assert whole.identifiers == ["c", "c/new", "c/old"]
        assert whole.opening.listing
        assert changed.identifiers == ["c", "c/new"]
        assert not changed.opening.listing

    def test_the_next_pass_begins_an_hour_before_the_servers_time(self) -> None:
        api = Api([item("a", updated="2024-06-01T00:00:00Z")], [collection("c")])

        assert harvest(api, ROOT).opening.since == datetime(2025, 3, 14, 8, 26, 53, tzinfo=UTC)

    def test_few_requests_tell_that_nothing_changed(self) -> None:
        names = [f"c{each}" for each in range(20)]
        dated = [each for name in names for each in items(30, name, updated="2024-01-01T00:00:00Z")]
        api = Api(dated, [collection(name) for name in names])

        found = harvest(api, ROOT, since=SINCE, include=["items"])

        assert found.records == []
        assert found.totals == [0]
        assert len(api.asked) == 4

    @pytest.mark.parametrize(
        "api",
        [
            Api([item("a", updated="2024-01-01T00:00:00Z"), item("b")], [collection("c")]),
            Api([item("a", updated="9999-01-01T00:00:00Z")], [collection("c")]),
            Api([item("a", updated="2024-01-01T00:00:00Z")], [collection("c")], conforms=CORE),
            Api([item("a", updated="2024-01-01T00:00:00Z")], [collection("c")], conforms=[*CORE, FILTER[0]]),
            Api([item("a", updated="2024-01-01T00:00:00Z")], [collection("c")], refuses_filters=True),
        ],
        ids=["an item is not dated", "an item is dated absurdly", "no filter", "no CQL2", "the filter fails"],
    )
    def test_an_api_that_cannot_be_trusted_with_it_is_asked_for_everything(self, api: Api) -> None:
        found = harvest(api, ROOT, since=SINCE)

        assert len(found.records) == len(api.items) + 1
        assert found.opening.listing
        assert found.opening.since is None

    def test_a_filter_that_finds_nothing_at_all_is_not_trusted(self) -> None:
        def find_none(page: dict[str, Any]) -> dict[str, Any]:
            filtered = "filter" in api.asked[-1][2]
            return page | {"features": [], "numberMatched": 0, "numberReturned": 0} if filtered else page

        api = Api([item("a", updated="2024-07-01T00:00:00Z")], [collection("c")], tune=find_none)

        assert harvest(api, ROOT, since=SINCE).identifiers == ["c", "c/a"]

    def test_a_filter_that_fails_is_left_alone_for_ten_passes(self) -> None:
        api = Api([item("a", updated="2024-01-01T00:00:00Z")], [collection("c")], refuses_filters=True)
        cursor: Mapping[str, Any] = {}
        tried = []
        for _ in range(12):
            api.asked.clear()
            cursor = harvest(api, ROOT, cursor=cursor).opening.cursor
            tried.append(any("filter" in arguments for _, _, arguments in api.asked))

        assert tried == [True] + 10 * [False] + [True]

    def test_it_can_be_switched_off(self) -> None:
        api = Api([item("a", updated="2024-01-01T00:00:00Z")], [collection("c")])

        found = harvest(api, ROOT, since=SINCE, incremental=False)

        assert found.identifiers == ["c", "c/a"]
        assert found.opening.since is None
        assert not any("filter" in arguments for _, _, arguments in api.asked)


class TestTotals:
    """How many records a pass will see is told only where it is known."""

    def test_a_single_search_tells_it(self) -> None:
        api = Api(items(5), lists_collections=False)

        assert harvest(api, ROOT, page_size=2, include=["items"]).totals == [5, 5, 5]

    def test_one_collection_among_others_does_not(self) -> None:
        assert harvest(Api(items(5), [collection("c")]), ROOT).totals == [None, None]

    @pytest.mark.parametrize("matched", [10_000, 100_000, 7_654_321])
    def test_what_may_be_an_estimate_does_not(self, matched: int) -> None:
        api = Api(items(1), lists_collections=False, tune=lambda page: page | {"numberMatched": matched})
        api.forever = True

        found = harvest(api, ROOT)

        assert found.totals == [None, None]


class TestBadApis:
    """What comes instead of a page is said, and nothing is taken for complete that is not."""

    def test_a_walk_that_ends_early_is_incomplete(self) -> None:
        api = Api(items(3), [collection("c")], tune=lambda page: page | {"numberMatched": 500})

        found = harvest(api, ROOT, include=["items"])

        assert len(found.records) == 3
        assert [problem for _, problem in found.failed] == ["The list ended after 3 items, although 500 match."]

    def test_an_empty_list_of_many_is_refused(self) -> None:
        api = Api(items(3), [collection("c")], tune=lambda page: page | {"features": [], "numberReturned": 0})

        with pytest.raises(RemoteUnreadable, match="An empty list, although 3 items match"):
            harvest(api, ROOT)

    def test_a_page_that_lost_items_is_refused(self) -> None:
        api = Api(items(3), [collection("c")], tune=lambda page: page | {"features": page["features"][:1]})

        with pytest.raises(RemoteUnreadable, match="says it has 3 items but holds 1"):
            harvest(api, ROOT)

    def test_a_next_link_that_leads_back_is_noticed(self) -> None:
        circle = {"rel": "next", "href": f"{ROOT}/collections/c/items?limit=2&token=next:0"}
        api = Api(items(6), [collection("c")], tune=lambda page: page | {"links": [circle]}, counts="")

        with pytest.raises(RemoteUnreadable, match="would not end"):
            harvest(api, ROOT, page_size=2)

    def test_a_new_token_for_the_same_page_is_noticed(self) -> None:
        api = Api(items(2), [collection("c")], counts="")

        def repeat(page: dict[str, Any]) -> dict[str, Any]:
            href = f"{ROOT}/collections/c/items?token=next:0&nonce={len(api.asked)}"
            return page | {"links": [{"rel": "next", "href": href}]}

        api.tune = repeat
        with pytest.raises(RemoteUnreadable, match="came back 3 times"):
            harvest(api, ROOT)

    def test_an_error_in_place_of_a_page_is_quoted(self) -> None:
        api = Api(items(2), [collection("c")], tune=lambda page: {"code": "Busy", "description": "Database asleep"})

        with pytest.raises(RemoteUnreadable, match="No list of items but Database asleep"):
            harvest(api, ROOT)

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (b"<!doctype html><title>Maintenance</title>", "HTML page instead of JSON: Maintenance"),
            (b"", "An empty answer"),
            (b'{"type": "FeatureCollection", "features": [{"id": "a', "Truncated JSON"),
            (b"[1, 2]", "A JSON list instead of an object"),
            (b"[" * 100_000, "nested too deep"),
            (b'{"features": [}', "Malformed JSON"),
            (b'{"a": "\xe9"}', "not in the encoding"),
        ],
        ids=["html", "empty", "truncated", "list", "depth bomb", "malformed", "latin-1"],
    )
    def test_what_came_instead_is_said(self, body: bytes, told: str) -> None:
        api = Api(items(2), [collection("c")], tune=lambda page: body)

        with pytest.raises(RemoteUnreadable, match=told):
            harvest(api, ROOT)

    def test_a_broken_item_does_not_hold_up_the_others(self) -> None:
        deep: Any = 1
        for _ in range(300):
            deep = [deep]
        odd: list[Any] = [
            item("good"),
            {"type": "Feature"},
            "text",
            item("x" * 2000),
            item("deep", depth=deep),
            item("number"),
        ]
        odd[-1]["id"] = 7
        api = Api([], [collection("c")], counts="", tune=lambda page: _dumps_deep(page | {"features": odd}))

        found = harvest(api, ROOT, include=["items"])

        assert found.identifiers == ["c/7", "c/good"]
        assert [each.problem.partition(":")[0] for each in found.broken] == [
            "It has no id.",
            "A str instead of an object.",
            "Its id is longer than 1000 characters.",
            "JSON that cannot be kept",
        ]
        assert found.broken[3].identifier == "c/deep"
        assert len({each.identifier for each in found.broken}) == 4

    def test_the_same_broken_item_has_the_same_name_at_every_pass(self) -> None:
        api = Api(
            [], [collection("c")], counts="", tune=lambda page: page | {"features": [{"type": "Feature", "a": 1}]}
        )

        assert harvest(api, ROOT).broken == harvest(api, ROOT).broken

    def test_collections_that_lead_to_themselves_are_noticed(self) -> None:
        class Circle(Api):
            def _list(self, page: int) -> dict[str, Any]:
                return super()._list(0) | {"links": [{"rel": "next", "href": f"{ROOT}/collections"}]}

        with pytest.raises(RemoteUnreadable, match="would not end"):
            harvest(Circle([], [collection("c")]), ROOT)


def _dumps_deep(page: dict[str, Any]) -> bytes:
    """JSON of any depth."""
    return json.dumps(page).encode()
