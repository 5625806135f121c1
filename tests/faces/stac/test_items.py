"""Items and collections: names that are unique, links that resolve, and nothing that is not the reader's."""

import pytest

from tests.faces.stac.holding import CUT, TRIANGLE, Holding, box_around, item
from tests.storage.shelves import FOREIGN, PRIVATE, put
from windrow.formats.stac import read_item

ALPHA = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": "alpha",
    "title": "Alpha",
    "description": "Described by its own document.",
    "license": "CC0-1.0",
    "extent": {"spatial": {"bbox": [[0, 0, 1, 1]]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}},
    "links": [
        {"rel": "self", "href": "https://far.example/alpha"},
        {"rel": "items", "href": "https://far.example/alpha/items"},
        {"rel": "license", "href": "./licence.txt"},
    ],
}


@pytest.fixture(scope="module", autouse=True)
def records(holding: Holding) -> dict[str, int]:
    """Record ids by item; `twin` is on three shelves."""
    far = "https://far.example/items/relative.json"
    holding.add(ALPHA, url="https://far.example/alpha")
    shown = [
        item("twin"),
        item("plain", "beta", p_license="CC-BY-4.0", bbox=[1, 2, 3, 4], geometry=box_around(1, 2, 3, 4)),
        item("late", "beta", p_license="CC-BY-4.0", p_datetime="2021-06-01T12:00:00Z"),
        item("lonely", None),
        item("a/b c", "with/slash"),
        item("named~1", "beta", p_license="CC-BY-4.0"),
        item(
            "relative",
            "gamma",
            links=[{"rel": "derived_from", "href": "../source.json"}, {"rel": "parent", "href": "../c.json"}],
            assets={"near": {"href": "./B1.tif"}, "deep": {"href": "./deep/B1.tif"}, "whole": {"href": "s3://b/x"}},
        ),
    ]
    ids = holding.add(*shown, url=far)
    kept = dict(zip((each["id"] for each in shown), ids, strict=True))
    kept["copy"] = holding.add(item("twin"), item("secret", "hidden"), source=PRIVATE)[0]
    holding.add(item("twin"), item("foreign", "elsewhere"), {**ALPHA, "id": "elsewhere"}, source=FOREIGN)
    return kept


def test_copies_of_an_item_have_names_of_their_own(holding: Holding, records: dict[str, int]) -> None:
    copy = f"twin~{records['copy']}"

    found = holding.get("/search", signed="member", collections="alpha")["features"]

    assert [each["id"] for each in found] == ["twin", copy]
    assert [holding.get(each["links"][0]["href"], signed="member")["id"] for each in found] == ["twin", copy]


def test_a_copy_is_found_by_its_name_and_the_first_by_the_plain_one(holding: Holding, records: dict[str, int]) -> None:
    copy = f"twin~{records['copy']}"

    both = holding.get("/search", signed="member", ids=f"twin,{copy}")["features"]
    first = holding.get("/search", signed="member", ids="twin")["features"]
    second = holding.get("/search", signed="member", ids=copy)["features"]

    assert [[each["id"] for each in found] for found in (both, first, second)] == [["twin", copy], ["twin"], [copy]]


def test_the_long_name_of_a_first_leads_to_it_too(holding: Holding, records: dict[str, int]) -> None:
    assert holding.get(f"/collections/alpha/items/twin~{records['twin']}")["id"] == "twin"


def test_an_id_that_looks_like_a_copys_gets_its_record_id_too(holding: Holding, records: dict[str, int]) -> None:
    name = f"named~1~{records['named~1']}"

    assert holding.names(ids=name) == [name]
    assert holding.get(f"/collections/beta/items/{name}")["id"] == name
    assert holding.get("/collections/beta/items/named~1")["id"] == name


def test_strangers_see_nothing_of_private_sources(holding: Holding, records: dict[str, int]) -> None:
    collections = [each["id"] for each in holding.get("/collections")["collections"]]

    assert sorted(holding.names(limit=100)) == sorted(
        ["twin", "plain", "late", "lonely", "a/b c", f"named~1~{records['named~1']}", "relative"]
    )
    assert collections == ["alpha", "beta", "gamma", "uncollected", "with/slash"]


@pytest.mark.parametrize(
    "path",
    [
        "/collections/hidden",
        "/collections/hidden/items",
        "/collections/hidden/items/secret",
        "/collections/elsewhere",
        "/collections/elsewhere/items/foreign",
    ],
)
def test_what_is_private_answers_as_what_is_unknown(holding: Holding, path: str) -> None:
    unknown = path.replace("hidden", "nothing").replace("elsewhere", "nothing")

    private = [holding.ask(path)[1], holding.ask(unknown)[1]]

    assert [each["status"] for each in private] == [404, 404]
    assert private[0]["detail"] == private[1]["detail"].replace("nothing", path.split("/")[2])


def test_members_see_their_teams_items_and_not_another_teams(holding: Holding) -> None:
    found = {each["id"] for each in holding.get("/search", signed="member", limit=100)["features"]}

    assert "secret" in found
    assert "foreign" not in found
    assert holding.get("/collections/hidden/items/secret", signed="member")["id"] == "secret"
    assert holding.ask("/collections/elsewhere", signed="member")[0] == 404


def test_a_described_collection_is_as_it_came_with_our_links(holding: Holding) -> None:
    found = holding.get("/collections/alpha")
    address = f"{holding.root}/collections/alpha"

    links = {each["rel"]: each["href"] for each in found["links"]}

    assert {**found, "links": []} == {**ALPHA, "links": []}
    assert links == {
        "self": address,
        "root": holding.root,
        "parent": holding.root,
        "items": f"{address}/items",
        "via": "https://far.example/alpha",
        "license": "https://far.example/licence.txt",
    }


def test_a_collection_without_a_document_is_told_from_its_items(holding: Holding) -> None:
    found = holding.get("/collections/beta")

    assert found["license"] == "CC-BY-4.0"
    assert found["extent"] == {
        "spatial": {"bbox": [[1, 2, 101, 41]]},
        "temporal": {"interval": [["2020-06-01T12:00:00Z", "2021-06-01T12:00:00.000001Z"]]},
    }


def test_items_without_a_collection_are_in_one_of_their_own(holding: Holding) -> None:
    found = holding.get("/collections/uncollected/items")["features"]

    assert [(each["id"], each["collection"]) for each in found] == [("lonely", "uncollected")]
    assert holding.names(collections="uncollected") == ["lonely"]
    assert holding.get("/collections/uncollected")["id"] == "uncollected"


def test_ids_with_slashes_and_spaces_resolve(holding: Holding) -> None:
    found = holding.names(collections="with/slash")
    (shown,) = holding.get("/search", collections="with/slash")["features"]
    links = {each["rel"]: each["href"] for each in shown["links"]}

    assert found == ["a/b c"]
    assert holding.get(links["self"]) == shown
    assert holding.get(links["collection"])["id"] == "with/slash"
    assert holding.get("/collections/with/slash/items/a/b%20c") == shown


def test_relative_addresses_start_where_the_document_came_from(holding: Holding) -> None:
    found = holding.get("/collections/gamma/items/relative")

    assert {name: each["href"] for name, each in found["assets"].items()} == {
        "near": "https://far.example/items/B1.tif",
        "deep": "https://far.example/items/deep/B1.tif",
        "whole": "s3://b/x",
    }
    assert [each["href"] for each in found["links"] if each["rel"] == "derived_from"] == [
        "https://far.example/source.json"
    ]
    assert [each["rel"] for each in found["links"]].count("parent") == 1


def test_an_item_whose_document_is_lost_is_made_of_what_was_read(holding: Holding) -> None:
    document = item("lost", "delta", p_title="Lost", p_updated="2022-01-01T00:00:00Z", geometry=TRIANGLE)
    put(holding.database, read_item({**document, "bbox": [0, 0, 10, 10]}))

    found = holding.get("/collections/delta/items/lost")

    assert found["geometry"] == TRIANGLE
    assert found["bbox"] == [0, 0, 10, 10]
    assert found["properties"]["title"] == "Lost"
    assert found["properties"]["updated"] == "2022-01-01T00:00:00Z"
    assert found["properties"]["datetime"] == "2020-06-01T12:00:00Z"


def test_a_box_asks_for_the_geometry_and_not_only_for_its_box(holding: Holding) -> None:
    holding.add(
        item("triangle", "shapes", geometry=TRIANGLE, bbox=[0, 0, 10, 10]),
        item("cut", "shapes", geometry=CUT, bbox=[170, -20, -170, -10]),
        item("turned", "shapes", geometry=box_around(185, 50, 190, 55), bbox=[185, 50, 190, 55]),
    )

    assert holding.names(collections="shapes", bbox="7,7,9,9") == []
    assert holding.names(collections="shapes", bbox="1,1,2,2") == ["triangle"]
    assert holding.names(collections="shapes", bbox="1,1,-5,2,2,9000") == ["triangle"]
    assert holding.names(collections="shapes", bbox="175,-15,-175,-12") == ["cut"]
    assert holding.names(collections="shapes", bbox="-174,51,-173,52") == ["turned"]


def test_a_next_page_is_never_empty(holding: Holding) -> None:
    holding.add(*(item(f"corner {number}", "corners", geometry=TRIANGLE, bbox=[0, 0, 10, 10]) for number in range(30)))
    holding.add(
        *(
            item(f"middle {number}", "corners", geometry=box_around(8, 8, 9, 9), bbox=[8, 8, 9, 9])
            for number in range(4)
        )
    )

    page = holding.get("/search", collections="corners", bbox="7,7,9,9", limit=2)
    following = holding.get(next(each["href"] for each in page["links"] if each["rel"] == "next"))

    assert [each["id"] for each in page["features"]] == ["middle 0", "middle 1"]
    assert [each["id"] for each in following["features"]] == ["middle 2", "middle 3"]
    assert [each["rel"] for each in following["links"] if each["rel"] == "next"] == []


def test_words_find_items_that_have_one_of_them(holding: Holding) -> None:
    holding.add(
        item("ice", "words", p_title="Glacier outlines"),
        item("sea", "words", p_title="Sea surface temperature"),
        item("land", "words", p_title="Land cover"),
    )

    assert holding.names(collections="words", q="glacier,sea surface") == ["ice", "sea"]
    assert [each["id"] for each in holding.post({"collections": ["words"], "q": ["land"]})[1]["features"]] == ["land"]


def test_collections_are_paged(holding: Holding) -> None:
    whole = [each["id"] for each in holding.get("/collections")["collections"]]

    first = holding.get("/collections", limit=2)
    second = holding.get(next(each["href"] for each in first["links"] if each["rel"] == "next"))

    assert [each["id"] for page in (first, second) for each in page["collections"]] == whole[:4]


def test_a_next_link_by_post_holds_the_whole_search(holding: Holding) -> None:
    _, page = holding.post({"collections": ["beta"], "limit": 1})
    following = next(each for each in page["links"] if each["rel"] == "next")

    assert (following["method"], following["merge"]) == ("POST", False)
    assert following["body"].keys() == {"collections", "limit", "token"}
    assert holding.post(following["body"])[1]["features"][0]["id"] == "late"
