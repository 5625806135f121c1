"""By API v2 every resource arrives once, whatever the list tells of it and however the server pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from tests.sources.conftest import Asking
from tests.sources.geonode.passes import KIND, Harvest, harvest
from tests.sources.geonode.resources import BRIEF, UNTOLD, dataset, document, drawn_map, some
from tests.sources.geonode.site import Asked, Reply, Site, as_json, brief, page_for_people, refused, serving
from windrow.errors import BadInput, RemoteError, RemoteStatus, RemoteUnreadable
from windrow.ports.source_kinds import PassRequest

LIST = "/api/v2/resources/"


def walk(site: Site, loopback: Asking, below: str = "", **settings: Any) -> Harvest:
    with serving(site) as url:
        return harvest(PassRequest(f"{url}{below}", settings), loopback)


def numbers(count: int) -> list[str]:
    return [str(each) for each in range(1, count + 1)]


@contextmanager
def failing(site: Site, said: str, error: type[Exception] = RemoteUnreadable) -> Iterator[str]:
    """The pass fails, and says why."""
    with serving(site) as url, pytest.raises(error, match=said):
        yield url


# Lists.


def test_a_list_that_carries_everything_needs_no_second_request(loopback: Asking) -> None:
    site = Site(some(25))

    found = walk(site, loopback, page_size=10)

    assert found.identifiers == numbers(25)
    assert site.paths() == ["/api/v2/datasets", LIST, LIST, LIST]
    assert [each.type for each in found.records[:3]] == ["dataset", "dataset", "document"]
    assert found.totals == [25, 25, 25]


def test_a_list_that_tells_little_leads_to_the_resources_own_documents(loopback: Asking) -> None:
    site = brief(some(25))

    found = walk(site, loopback)

    assert found.identifiers == numbers(25)
    assert site.paths()[:4] == ["/api/v2/datasets", LIST, "/api/v2/datasets/1/", "/api/v2/datasets/2/"]
    assert "/api/v2/documents/3/" in site.paths()
    first = found.references[0]
    assert (first.title, first.type, first.version) == ("Title 1", "dataset", "2024-03-01T10:00:00Z")
    assert {each.version for each in found.records} == {"2024-03-01T10:00:00Z"}


def test_a_row_and_its_document_make_the_same_record(loopback: Asking) -> None:
    with serving(Site(some(3))) as whole:
        rows = harvest(PassRequest(whole, {}), loopback)
    with serving(brief(some(3))) as short:
        documents = harvest(PassRequest(short, {}), loopback)

    assert [each[:4] for each in rows.records] == [each[:4] for each in documents.records]


def test_a_document_without_its_file_in_the_list_is_fetched(loopback: Asking) -> None:
    told = [name for name in dataset(1) if name not in ("extension", "href")]

    found = walk(Site([dataset(1), document(2)], row=told), loopback)

    assert (found.identifiers, found.fetched) == (["1", "2"], ["2"])


def test_the_first_page_leads_to_all_others_at_once(loopback: Asking) -> None:
    found = walk(Site(some(95)), loopback, page_size=20)

    assert [each["page"] for each in found.keys] == [1, 2, 3, 4, 5]
    assert {each["size"] for each in found.keys} == {20}
    assert [each.get("last", False) for each in found.keys] == [False, False, False, False, True]


@pytest.mark.parametrize("most", [1, 7, 10, 99])
def test_a_server_that_gives_fewer_than_asked_for_is_asked_for_as_many_as_it_gives(loopback: Asking, most: int) -> None:
    site = Site(some(30), most=most)

    found = walk(site, loopback, page_size=100)

    assert found.identifiers == numbers(30)
    assert {each["size"] for each in found.keys[1:]} <= {most}


def test_a_server_that_gives_everything_at_once_is_believed(loopback: Asking) -> None:
    rows = some(30)
    everything = as_json({"links": {}, "total": 30, "page": 1, "page_size": 10, "resources": rows})

    found = walk(Site(spoil=lambda asked: everything if asked.path == LIST else None), loopback, page_size=10)

    assert (found.identifiers, len(found.keys)) == (numbers(30), 1)


def test_pages_are_sorted_so_that_new_resources_do_not_shift_them(loopback: Asking) -> None:
    site = Site(some(12))

    def add(asked: Asked) -> Reply | None:
        if asked.one("page") == "2" and len(site.resources) == 12:
            site.resources.append(dataset(99))
        return None

    site.spoil = add
    found = walk(site, loopback, page_size=5)

    assert found.identifiers == [*numbers(12), "99"]
    assert found.totals == [12, 13, 13]


def test_a_server_that_cannot_sort_is_not_asked_to(loopback: Asking) -> None:
    site = Site(some(12), sorts=False)

    found = walk(site, loopback, page_size=5)

    assert found.identifiers == numbers(12)[::-1]
    assert [len(each.all("sort[]")) for each in site.asked] == [1, 0, 0, 0, 0]


def test_a_list_that_grew_leads_on_from_its_last_page(loopback: Asking) -> None:
    site = Site(some(10))

    def add(asked: Asked) -> Reply | None:
        if asked.one("page") == "2" and len(site.resources) == 10:
            site.resources.append(dataset(99))
        return None

    site.spoil = add
    found = walk(site, loopback, page_size=5)

    assert found.identifiers == [*numbers(10), "99"]
    assert found.totals == [10, 11, 11]


def test_filters_are_the_servers(loopback: Asking) -> None:
    rivers = [{"name": "Rivers", "slug": "rivers"}]
    site = Site(
        [
            dataset(1, title="Old River", keywords=rivers),
            dataset(2, title="River Rhine", keywords=rivers, date="2020-05-01T00:00:00Z"),
            dataset(3, title="The river", keywords=rivers, category={"identifier": "oceans"}),
            dataset(4, title="Roads", keywords=rivers),
            document(5, title="River, on paper", keywords=[]),
            document(6, title="River, on paper", keywords=rivers),
            drawn_map(7, title="River", keywords=rivers),
        ]
    )

    found = walk(
        site,
        loopback,
        resource_title_filter="RIVER",
        start_date_filter="1 January 2024",
        end_date_filter="2024-12-31T12:00:00+02:00",
        keywords_filter=["rivers", "water"],
        categories_filter=["inlandWaters"],
    )

    assert found.identifiers == ["1", "6"]
    assert {name: site.asked[1].all(name) for name, _ in site.asked[1].query if name.startswith("filter")} == {
        "filter{resource_type.in}": ["dataset", "document"],
        "filter{title.icontains}": ["RIVER"],
        "filter{date.gte}": ["2024-01-01T00:00:00Z"],
        "filter{date.lte}": ["2024-12-31T10:00:00Z"],
        "filter{keywords.slug.in}": ["rivers", "water"],
        "filter{category.identifier.in}": ["inlandWaters"],
    }


@pytest.mark.parametrize(
    ("settings", "identifiers"),
    [
        ({}, ["1", "2"]),
        ({"harvest_documents": False}, ["1"]),
        ({"harvest_datasets": False}, ["2"]),
        ({"other_types": ["map"]}, ["1", "2", "3"]),
        ({"harvest_datasets": False, "harvest_documents": False, "other_types": ["geostory"]}, ["4"]),
        ({"copy_datasets": True, "copy_documents": True}, ["1", "2"]),
    ],
)
def test_only_wanted_types_are_harvested(loopback: Asking, settings: dict[str, Any], identifiers: list[str]) -> None:
    resources = [dataset(1), document(2), drawn_map(3), drawn_map(4, resource_type="geostory")]

    assert walk(Site(resources), loopback, **settings).identifiers == identifiers
    assert walk(brief(resources), loopback, **settings).identifiers == identifiers


def test_what_a_server_gives_against_the_filter_is_left_out(loopback: Asking) -> None:
    rows = [dataset(1), drawn_map(2)]
    page = as_json({"total": 2, "page": 1, "page_size": 10, "resources": rows})

    found = walk(Site(spoil=lambda asked: page if asked.path == LIST else None), loopback)

    assert (found.identifiers, found.left_out) == (["1"], ["2"])


# Where it is.


@pytest.mark.parametrize("below", ["", "/", "/api/", "/api/v2/resources/?page=3", "/catalogue/#/dataset/7"])
def test_it_is_harvested_from_any_of_its_addresses(loopback: Asking, below: str) -> None:
    assert walk(Site(some(3)), loopback, below).identifiers == numbers(3)


@pytest.mark.parametrize("below", ["", "/", "/catalogue/#/dataset/7"])
def test_it_may_live_below_a_path(loopback: Asking, below: str) -> None:
    site = brief(some(3), prefix="/portal/geonode")

    found = walk(site, loopback, below)

    assert found.identifiers == numbers(3)
    assert all(each.startswith("/portal/geonode/api/v2/") for each in site.paths())


def test_where_everything_is_redirected_only_the_first_request_goes_the_long_way(loopback: Asking) -> None:
    site = brief(some(3))
    with serving(site) as new:
        moved = Site(spoil=lambda asked: Reply(b"", 301, headers={"Location": f"{new}{asked.path}/"}))
        with serving(moved) as old:
            found = harvest(PassRequest(f"{old}/", {}), loopback)

    assert found.identifiers == numbers(3)
    assert len(moved.asked) == 1
    assert {each["at"] for each in found.keys} == {new}


def test_which_api_it_is_is_found_out_once(loopback: Asking) -> None:
    site = brief(some(25))

    found = walk(site, loopback, page_size=5)

    assert found.opening.cursor == {"api": "v2"}
    assert site.paths().count("/api/v2/datasets") == 1
    assert len(site.asked) == 1 + 5 + 25


# What changed.


def test_only_what_changed_since_is_fetched(loopback: Asking) -> None:
    site = brief(some(6))
    with serving(site) as url:
        first = harvest(PassRequest(url, {}), loopback)
        site.resources[1] |= {"title": "New", "last_updated": "2024-04-01T10:00:00Z"}
        second = harvest(PassRequest(url, {}), loopback, {each.identifier: each.version for each in first.records})

    assert (len(first.fetched), second.fetched) == (6, ["2"])
    assert second.records[0].read().title == "New"


def test_a_list_that_does_not_tell_when_tells_by_all_it_says(loopback: Asking) -> None:
    site = Site(some(3), row=[*UNTOLD, "date", "popular_count"])
    with serving(site) as url:
        first = harvest(PassRequest(url, {}), loopback)
        known = {each.identifier: each.version for each in first.records}
        site.resources[0] |= {"popular_count": 7}
        site.resources[1] |= {"abstract": "New"}
        second = harvest(PassRequest(url, {}), loopback, known)

    assert all(known.values())
    assert second.fetched == ["2"]


@pytest.mark.parametrize(("row", "settings"), [(UNTOLD, {}), (BRIEF, {"incremental": False})])
def test_without_a_sign_of_change_everything_is_fetched(
    loopback: Asking, row: tuple[str, ...], settings: dict[str, Any]
) -> None:
    found = walk(Site(some(3), row=row), loopback, **settings)

    assert {each.version for each in found.references} == {""}


def test_what_changes_by_being_looked_at_changes_no_record(loopback: Asking) -> None:
    site = Site(some(3))
    token = "/download?access_token="
    with serving(site) as url:
        site.resources[0] |= {"download_url": f"{token}one"}
        first = harvest(PassRequest(url, {}), loopback)
        for each in site.resources:
            each |= {"popular_count": 12, "perms": [], "owner": {**each["owner"], "avatar": "/other.png"}}
        site.resources[0] |= {"download_url": f"{token}two"}
        second = harvest(PassRequest(url, {}), loopback)
        site.resources[2]["keywords"] = []
        third = harvest(PassRequest(url, {}), loopback)

    assert [each.fingerprint for each in second.records] == [each.fingerprint for each in first.records]
    assert [new.fingerprint == old.fingerprint for new, old in zip(third.records, first.records, strict=True)] == [
        True,
        True,
        False,
    ]


def test_a_visitors_token_is_kept_nowhere(loopback: Asking) -> None:
    links = [{"link_type": "OGC:WMS", "url": "https://x.org/ows?access_token=s3cret&a=1", "name": "WMS"}]
    site = Site([dataset(1, links=links, download_url="https://x.org/get?format=zip&access_token=s3cret")])

    [remote] = walk(site, loopback).records

    assert b"s3cret" not in remote.raw
    assert {"https://x.org/ows?a=1", "https://x.org/get?format=zip"} <= {each.href for each in remote.read().links}


# What is no list.


def page(**changes: Any) -> Any:
    return {"links": {}, "total": 3, "page": 1, "page_size": 100, "resources": some(3), **changes}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (page(resources=[]), "0 resources on page 1, where 3 of 3 belong"),
        (page(resources=some(2)), "Page 1 of the list instead of page 2"),  # as if it gave two at most
        (page(resources=some(2), page=None), "2 resources on page 2, where 1 of 3 belong"),
        (page(total=2), "3 resources on page 1, where 2 of 2 belong"),
        (page(page=2), "Page 2 of the list instead of page 1"),
        (page(total="3"), "does not tell how many there are, but: '3'"),
        (page(total=None), "does not tell how many there are"),
        (page(total=True), "does not tell how many there are"),
        (page(total=-1), "does not tell how many there are"),
        (page(total=10**12, resources=[dataset(each) for each in range(100)]), "more than can be"),
        (page(resources={}), "No list of resources, but JSON with links, total, page, page_size, resources"),
        ({"success": False, "errors": ["Out of order."]}, "No list of resources: Out of order"),
        ({"detail": "Out of order."}, "No list of resources: Out of order"),
        ([], "instead of an object"),
        ({}, "nothing in it"),
    ],
)
def test_what_is_no_page_is_never_an_empty_list(loopback: Asking, content: Any, said: str) -> None:
    with failing(Site(spoil=lambda asked: as_json(content) if asked.path == LIST else None), said) as url:
        harvest(PassRequest(url, {}), loopback)


@pytest.mark.parametrize("reply", [page_for_people(), Reply(b""), Reply(b'{"total": 3, "resou')])
def test_neither_is_what_is_no_json(loopback: Asking, reply: Reply) -> None:
    with failing(Site(spoil=lambda asked: reply if asked.path == LIST else None), "JSON") as url:
        harvest(PassRequest(url, {}), loopback)


def test_a_later_page_that_is_not_full_is_an_error(loopback: Asking) -> None:
    short = as_json({"total": 12, "page": 2, "resources": some(3, first=6)})
    site = Site(some(12), spoil=lambda asked: short if asked.one("page") == "2" else None)

    with failing(site, "3 resources on page 2, where 5 of 12 belong") as url:
        harvest(PassRequest(url, {"page_size": 5}), loopback)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
def test_a_refused_page_is_an_error(loopback: Asking, status: int) -> None:
    site = Site(spoil=lambda asked: refused("No.", "no", status) if asked.path == LIST else None)

    with failing(site, str(status), RemoteStatus) as url:
        harvest(PassRequest(url, {}), loopback)


def test_rows_without_an_id_are_set_aside_and_the_rest_goes_on(loopback: Asking) -> None:
    rows = [dataset(1), {**dataset(2), "pk": None}, "no row", dataset(3, title="x"), {**dataset(4), "pk": "9" * 1001}]
    text = orjson.dumps({"total": 6, "page": 1, "resources": [*rows, {**dataset(5), "links": "DEEP"}]})
    body = text.replace(b'"DEEP"', b"[" * 400 + b"]" * 400)

    found = walk(Site(spoil=lambda asked: Reply(body) if asked.path == LIST else None), loopback)

    assert found.identifiers == ["1", "3"]
    assert [each.identifier[:19] for each in found.broken] == ["without-identifier-"] * 3 + ["5"]
    assert "1001 characters" in found.broken[2].problem
    assert "nested" in found.broken[3].problem or "recursion" in found.broken[3].problem.lower()


# What is no resource.


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (refused("Not found.", "not_found", 404), "404"),
        (refused("No.", "permission_denied", 403), "403"),
        (page_for_people(), "Log in - GeoNode"),
        (as_json({"dataset": dataset(9)}), "Resource 9 instead of 2"),
        (as_json({"dataset": {}}), "without an id"),
        (as_json({"success": False, "errors": ["Gone."]}), "No resource: Gone"),
        (as_json({"links": {}}), "No resource, but JSON with links"),
    ],
)
def test_a_resource_that_cannot_be_had_does_not_hold_up_the_others(loopback: Asking, reply: Reply, said: str) -> None:
    site = brief(some(3), spoil=lambda asked: reply if asked.path == "/api/v2/datasets/2/" else None)

    found = walk(site, loopback)

    assert found.identifiers == ["1", "3"]
    [(identifier, problem)] = found.refused if said in ("401", "403", "404") else found.failed
    assert identifier == "2"
    assert said in problem


def test_a_server_that_gives_no_resource_at_all_is_tried_again_later(loopback: Asking) -> None:
    busy = refused("Busy.", "busy", 503)
    site = brief(some(3), spoil=lambda asked: busy if asked.path.count("/") > 4 else None)

    with failing(site, "503", RemoteStatus) as url:
        harvest(PassRequest(url, {}), loopback)


def test_an_id_cannot_lead_elsewhere(loopback: Asking) -> None:
    rows = [{"pk": "../../admin?x=", "title": "Odd", "resource_type": "dataset"}]
    odd = as_json({"total": 1, "page": 1, "resources": rows})
    site = Site(spoil=lambda asked: odd if asked.path == LIST else None)

    found = walk(site, loopback)

    assert site.paths()[-1] == "/api/v2/datasets/..%2F..%2Fadmin%3Fx%3D/"
    assert len(found.refused) == 1


# Availability.


@pytest.mark.parametrize("status", [401, 403, 429, 502, 503])
def test_a_server_in_trouble_does_not_seem_to_be_an_older_one(loopback: Asking, status: int) -> None:
    site = Site(some(3), spoil=lambda asked: refused("No.", "no", status) if "v2" in asked.path else None)

    with failing(site, str(status), RemoteStatus) as url:
        KIND.open(PassRequest(url, {}), loopback)
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "reply", [page_for_people(), page_for_people(404), as_json({"hello": "world"}), as_json([1, 2])]
)
def test_what_is_no_geonode_is_told_with_both_reasons(loopback: Asking, reply: Reply) -> None:
    with failing(Site(spoil=lambda asked: reply), "No GeoNode at http.*neither its API v2 nor its legacy API") as url:
        KIND.open(PassRequest(url, {}), loopback)


def test_opening_asks_one_small_request(loopback: Asking) -> None:
    site = Site(some(30))

    with serving(site) as url:
        opening = KIND.open(PassRequest(url, {}), loopback)

    assert [each.query for each in site.asked] == [[("page_size", "1"), ("sort[]", "pk")]]
    assert (opening.listing, opening.since) == (True, None)


def test_wrong_settings_are_told_before_anything_is_asked(loopback: Asking) -> None:
    site = Site(some(3))

    with failing(site, r"settings\.start_date_filter: must be a date", BadInput) as url:
        KIND.open(PassRequest(url, {"start_date_filter": "yesterday-ish"}), loopback)
    assert site.asked == []


# Detection.


@pytest.mark.parametrize("below", ["", "/", "/api/v2/", "/catalogue/#/dataset/7", "/api/v2/resources/3"])
def test_it_is_recognised_at_any_of_its_addresses(loopback: Asking, below: str) -> None:
    site = Site(some(3), prefix="/geonode")
    with serving(site) as url:
        found = KIND.detect(f"{url}{below}", None, loopback)

        assert found is not None
        assert (found.kind, found.url, found.certainty) == ("geonode", url, 1.0)
    assert len(site.asked) <= 3


@pytest.mark.parametrize("reply", [page_for_people(), page_for_people(404), as_json({}), as_json([]), Reply(b"x", 500)])
def test_anything_else_is_not_recognised(loopback: Asking, reply: Reply) -> None:
    site = Site(spoil=lambda asked: reply)

    with serving(site) as url:
        assert KIND.detect(url, None, loopback) is None
    assert len(site.asked) <= 3


def test_a_host_that_is_not_there_is_not_recognised(loopback: Asking) -> None:
    with serving(Site()) as url:
        pass

    assert KIND.detect(url, None, loopback) is None
    with pytest.raises(RemoteError):
        KIND.open(PassRequest(url, {}), loopback)
