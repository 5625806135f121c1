"""A pass over a CKAN portal sees every package once, asks for changes where it may, and never takes less for all."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.ckan.passes import KIND, harvest
from tests.sources.ckan.portal import ROOT, Portal, package, packages, success
from windrow.errors import BadInput, RemoteStatus, RemoteUnreadable
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Detection, PageRequest, PassRequest

ANSWERS = Path(__file__).parent / "answers"
SINCE = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)


def request(url: str = ROOT, since: datetime | None = None, **settings: Any) -> PassRequest:
    jsonschema.validate(settings, KIND.schema)
    return PassRequest(url, settings, since)


# Paging.


@given(
    count=st.integers(0, 60),
    size=st.integers(1, 20),
    most=st.integers(1, 30),
    paging=st.sampled_from(["offset", "identifier"]),
)
def test_paging_reassembles_the_portal(count: int, size: int, most: int, paging: str) -> None:
    found = harvest(request(page_size=size, paging=paging), Portal(packages(count), most=most))

    assert sorted(found.identifiers) == [f"p{number:03}" for number in range(count)]
    assert found.opening.total == count
    assert set(found.totals) <= {count, None}
    assert found.opening.listing


def test_all_pages_are_known_at_once_and_sorted_by_what_never_changes() -> None:
    portal = Portal(packages(25))

    found = harvest(request(page_size=10), portal)

    assert found.opening.pages == [
        {"start": 0, "size": 10},
        {"start": 10, "size": 10},
        {"start": 20, "size": 10, "last": True},
    ]
    assert {(each["sort"], each["include_private"]) for each in portal.queries} == {("id asc", "false")}
    assert len(portal.asked) == 4


def test_a_page_that_is_shorter_than_asked_for_is_filled() -> None:
    found = harvest(request(page_size=10), Portal(packages(25), most=4))

    assert len(set(found.identifiers)) == 25


def test_a_list_that_grows_while_it_is_read_is_read_to_its_new_end() -> None:
    portal = Portal(packages(10))
    opening = KIND.open(request(page_size=5), portal)
    portal.packages += [package("q1"), package("q2")]

    page = PageRequest(opening.pages[-1])
    read = KIND.read(request(page_size=5), page, KIND.load(request(page_size=5), page, portal))

    assert read.next == [{"start": 10, "size": 5, "last": True}]


def test_an_empty_page_where_packages_are_announced_is_no_end() -> None:
    portal = Portal(packages(10), overrides={5: success({"count": 10, "results": []})})

    with pytest.raises(RemoteUnreadable, match="No packages from position 5, although 10 are announced"):
        harvest(request(page_size=5), portal)


def test_a_count_without_any_package_is_refused_at_once() -> None:
    with pytest.raises(RemoteUnreadable, match="No package, although 10 are announced"):
        KIND.open(request(), Portal(packages(10), most=0))


def test_a_portal_that_refuses_large_offsets_can_be_read_by_identifier() -> None:
    portal = Portal(packages(30), largest=15)

    with pytest.raises(RemoteStatus, match=r"Result window is too large.* set its paging to identifier"):
        harvest(request(page_size=10), portal)
    found = harvest(request(page_size=10, paging="identifier"), portal)

    assert len(found.identifiers) == 30
    assert found.totals == [30, None, None]
    assert {each["start"] for each in portal.queries if "id:{" in each["fq"]} == {"0"}


def test_by_identifier_a_portal_must_sort() -> None:
    portal = Portal(list(reversed(packages(9))), sorts=False)

    with pytest.raises(RemoteUnreadable, match="does not sort by identifier"):
        harvest(request(page_size=3, paging="identifier"), portal)


def test_the_same_page_has_the_same_key_and_fingerprint_at_the_next_pass() -> None:
    first = harvest(request(page_size=2), Portal(packages(5)))
    visited = [each | {"tracking_summary": {"total": 5, "recent": 1}} for each in packages(5)]

    second = harvest(request(page_size=2), Portal(visited, date="Sat, 15 Mar 2025 09:26:53 GMT"))
    third = harvest(request(page_size=2), Portal([package("p000", title="New"), *packages(5)[1:]]))

    assert (second.keys, second.fingerprints) == (first.keys, first.fingerprints)
    assert [new == old for new, old in zip(third.fingerprints, first.fingerprints, strict=True)] == [False, True, True]


def test_visits_and_the_order_of_tags_are_no_change() -> None:
    tags: list[dict[str, Any]] = [{"name": "a"}, {"name": "b"}]
    quiet = package("p", tags=tags, resources=[{"url": "http://e/", "tracking_summary": {"total": 1}}])
    busy = package("p", tags=tags[::-1], resources=[{"url": "http://e/", "tracking_summary": {"total": 9}}])
    other = package("p", tags=tags, resources=[{"url": "http://f/"}])

    prints = [harvest(request(), Portal([each])).records[0].fingerprint for each in (quiet, busy, other)]

    assert prints[0] == prints[1] != prints[2]


# Filters.


def test_settings_become_filters() -> None:
    portal = Portal(packages(1))

    harvest(
        request(
            organisations=["office", 'the "other"'],
            without_groups=["drafts"],
            tags=["snow and ice"],
            q="glacier",
            fq="res_format:WMS OR res_format:WFS",
        ),
        portal,
    )

    searches = [dict(parse_qsl(urlsplit(url).query)) for url in portal.asked]
    assert len(searches) == 2  # the count, and the page
    assert {each["q"] for each in searches} == {"glacier"}
    [fq] = {each["fq"] for each in searches}
    assert fq == (
        "+(res_format:WMS OR res_format:WFS) "
        '+organization:("office" OR "the \\"other\\"") -groups:("drafts") +tags:("snow and ice") '
        "-dataset_type:harvest"
    )


def test_a_filter_that_only_excludes_still_finds_the_rest() -> None:
    portal = Portal(packages(1))

    harvest(request(fq="-res_format:PDF"), portal)

    assert portal.queries[0]["fq"].startswith("+(*:* -res_format:PDF)")


def test_a_filter_that_portals_refuse_is_refused_before_anything_is_asked() -> None:
    portal = Portal(packages(1))

    with pytest.raises(BadInput, match=r"settings\.fq"):
        KIND.open(request(fq="{!func}x"), portal)
    assert portal.asked == []


@pytest.mark.parametrize("heeds", [True, False])
def test_only_what_is_wanted_comes(heeds: bool) -> None:
    portal = Portal([package("a"), package("h", type="harvest"), package("s", type="showcase")], heeds=heeds)

    everything = harvest(request(), portal)
    showcases = harvest(request(types=["showcase"]), portal)

    assert everything.identifiers == ["a", "s"]
    assert showcases.identifiers == ["s"]
    assert everything.left_out == ([] if heeds else ["h"])
    assert [each.type for each in everything.records] == ["dataset", "showcase"]


def test_by_organisation_and_group() -> None:
    wet = package("wet", groups=[{"name": "water"}])
    far = package("far", organization={"name": "other"})
    portal = Portal([wet, far, package("dry")])

    assert harvest(request(organisations=["other"]), portal).identifiers == ["far"]
    assert harvest(request(without_organisations=["other"]), portal).identifiers == ["dry", "wet"]
    assert harvest(request(groups=["water"]), portal).identifiers == ["wet"]


def test_what_the_portal_calls_deleted_is_gone_and_drafts_are_left_out() -> None:
    found = harvest(
        request(),
        Portal([package("a"), package("b", state="deleted"), package("c", state="draft"), package("d", private=True)]),
    )

    assert (found.identifiers, found.gone, found.left_out) == (["a"], ["b"], ["c", "d"])


# Changes only.


def test_changes_are_asked_for_with_an_overlap() -> None:
    portal = Portal(
        [
            package("old"),
            package("late", "2024-06-01T11:30:00.000000"),
            package("new", "2024-07-01T00:00:00.000000"),
        ]
    )

    found = harvest(request(since=SINCE), portal)

    assert "+metadata_modified:[2024-06-01T11:00:00Z TO *]" in portal.queries[0]["fq"]
    assert sorted(found.identifiers) == ["late", "new"]
    assert not found.opening.listing
    assert found.opening.since == datetime(2024, 7, 1, tzinfo=UTC)


def test_the_first_pass_tells_where_to_go_on_in_the_portals_own_time() -> None:
    opening = KIND.open(request(), Portal([package("a", "2024-03-01T00:00:00.000000"), package("b")]))

    assert opening.since == datetime(2024, 3, 1, tzinfo=UTC)


def test_a_package_from_the_future_does_not_hide_what_comes_before_it() -> None:
    opening = KIND.open(request(), Portal([package("a", "2999-01-01T00:00:00.000000")]))

    assert opening.since == datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC)


def test_where_nothing_is_new_nothing_is_walked_and_the_moment_stays() -> None:
    portal = Portal(packages(3))

    found = harvest(request(since=SINCE), portal)

    assert (found.opening.unchanged, found.opening.since, found.keys) == (True, SINCE, [])
    assert len(portal.asked) == 1


def test_a_portal_that_does_not_tell_its_changes_is_asked_for_everything() -> None:
    undated = [package("a", ""), package("b", "")]

    assert KIND.open(request(), Portal(undated)).since is None


def test_asking_for_changes_can_be_switched_off() -> None:
    found = harvest(request(since=SINCE, incremental=False), Portal(packages(3)))

    assert (len(found.records), found.opening.since, found.opening.listing) == (3, None, True)


def test_a_count_that_cannot_be_trusted_can_be_left_open() -> None:
    found = harvest(request(trust_total=False), Portal(packages(3)))

    assert (found.opening.total, found.totals) == (None, [None])


# Answers that are something else.


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "Sign in"),
        (orjson.loads((ANSWERS / "error-search.json").read_bytes()), "Search Query Error: query: Invalid search query"),
        (orjson.loads((ANSWERS / "error-not-authorised.json").read_bytes()), "requires an authenticated user"),
        ({"success": True, "result": []}, "without a count and a list"),
        ({"success": True, "result": {"count": "3", "results": []}}, "without a count and a list"),
        ({"success": True, "result": {"count": -1, "results": []}}, "without a count and a list"),
        ({"success": True, "result": {"count": True, "results": []}}, "without a count and a list"),
        ({"success": True, "result": {"count": 3, "results": {}}}, "without a count and a list"),
        (success({"count": 1, "results": [package("a"), package("b")]}), "2 packages on a page of a list that has 1"),
        ({"count": 3, "results": []}, "does not say which"),
        ([], "instead of an object"),
        ({"success": False, "error": "no"}, "reports an error: no"),
    ],
)
def test_a_page_that_is_none_is_told_for_what_it_is(content: Any, said: str) -> None:
    with pytest.raises(RemoteUnreadable, match=said):
        harvest(request(), Portal(packages(3), overrides={0: content}))


def test_a_refusal_is_told_in_the_portals_words() -> None:
    body = (ANSWERS / "error-not-authorised.json").read_bytes()

    class Closed(Portal):
        def answer(self, path: str, query: Any) -> tuple[int, Any]:
            return 403, body

    with pytest.raises(
        RemoteStatus, match="Authorization Error: Access denied: requires an authenticated user"
    ) as told:
        KIND.open(request(), Closed([]))
    assert (told.value.status, told.value.retryable) == (403, False)


def test_a_refusal_in_a_plain_text_is_told_too() -> None:
    class Older(Portal):
        def answer(self, path: str, query: Any) -> tuple[int, Any]:
            return 400, (ANSWERS / "error-plain.json").read_bytes()

    with pytest.raises(RemoteStatus, match="Action name not known"):
        KIND.open(request(), Older([]))


def test_what_has_no_id_is_set_aside_and_the_rest_goes_on() -> None:
    odd: list[Any] = [{**package("x"), "id": None}, package("x" * 1001), "nonsense", package("good")]
    portal = Portal([], overrides={0: success({"count": 4, "results": odd})})
    key = {"start": 0, "size": 100, "last": True}

    read = KIND.read(request(), PageRequest(key), KIND.load(request(), PageRequest(key), portal))

    assert [each.identifier for each in read.records] == ["good"]
    assert [each.problem for each in read.broken] == [
        "The package has no id.",
        "The package's id has 1001 characters; 1000 are allowed.",
        "The package has no id.",
    ]
    assert len({each.identifier for each in read.broken}) == 3
    assert all(len(each.identifier) <= 1000 for each in read.broken)


@pytest.mark.parametrize(
    "name", ["ckan-2.8-spatial", "ckan-2.9-dcat", "ckan-2.10-multilingual", "ckan-2.11-scheming-dcat"]
)
def test_saved_answers_are_read_whole(name: str) -> None:
    body = (ANSWERS / f"{name}.json").read_bytes()
    key = {"start": 0, "size": 100, "last": True}
    answer = Answer(ROOT, 200, {"content-type": "application/json"}, body)

    read = KIND.read(request(), PageRequest(key), type(KIND.load(request(), PageRequest(key), Portal([])))([answer]))

    assert read.broken == []
    assert [orjson.loads(each.raw)["id"] for each in read.records] == [each.identifier for each in read.records]
    assert all(each.read().standard == "ckan" for each in read.records)


# Detection.


@pytest.mark.parametrize(
    ("url", "settings"),
    [
        (ROOT, {}),
        (f"{ROOT}/", {}),
        (f"{ROOT}/dataset", {}),
        (f"{ROOT}/dataset/name-of-p1", {}),
        (
            f"{ROOT}/dataset/?q=snow&organization=office&tags=ice",
            {"q": "snow", "organisations": ["office"], "tags": ["ice"]},
        ),
        (f"{ROOT}/organization/office", {"organisations": ["office"]}),
        (f"{ROOT}/group/water", {"groups": ["water"]}),
        (f"{ROOT}/api/3", {}),
        (f"{ROOT}/api/3/action/package_search?q=*:*&fq=tags:ice", {"fq": "tags:ice"}),
    ],
)
def test_a_portal_is_recognised_at_any_of_its_addresses(url: str, settings: dict[str, Any]) -> None:
    portal = Portal(packages(3))

    found = KIND.detect(url, None, portal)

    assert found == Detection("ckan", f"{ROOT}/", "Data of Example", settings)
    assert len(portal.asked) <= 3
    jsonschema.validate(settings, KIND.schema)


def test_another_page_of_the_host_may_mean_something_else() -> None:
    portal = Portal(packages(3))

    found = KIND.detect(f"{ROOT}/catalog.ttl", None, portal)

    assert found == Detection("ckan", f"{ROOT}/", "Data of Example", {}, certainty=0.6)
    assert len(portal.asked) == 3


@pytest.mark.parametrize("url", [f"{ROOT}/data", f"{ROOT}/data/dataset/x", f"{ROOT}/data/api/3/action/status_show"])
def test_a_portal_below_a_path_is_found_there(url: str) -> None:
    portal = Portal(packages(3), below="/data")

    found = KIND.detect(url, None, portal)

    assert found is not None
    assert (found.url, found.certainty) == (f"{ROOT}/data/", 1.0)
    assert harvest(PassRequest(found.url, {}), portal).identifiers == ["p000", "p001", "p002"]


def test_a_portal_that_hides_its_status_has_no_title() -> None:
    class Shy(Portal):
        def answer(self, path: str, query: Any) -> tuple[int, Any]:
            return (403, b"") if path.endswith("status_show") else super().answer(path, query)

    assert KIND.detect(ROOT, None, Shy([])) == Detection("ckan", f"{ROOT}/", "", {})


def test_anything_else_is_not_recognised() -> None:
    portal = Portal(packages(3), below="/elsewhere")

    assert KIND.detect(f"{ROOT}/dataset", None, portal) is None
    assert len(portal.asked) <= 3


def test_every_setting_explains_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(KIND.schema)

    for name, setting in KIND.schema["properties"].items():
        assert {"title", "description", "default"} <= set(setting), name
        jsonschema.validate({name: setting["default"]}, KIND.schema)
