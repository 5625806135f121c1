"""What is wrong is answered with 400, naming the parameter; who may not read is told so."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import urllib3

from tests.faces.stac.holding import ONCE, Holding, item


@pytest.fixture(scope="module", autouse=True)
def filled(holding: Holding) -> None:
    holding.add(*(item(f"item {number}") for number in range(3)))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("bbox", "1,2,3"),
        ("bbox", "a,b,c,d"),
        ("bbox", "0,10,5,-10"),
        ("bbox", "nan,0,1,1"),
        ("bbox", "-200,0,1,1"),
        ("datetime", "yesterday"),
        ("datetime", "2020-13-01T00:00:00Z"),
        ("datetime", "2021-01-01T00:00:00Z/2020-01-01T00:00:00Z"),
        ("datetime", "../.."),
        ("datetime", ""),
        ("token", "x"),
        ("token", "WyJpZCIsMSwyXQ"),
        ("intersects", "{"),
        ("intersects", "[]"),
        ("intersects", '{"type": "Point"}'),
        ("intersects", '{"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}'),
        ("sortby", "properties.eo:cloud_cover"),
        ("sortby", "updated,-title"),
        ("filter", "x=1"),
    ],
)
def test_a_wrong_parameter_is_named(holding: Holding, parameter: str, value: str) -> None:
    status, problem = holding.ask("/search", **{parameter: value})

    assert (status, problem["code"]) == (400, "InvalidParameterValue")
    assert [each["field"] for each in problem["errors"]] == [parameter]
    assert parameter in problem["description"]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("limit", {"limit": 0}),
        ("bbox", {"bbox": [1, 2, 3]}),
        ("bbox", {"bbox": []}),
        ("intersects", {"intersects": {"type": "Feature"}}),
        ("intersects", {"intersects": {"type": "Point", "coordinates": [0, 0]}, "bbox": [0, 0, 1, 1]}),
        (
            "intersects",
            {"intersects": {"type": "MultiPoint", "coordinates": [[n % 180, 0] for n in range(20_001)]}},
        ),
        ("ids", {"ids": [str(number) for number in range(1001)]}),
        ("query", {"query": {"eo:cloud_cover": {"lt": 5}}}),
        ("collections.0", {"collections": [""]}),
        ("body", []),
    ],
)
def test_a_wrong_field_of_a_search_by_post_is_named(holding: Holding, field: str, body: Any) -> None:
    status, problem = holding.post(body)

    assert status == 400
    assert [each["field"] for each in problem["errors"]] == [field]


@pytest.mark.parametrize("body", [b"{\xff", b"{'limit': 1}", b"{"])
def test_a_body_that_is_no_json_is_refused(holding: Holding, body: bytes) -> None:
    headers = {**ONCE, "Content-Type": "application/json"}
    answer = urllib3.request("POST", f"{holding.root}/search", body=body, headers=headers, timeout=60)

    assert (answer.status, [each["field"] for each in answer.json()["errors"]]) == (400, ["body"])


def test_a_search_by_post_may_be_empty(holding: Holding) -> None:
    status, page = holding.post({})

    assert (status, len(page["features"])) == (200, 3)


def test_a_limit_that_is_too_large_is_lowered(holding: Holding) -> None:
    assert len(holding.get("/search", limit=10_000)["features"]) == 3
    assert holding.get("/collections", limit=10_000)["numberReturned"] == 1


def test_another_collection_than_the_paths_is_refused(holding: Holding) -> None:
    assert holding.get("/collections/alpha/items", collections="alpha")["numberReturned"] == 3
    assert holding.ask("/collections/alpha/items", collections="beta")[0] == 400


def test_wrong_credentials_are_refused(holding: Holding) -> None:
    status, problem = holding.ask("/search", signed="somebody")

    assert (status, problem["code"]) == (401, "NotAuthenticated")


def test_a_token_that_may_not_read_is_refused(holding: Holding) -> None:
    status, problem = holding.ask("/search", signed="writer")

    assert (status, problem["code"]) == (403, "NotAllowed")


@pytest.mark.parametrize(
    "path", ["/collections/%00", "/collections/a%00b/items/%00", "/search?ids=%00&collections=%00"]
)
def test_names_that_no_database_keeps_are_unknown(holding: Holding, path: str) -> None:
    status, document = holding.ask(path)

    assert status == (200 if "search" in path else 404)
    assert document.get("features", []) == []


def test_the_landing_page_leads_to_all_there_is(holding: Holding) -> None:
    landing = holding.get("")
    links = {(each["rel"], each.get("method", "GET")): each for each in landing["links"]}

    for rel in ("self", "root", "conformance", "data", "search", "service-desc"):
        assert holding.ask(links[rel, "GET"]["href"])[0] == 200, rel
    assert links["search", "POST"]["href"] == f"{holding.root}/search"
    assert holding.get("/conformance")["conformsTo"] == landing["conformsTo"]


def test_the_description_is_sound_openapi(holding: Holding) -> None:
    described = holding.get("/api")

    schema = schemathesis.openapi.from_dict(described)

    assert [schema.validate(), schema["/stac/search"]["POST"].path] == [None, "/stac/search"]
    assert schema["/stac/collections/{collection_id}/items/{item_id}"]["GET"].method == "get"
    assert {
        each for each in _references(described) if each.rpartition("/")[2] not in described["components"]["schemas"]
    } == set()
    assert {tuple(sorted(each["post"]["responses"])) for each in described["paths"].values() if "post" in each} == {
        ("200", "400", "401", "403", "404", "429", "503")
    }


def _references(part: Any) -> Iterator[str]:
    """Where the parts of a document refer to."""
    if isinstance(part, dict):
        yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        part = list(part.values())
    for each in part if isinstance(part, list) else []:
        yield from _references(each)


def test_pages_of_any_site_may_search(holding: Holding) -> None:
    asked = {"Origin": "https://browser.example", "Access-Control-Request-Method": "POST"}
    before = urllib3.request("OPTIONS", f"{holding.root}/search", headers=asked, timeout=60)
    answers = [
        urllib3.request("GET", f"{holding.root}{path}", timeout=60) for path in ("", "/search", "/search?limit=0")
    ]

    assert before.status == 204
    assert "Content-Type" in before.headers["Access-Control-Allow-Headers"]
    assert {each.headers["Access-Control-Allow-Origin"] for each in (before, *answers)} == {"*"}
