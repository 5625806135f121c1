"""By the legacy API and the CSW beside it every resource arrives once, and no page straddles two types."""

from typing import Any

import pytest

from tests.sources.conftest import Asking
from tests.sources.geonode.passes import KIND, Harvest, harvest
from tests.sources.geonode.resources import dataset, document, drawn_map, some
from tests.sources.geonode.site import CSW_HEAD, Asked, Reply, Site, as_json, page_for_people, serving
from windrow.errors import BadInput, RemoteStatus, RemoteUnreadable
from windrow.ports.source_kinds import PassRequest

CSW = "/catalogue/csw"


def old(*resources: dict[str, Any], **how: Any) -> Site:
    return Site(list(resources), api="legacy", **how)


def walk(site: Site, loopback: Asking, **settings: Any) -> Harvest:
    with serving(site) as url:
        return harvest(PassRequest(url, settings), loopback)


def test_documents_are_walked_first_then_layers_each_by_itself(loopback: Asking) -> None:
    found = walk(old(*some(17)), loopback, page_size=5)

    assert found.identifiers == [str(each) for each in (3, 6, 9, 12, 15, 1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17)]
    assert [(each["of"], each["offset"]) for each in found.keys] == [
        ("documents", 0),
        ("layers", 0),
        ("layers", 5),
        ("layers", 10),
    ]
    assert (found.opening.total, set(found.totals)) == (17, {17})
    assert [each.type for each in found.references[4:6]] == ["documents", "layers"]
    assert {each.type for each in found.records} == {"documents", "layers"}


def test_a_resource_costs_two_requests_and_a_list_one_for_each_page(loopback: Asking) -> None:
    site = old(*some(12))

    found = walk(site, loopback, page_size=5)

    counts = ["/api/documents/", "/api/layers/"]
    lists = ["/api/documents/", "/api/layers/", "/api/layers/"]
    assert site.paths()[:7] == ["/api/v2/datasets", "/api/", *counts, *lists]
    assert len(site.asked) == 7 + 2 * 12
    assert found.opening.cursor == {"api": "legacy"}


def test_the_next_pass_begins_with_the_api_that_was_found(loopback: Asking) -> None:
    site = old(*some(3))

    with serving(site) as url:
        KIND.open(PassRequest(url, {}, cursor={"api": "legacy"}), loopback)
        assert site.paths()[0] == "/api/"

        site.api = "v2"
        opening = KIND.open(PassRequest(url, {}, cursor={"api": "legacy"}), loopback)
        assert opening.cursor == {"api": "v2"}


def test_records_are_iso_with_the_page_and_the_picture(loopback: Asking) -> None:
    with serving(old(dataset(7, title="Rhine & Maas"))) as url:
        [remote] = harvest(PassRequest(url, {}), loopback).records
        record = remote.read()

    assert (record.identifier, record.title, record.standard) == (dataset(7)["uuid"], "Rhine & Maas", "iso19139")
    assert remote.media_type == "application/xml"
    assert remote.raw.startswith(b"<gmd:MD_Metadata ")
    assert [(each.rel, each.href.removeprefix(url)) for each in record.links] == [
        ("alternate", "/layers/geonode:title_7"),
        ("preview", "/uploaded/thumbs/dataset-7.jpg"),
    ]


def test_what_the_csw_does_not_know_is_read_from_the_json(loopback: Asking) -> None:
    found = walk(old(document(3), unindexed={"3"}), loopback)

    [remote] = found.records
    record = remote.read()
    assert remote.media_type == "application/json"
    assert (record.type, record.title, record.abstract) == ("document", "Title 3", "Words about 3")
    assert record.bbox == (3.0, 3.0, 4.0, 5.0)
    assert record.keywords == ("rivers", "Netherlands", "Inland Waters")
    assert [each.name for each in record.contacts] == ["Ada Lovelace"]


@pytest.mark.parametrize("most", [1, 4, 5])
def test_a_server_that_gives_fewer_than_asked_for_is_asked_for_the_rest(loopback: Asking, most: int) -> None:
    site = old(*(dataset(each) for each in range(1, 19)), most=most)

    found = walk(site, loopback, page_size=10)

    assert sorted(found.identifiers, key=int) == [str(each) for each in range(1, 19)]


def test_filters_are_the_servers(loopback: Asking) -> None:
    site = old(dataset(1, title="River"), dataset(2), document(3, title="Our river"), drawn_map(4, title="River"))

    found = walk(
        site,
        loopback,
        resource_title_filter="river",
        start_date_filter="2024",
        end_date_filter="2025-01-01",
        keywords_filter=["rivers", "lakes"],
        categories_filter=["inlandWaters"],
    )

    assert found.identifiers == ["3", "1"]
    assert dict(site.asked[-1 - 2 * 2].query) == {
        "limit": "100",
        "offset": "0",
        "title__icontains": "river",
        "date__gte": "2024-01-01T00:00:00Z",
        "date__lte": "2025-01-01T00:00:00Z",
        "keywords__slug__in": "rivers,lakes",
        "category__identifier__in": "inlandWaters",
    }


def test_types_can_be_chosen(loopback: Asking) -> None:
    resources = (dataset(1), document(2), drawn_map(3))

    assert walk(old(*resources), loopback, harvest_documents=False).identifiers == ["1"]
    assert walk(old(*resources), loopback, harvest_datasets=False, other_types=["map"]).identifiers == ["2", "3"]
    with pytest.raises(BadInput, match=r"settings\.other_types: .*not geostory"):
        walk(old(*resources), loopback, other_types=["geostory"])


def test_only_what_the_list_says_something_new_of_is_fetched(loopback: Asking) -> None:
    site = old(*some(6))
    with serving(site) as url:
        first = harvest(PassRequest(url, {}), loopback)
        known = {each.identifier: each.version for each in first.records}
        site.resources[0]["popular_count"] = 3
        site.resources[3]["title"] = "New"
        second = harvest(PassRequest(url, {}), loopback, known)
        third = harvest(PassRequest(url, {"incremental": False}), loopback, known)

    assert (second.fetched, len(third.fetched)) == (["4"], 6)
    unchanged = [new.fingerprint == old.fingerprint for new, old in zip(third.records, first.records, strict=True)]
    assert unchanged.count(False) == 1


def test_a_list_that_changes_while_it_is_read_is_noticed(loopback: Asking) -> None:
    site = old(*(dataset(each) for each in range(1, 13)))

    def add(asked: Asked) -> Reply | None:
        if asked.one("offset") == "10" and len(site.resources) == 12:
            site.resources.append(dataset(99))
        return None

    site.spoil = add
    found = walk(site, loopback, page_size=5)

    assert (found.opening.total, found.totals[0], found.totals[-1]) == (12, 12, 13)


# What is none.


def objects(count: int, total: Any) -> Reply:
    return as_json({"meta": {"total_count": total}, "objects": [{"id": each, "title": "x"} for each in range(count)]})


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (objects(0, 3), "0 layers from position 0, where 3 of 3 belong"),
        (objects(4, 3), "4 layers from position 0, where 3 of 3 belong"),
        (objects(3, "3"), "does not tell how many there are"),
        (objects(3, None), "does not tell how many there are"),
        (as_json({"error": "Sorry, no."}), "No list of objects: Sorry, no"),
        (as_json({"meta": {"total_count": 0}}), "No list of objects, but JSON with meta"),
        (page_for_people(), "Log in - GeoNode"),
    ],
)
def test_what_is_no_page_is_never_an_empty_list(loopback: Asking, reply: Reply, said: str) -> None:
    def spoil(asked: Asked) -> Reply | None:
        return reply if asked.path == "/api/layers/" and asked.one("limit") == "100" else None

    with pytest.raises(RemoteUnreadable, match=said):
        walk(old(*some(3), spoil=spoil), loopback)


def test_a_list_that_announces_more_than_can_be_is_not_believed(loopback: Asking) -> None:
    site = old(spoil=lambda asked: objects(1, 10**12) if asked.path == "/api/layers/" else None)

    with pytest.raises(RemoteUnreadable, match="more than can be"):
        walk(site, loopback)


def test_an_empty_list_is_believed_of_a_page_only(loopback: Asking) -> None:
    found = walk(old(), loopback)

    assert (found.records, found.opening.total, len(found.keys)) == ([], 0, 2)


REPORT = b'<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception>No such</ows:Exception>'


@pytest.mark.parametrize(
    ("path", "reply", "said"),
    [
        ("/api/layers/2/", Reply(b"", 404), "404"),
        ("/api/layers/2/", Reply(b"", 401), "401"),
        ("/api/layers/2/", page_for_people(), "Log in - GeoNode"),
        ("/api/layers/2/", as_json({"id": 2}), "No resource with a uuid"),
        ("/api/layers/2/", as_json({"id": 9, "uuid": dataset(2)["uuid"]}), "Resource 9 instead of 2"),
        (CSW, page_for_people(), "HTML page instead of XML"),
        (CSW, Reply(REPORT + b"</ows:ExceptionReport>"), "The CSW refused: No such"),
        (CSW, Reply(b"<other/>"), "instead of an answer to GetRecordById"),
        (CSW, Reply(CSW_HEAD + b"<other/></csw:GetRecordByIdResponse>"), "no metadata record"),
        (CSW, Reply(b"", 500), "500"),
    ],
)
def test_a_resource_that_cannot_be_had_does_not_hold_up_the_others(
    loopback: Asking, path: str, reply: Reply, said: str
) -> None:
    def spoil(asked: Asked) -> Reply | None:
        return reply if asked.path == path and asked.one("id") in ("", dataset(2)["uuid"]) else None

    found = walk(old(*some(3), spoil=spoil), loopback)

    assert found.identifiers == ["3", "1"]
    [(identifier, problem)] = found.refused if said in ("401", "403", "404") else found.failed
    assert identifier == "2"
    assert said in problem


def test_another_resources_iso_document_is_not_taken(loopback: Asking) -> None:
    site = old(dataset(1))
    other = Site([dataset(2)], api="legacy").answer(Asked(CSW, [("id", dataset(2)["uuid"])], {}))
    site.spoil = lambda asked: other if asked.path == CSW else None

    [(_, problem)] = walk(site, loopback).failed

    assert "instead of" in problem


def test_a_csw_in_trouble_is_tried_again_later(loopback: Asking) -> None:
    site = old(*some(3), spoil=lambda asked: Reply(b"", 503) if asked.path == CSW else None)

    with pytest.raises(RemoteStatus, match="503"):
        walk(site, loopback)


def test_it_is_recognised(loopback: Asking) -> None:
    site = old(*some(3), prefix="/geonode")

    with serving(site) as url:
        found = KIND.detect(f"{url}/layers/", None, loopback)
        assert found is None  # a page of the old site: its address tells nothing
        found = KIND.detect(f"{url}/", None, loopback)
        assert found is not None
        assert found.url == url
