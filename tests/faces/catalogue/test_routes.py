"""The catalogue as OGC API - Records: paths, parameters, pages and errors."""

from urllib.parse import quote

import pytest

from tests.faces.asking import ask


def titles(url: str, *, authorization: str | None = None) -> list[str]:
    answer = ask(url, authorization=authorization)
    assert answer.status == 200, answer.content
    return [each["properties"]["title"] for each in answer.json["features"]]


def items(address: str, query: str = "", collection: str = "all") -> str:
    return f"{address}/collections/{collection}/items{query and '?' + query}"


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_landing_page_leads_everywhere(address: str, slash: str) -> None:
    answer = ask(address + slash)

    assert (answer.status, answer.media_type) == (200, "application/json")
    for rel in ("conformance", "data", "search", "self"):
        assert ask(answer.link(rel) or "").status == 200
    assert (answer.link("service-desc") or "").endswith("/api/v1/openapi.json")


def test_conformance_names_what_is_kept_to(address: str) -> None:
    classes = ask(f"{address}/conformance").json["conformsTo"]

    assert "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core" in classes


def test_each_visible_source_is_a_collection(address: str) -> None:
    def ids(authorization: str | None) -> list[str]:
        answer = ask(f"{address}/collections", authorization=authorization)
        return [each["id"] for each in answer.json["collections"]]

    assert ids(None) == ["all", "source-1"]
    assert ids("member") == ["all", "source-1", "source-2"]


def test_collections_are_paged(address: str) -> None:
    first = ask(f"{address}/collections?limit=1", authorization="member")
    second = ask(first.link("next") or "", authorization="member")

    assert [each["id"] for each in first.json["collections"]] == ["all", "source-1"]
    assert [each["id"] for each in second.json["collections"]] == ["source-2"]
    assert second.link("next") is None


def test_a_collection_leads_to_its_records_and_what_they_are_found_by(address: str) -> None:
    answer = ask(f"{address}/collections/source-1")

    assert answer.media_type == "application/ogc-catalog+json"
    assert (answer.json["itemType"], answer.json["title"]) == ("record", "source 1")
    assert ask(answer.link("items") or "").media_type == "application/geo+json"
    for rel in ("queryables", "sortables"):
        schema = ask(answer.link(f"http://www.opengis.net/def/rel/ogc/1.0/{rel}") or "")
        assert schema.media_type == "application/schema+json"
        assert schema.json["type"] == "object"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=lakes", ["Lakes of Carinthia"]),
        ("q=shore%20lines", ["Lakes of Carinthia"]),
        ("q=lines%20shore", []),
        ("q=nothing,hydrographic", ["Lakes of Carinthia"]),
        ("bbox=13,46.5,14,47", ["Lakes of Carinthia"]),
        ("bbox=13,46.5,0,14,47,100", ["Lakes of Carinthia"]),
        ("bbox=-13,46.5,-12,47", []),
        ("datetime=2020-06-01T00:00:00Z", ["Lakes of Carinthia"]),
        ("datetime=2020-12-31", ["Lakes of Carinthia"]),
        ("datetime=2021-01-01", []),
        ("datetime=../2020-01-01T00:00:00Z", ["Lakes of Carinthia"]),
        ("datetime=2020-12-31T23:59:59.999999Z/..", ["Lakes of Carinthia"]),
        ("datetime=2021-01-01T00:00:00Z/..", []),
        ("type=dataset", ["Lakes of Carinthia"]),
        ("keywords=inland%20waters,depth", ["Lakes of Carinthia"]),
        ("externalIds=urn:x-lakes,nothing", ["Lakes of Carinthia"]),
        ("ids=1,999,x", ["Lakes of Carinthia"]),
        ("standard=iso19139&f=json", ["Lakes of Carinthia"]),
        ("q=road&limit=2&sortby=-updated", ["Road 19", "Road 18"]),
        ("q=road&limit=1&sortby=%2Bupdated", ["Road 00"]),
        ("q=road&limit=1&sortby=title", ["Road 00"]),
        ("q=road&limit=1&sortby=-title", ["Road 19"]),
    ],
)
def test_parameters_narrow_and_sort(address: str, query: str, expected: list[str]) -> None:
    assert titles(items(address, query)) == expected


def test_next_links_lead_through_the_whole_list(address: str) -> None:
    url: str | None = items(address, "type=series&limit=8&sortby=-updated")
    pages = []
    while url:
        answer = ask(url)
        pages.append([each["properties"]["title"] for each in answer.json["features"]])
        assert answer.json["numberMatched"] == 20
        assert answer.json["numberReturned"] == len(pages[-1])
        url = answer.link("next")

    assert [len(page) for page in pages] == [8, 8, 4]
    assert [title for page in pages for title in page] == [f"Road {number:02}" for number in range(19, -1, -1)]


def test_a_limit_beyond_the_largest_is_cut(address: str) -> None:
    for limit in ("100000", "9" * 5000):
        assert len(titles(items(address, f"limit={limit}"))) == 21


def test_a_record_is_a_feature(address: str) -> None:
    answer = ask(items(address) + "/1")

    assert answer.media_type == "application/geo+json"
    feature = answer.json
    assert (feature["id"], feature["type"]) == ("1", "Feature")
    assert feature["time"] == {"interval": ["2020-01-01", "2020-12-31"]}
    assert feature["bbox"] == [12.5, 46.0, 15.0, 47.5]
    assert feature["geometry"]["type"] == "Polygon"
    assert feature["properties"] == {
        "type": "dataset",
        "title": "Lakes of Carinthia",
        "description": "Depths and shore lines of lakes.",
        "keywords": ["Inland waters", "depth"],
        "language": {"code": "en"},
        "created": "2019-01-01T00:00:00Z",
        "updated": "2022-03-04T00:00:00Z",
        "contacts": [
            {
                "name": "Ada Lovelace",
                "organization": "Hydrographic office",
                "emails": [{"value": "ada@example.org"}],
                "phones": [{"value": "+43 1"}],
                "roles": ["pointOfContact"],
            }
        ],
        "license": "CC-BY-4.0",
        "externalIds": [{"value": "urn:x-lakes"}],
    }
    assert answer.link("service") == "https://example.org/wms"
    assert ask(answer.link("self") or "").json == feature


def test_a_records_document_is_a_download(address: str) -> None:
    answer = ask(ask(items(address) + "/1").link("alternate") or "")

    assert (answer.media_type, answer.content) == ("application/xml", b"<lakes/>")
    assert answer.headers["Content-Disposition"] == "attachment"


def test_readers_see_what_is_theirs(address: str) -> None:
    assert titles(items(address, "q=lakes"), authorization="member") == ["Lakes of Carinthia", "Inner lakes"]
    assert titles(items(address, collection="source-2"), authorization="member") == ["Inner lakes"]
    for path in (
        "collections/source-2",
        "collections/source-2/items",
        "collections/source-2/items/22",
        "collections/source-2/queryables",
        "collections/all/items/22",
        "collections/all/items/22/document",
    ):
        assert ask(f"{address}/{path}").status == 404
    assert ask(f"{address}/collections/source-3", authorization="member").status == 404
    assert ask(items(address) + "/23", authorization="member").status == 404
    assert ask(address, authorization="wrong").status == 401


@pytest.mark.parametrize(
    "path",
    [
        "collections/nothing",
        "collections/source-x/items",
        "collections/source-99999999999999999999999/items",
        "collections/all/items/x",
        "collections/all/items/99999999999999999999999999",
        "collections/source-1/items/-1",
        "collections/all/items/3/document",
        f"collections/{quote('<script>')}",
    ],
)
def test_what_is_not_there_is_told_so(address: str, path: str) -> None:
    answer = ask(f"{address}/{path}", authorization="member")

    assert (answer.status, answer.media_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=nan,0,1,1", "bbox"),
        ("bbox=0,50,10,40", "bbox"),
        ("bbox=-200,0,10,10", "bbox"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2020", "datetime"),
        ("datetime=2020-02-30", "datetime"),
        ("datetime=../..", "datetime"),
        ("datetime=2021-01-01/2020-01-01", "datetime"),
        ("datetime=2020-01-01T00:00:00", "datetime"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=%C2%B2", "limit"),
        ("sortby=place", "sortby"),
        ("cursor=nonsense", "cursor"),
        ("f=html", "f"),
        ("filter=x", "filter"),
        ("q=" + "x" * 1001, "q"),
        ("ids=" + ",".join(["1"] * 1001), "ids"),
        ("type=" + ",".join(["x"] * 1001), "type"),
    ],
)
def test_a_wrong_parameter_is_named(address: str, query: str, parameter: str) -> None:
    answer = ask(items(address, query))

    assert (answer.status, answer.media_type) == (400, "application/problem+json")
    assert [each["parameter"] for each in answer.json["errors"]] == [parameter]
    assert parameter in answer.json["detail"]


def test_a_cursor_of_another_order_is_refused(address: str) -> None:
    following = ask(items(address, "limit=1&sortby=title")).link("next") or ""

    assert ask(following.replace("sortby=title", "sortby=id")).status == 400


def test_links_begin_with_the_public_address(proxied: tuple[str, str]) -> None:
    inside, outside = proxied
    answer = ask(items(inside, "limit=1&q=road"))

    assert ask(inside).link("self") == outside
    assert answer.link("self") == items(outside, "limit=1&q=road")
    assert (answer.link("next") or "").startswith(items(outside, "limit=1&q=road&cursor="))
    assert answer.json["features"][0]["links"][0]["href"].startswith(items(outside) + "/")


@pytest.mark.parametrize(
    "query", ["q=%00", "externalIds=%00", "type=%ff", "keywords=%00", "q=%22%27*%29", "cursor=%00"]
)
def test_odd_characters_are_only_characters(address: str, query: str) -> None:
    assert ask(items(address, query)).status == (400 if query.startswith("cursor") else 200)
