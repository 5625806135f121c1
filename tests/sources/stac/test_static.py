"""A static catalogue is walked by its links, each document once, and no further than allowed."""

from typing import Any

import pytest

from tests.sources.stac.api import collection, item
from tests.sources.stac.fetchers import WrittenFetcher, answer_of
from tests.sources.stac.passes import harvest
from windrow.errors import RemoteStatus, RemoteUnreachable, RemoteUnreadable
from windrow.ports.fetching import Answer, Validators

ROOT = "https://files.example/stac/catalog.json"
BASE = "https://files.example/stac/"


def catalogue(*links: tuple[str, str]) -> dict[str, Any]:
    return {"type": "Catalog", "stac_version": "1.1.0", "id": "root", "description": "", "links": linked(*links)}


def linked(*links: tuple[str, str]) -> list[dict[str, str]]:
    return [{"rel": rel, "href": href} for rel, href in links]


def files(**more: Any) -> dict[str, Any]:
    """A catalogue with a collection of two items, as pystac lays it out."""
    return {
        ROOT: catalogue(("self", ROOT), ("root", "./catalog.json"), ("child", "./c/collection.json")),
        f"{BASE}c/collection.json": collection(
            "c",
            links=linked(
                ("root", "../catalog.json"),
                ("parent", "../catalog.json"),
                ("item", "./a/a.json"),
                ("item", "./b/b.json"),
            ),
        ),
        f"{BASE}c/a/a.json": item("a") | {"links": linked(("parent", "../collection.json"))},
        f"{BASE}c/b/b.json": item("b"),
    } | more


ALL = ["c/a/a.json", "c/b/b.json", "c/collection.json"]


def test_every_record_arrives_under_its_place_in_the_catalogue() -> None:
    found = harvest(WrittenFetcher(files()), ROOT)

    assert found.identifiers == ALL
    assert [each.read().identifier for each in sorted(found.records, key=lambda each: each.identifier)] == [
        "a",
        "b",
        "c",
    ]
    assert (found.opening.listing, found.opening.since) == (True, None)
    assert found.referred == len(found.records)


def test_a_document_is_kept_as_it_came() -> None:
    body = b'{ "type": "Feature", "id": "a",\n "properties": {}, "geometry": null }\n'

    found = harvest(WrittenFetcher(files(**{f"{BASE}c/a/a.json": body})), ROOT)

    assert next(each.raw for each in found.records if each.identifier == "c/a/a.json") == body


def test_relative_links_of_a_record_start_at_its_own_address() -> None:
    documents = files()
    documents[f"{BASE}c/a/a.json"]["assets"] = {"data": {"href": "./a.tif"}}

    found = harvest(WrittenFetcher(documents), ROOT)

    record = next(each.read() for each in found.records if each.identifier == "c/a/a.json")
    assert [link.href for link in record.links] == [f"{BASE}c/a/a.tif"]


def test_pages_have_no_fingerprint_because_items_change_without_them() -> None:
    assert set(harvest(WrittenFetcher(files()), ROOT).fingerprints) == {None}


def test_loops_and_several_ways_to_a_document_end() -> None:
    documents = files()
    documents[f"{BASE}c/collection.json"]["links"] += linked(
        ("child", "../catalog.json"),
        ("child", "collection.json#top"),
        ("child", "HTTPS://FILES.example:443/stac/c/./x/../collection.json"),
        ("item", "./a/%61.json"),
        ("item", "./a/a.json"),
    )
    fetcher = WrittenFetcher(documents)

    found = harvest(fetcher, ROOT)

    assert found.identifiers == ALL
    assert len(found.keys) == 2


def test_an_endless_catalogue_is_noticed() -> None:
    class Echo(dict[str, Any]):
        def get(self, url: str, default: Any = None) -> Any:
            return catalogue(("child", "deeper/catalog.json"))

    found = harvest(WrittenFetcher(Echo()), ROOT)

    assert len(found.keys) < 70
    [(name, problem)] = found.failed
    assert name.startswith("deeper/deeper/")
    assert "goes deeper than any catalogue" in problem


class TestFollowing:
    """Which links are followed is set."""

    elsewhere = "https://other.example/x/x.json"
    above = "https://files.example/y.json"

    def documents(self) -> dict[str, Any]:
        root = catalogue(("item", self.elsewhere), ("item", self.above), ("item", "z.json"), ("item", "s3://b/c.json"))
        here = f"{BASE}z.json"
        return {ROOT: root, self.elsewhere: item("x"), self.above: item("y"), here: item("z")}

    @pytest.mark.parametrize(
        ("follow", "expected"),
        [("folder", ["z.json"]), ("host", [above, "z.json"]), ("anywhere", [above, elsewhere, "z.json"])],
    )
    def test_and_no_other(self, follow: str, expected: list[str]) -> None:
        fetcher = WrittenFetcher(self.documents())

        assert harvest(fetcher, ROOT, follow=follow).identifiers == expected
        assert (self.elsewhere in fetcher.asked) == (follow == "anywhere")

    def test_the_own_host_is_the_default(self) -> None:
        assert harvest(WrittenFetcher(self.documents()), ROOT).identifiers == [self.above, "z.json"]


class TestChoosing:
    """What is harvested is set."""

    def test_items_only(self) -> None:
        assert harvest(WrittenFetcher(files()), ROOT, include=["items"]).identifiers == ALL[:2]

    def test_collections_only(self) -> None:
        fetcher = WrittenFetcher(files())

        assert harvest(fetcher, ROOT, include=["collections"]).identifiers == ALL[2:]
        assert not any("/a/" in url for url in fetcher.asked)

    def test_a_collection_with_all_below_it(self) -> None:
        documents = files(
            **{
                ROOT: catalogue(("child", "c/collection.json"), ("child", "d/collection.json"), ("item", "o.json")),
                f"{BASE}o.json": item("o"),
                f"{BASE}d/collection.json": collection("d", links=linked(("child", "2024/catalog.json"))),
                f"{BASE}d/2024/catalog.json": catalogue(("item", "e.json")),
                f"{BASE}d/2024/e.json": item("e", "d"),
            }
        )

        found = harvest(WrittenFetcher(documents), ROOT, collections=["d"])

        assert found.identifiers == ["d/2024/e.json", "d/collection.json"]

    def test_items_outside_the_box_or_the_time_are_not_of_the_source(self) -> None:
        east, late = item("east"), item("late")
        east |= {"bbox": [170, -1, -170, 1], "geometry": None}
        late["properties"] = {"datetime": "2030-01-01T00:00:00Z"}
        documents = {
            ROOT: catalogue(("item", "in.json"), ("item", "east.json"), ("item", "late.json")),
            f"{BASE}in.json": item("in"),
            f"{BASE}east.json": east,
            f"{BASE}late.json": late,
        }

        found = harvest(WrittenFetcher(documents), ROOT, bbox=[-5, -5, 5, 5], datetime="2024")

        assert (found.identifiers, found.left_out) == (["in.json"], ["east.json", "late.json"])
        across = harvest(WrittenFetcher(documents), ROOT, bbox=[175, -5, 179, 5])
        assert across.identifiers == ["east.json"]

    def test_a_narrowed_source_asks_without_validators(self) -> None:
        asked: list[Validators | None] = []

        class Fetcher(WrittenFetcher):
            def get(self, url: str, **options: Any) -> Answer:
                asked.append(options.get("validators"))
                return super().get(url, **options)

        known = {each: Validators('"1"') for each in ALL}
        harvest(Fetcher(files()), ROOT, known=known, bbox=[-5, -5, 5, 5])
        assert asked == [None] * 6

        harvest(Fetcher(files()), ROOT, known=known)
        assert asked.count(Validators('"1"')) == 3


class TestForms:
    """What else may stand at the URL."""

    def test_a_single_item(self) -> None:
        assert harvest(WrittenFetcher(files()), f"{BASE}c/a/a.json").identifiers == ["a.json"]

    def test_a_collection(self) -> None:
        found = harvest(WrittenFetcher(files()), f"{BASE}c/collection.json")

        assert found.identifiers == ["a/a.json", "b/b.json", "collection.json"]

    def test_a_list_of_items_in_a_file(self) -> None:
        content = {"type": "FeatureCollection", "features": [item("a"), item("b", "d")]}
        url = f"{BASE}items.geojson?X-Amz-Signature=0123"

        found = harvest(WrittenFetcher({url: content}), url)

        assert found.identifiers == ["c/a", "d/b"]

    def test_a_file_is_narrowed_although_it_cannot_be_searched(self) -> None:
        east = item("east", "d") | {"bbox": [170, 0, 170, 0], "geometry": None}
        content = {"type": "FeatureCollection", "features": [item("a"), item("b", "d"), east]}
        url = f"{BASE}items.geojson"
        fetcher = WrittenFetcher({url: content, f"{url}?bbox=-1.0,-1.0,1.0,1.0": content})

        assert harvest(fetcher, url, collections=["d"]).identifiers == ["d/b", "d/east"]
        assert harvest(fetcher, url, bbox=[-1, -1, 1, 1]).identifiers == ["c/a", "d/b"]

    def test_a_collection_that_links_to_a_list_of_its_items(self) -> None:
        documents = files()
        documents[f"{BASE}c/collection.json"]["links"] = linked(("items", "items.geojson"))
        documents[f"{BASE}c/items.geojson?limit=100"] = {"type": "FeatureCollection", "features": [item("a")]}

        assert harvest(WrittenFetcher(documents), ROOT).identifiers == ["c/a", "c/collection.json"]

    def test_a_list_in_another_format_is_left_alone(self) -> None:
        documents = files()
        parquet = {"rel": "items", "href": "items.parquet", "type": "application/vnd.apache.parquet"}
        documents[f"{BASE}c/collection.json"]["links"].append(parquet)

        assert harvest(WrittenFetcher(documents), ROOT).identifiers == ALL

    def test_something_else(self) -> None:
        with pytest.raises(RemoteUnreadable, match="JSON, but no STAC: Not found"):
            harvest(WrittenFetcher({ROOT: {"message": "Not found"}}), ROOT)

    def test_a_catalogue_that_moved_keeps_its_names(self) -> None:
        moved = {url.replace("files.example", "new.example"): content for url, content in files().items()}
        old = "https://old.example/catalog"
        moved[old] = Answer(ROOT.replace("files.example", "new.example"), 200, {}, answer_of("", files()[ROOT]).body)

        assert harvest(WrittenFetcher(moved), old).identifiers == ALL


class TestBadDocuments:
    """One bad document does not hold up the others, and nothing is taken for complete that is not."""

    @pytest.mark.parametrize(
        "content",
        [
            RemoteStatus("404", status=404),
            RemoteUnreachable("reset"),
            b"<html><title>Sorry</title></html>",
            b"",
            b"\x00\x01",
        ],
        ids=["not found", "unreachable", "html", "empty", "binary"],
    )
    def test_a_failure_of_the_server_is_no_fault_of_the_item(self, content: Any) -> None:
        found = harvest(WrittenFetcher(files(**{f"{BASE}c/a/a.json": content})), ROOT)

        assert found.identifiers == ALL[1:]
        assert [name for name, problem in found.failed if problem] == ["c/a/a.json"]
        assert found.broken == []

    @pytest.mark.parametrize("content", [b'{"id": "a", "type": ', b'{"a": 1,}', b'{"a": "\xff"}'])
    def test_broken_json_is_quarantined(self, content: bytes) -> None:
        found = harvest(WrittenFetcher(files(**{f"{BASE}c/a/a.json": content})), ROOT)

        assert found.identifiers == ALL[1:]
        assert [(each.identifier, each.raw) for each in found.broken] == [("c/a/a.json", content)]
        assert found.failed == []

    def test_json_that_is_no_item_is_quarantined_with_its_reason(self) -> None:
        found = harvest(WrittenFetcher(files(**{f"{BASE}c/a/a.json": {"hello": "world"}})), ROOT)

        odd = next(each for each in found.records if each.identifier == "c/a/a.json")
        with pytest.raises(RemoteUnreadable, match="has the type Feature, not none"):
            odd.read()

    def test_a_catalogue_that_cannot_be_read_fails_as_a_page(self) -> None:
        with pytest.raises(RemoteUnreadable, match="HTML page"):
            harvest(WrittenFetcher(files(**{f"{BASE}c/collection.json": b"<html>"})), ROOT)

    def test_a_child_that_is_no_catalogue_fails_as_a_page(self) -> None:
        with pytest.raises(RemoteUnreadable, match="neither a catalogue"):
            harvest(WrittenFetcher(files(**{f"{BASE}c/collection.json": {"hello": "world"}})), ROOT)

    def test_links_that_are_none_are_left_out(self) -> None:
        documents = files()
        documents[ROOT]["links"] += [
            None,
            "text",
            {"rel": "item"},
            {"rel": "item", "href": ""},
            {"rel": "item", "href": 5},
            {"rel": "item", "href": "http://[::1"},
            {"rel": "child", "href": "http://host:port/"},
            {"rel": "child", "href": "javascript:alert(1)"},
            {"rel": ["child"], "href": "x.json"},
        ]

        assert harvest(WrittenFetcher(documents), ROOT).identifiers == ALL
