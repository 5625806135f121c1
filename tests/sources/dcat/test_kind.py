"""A pass over a DCAT catalogue sees every dataset once, and the same dataset the same in whatever form it comes."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, URIRef
from rdflib.namespace import DCAT

from tests.sources.dcat.catalogue import MEDIA_TYPES, ROOT, Catalogue, Dataset, datasets, written
from tests.sources.dcat.passes import KIND, harvest
from windrow.errors import RemoteStatus, RemoteUnreadable
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Detection, Loaded, PageRequest, PassRequest, Reading

ANSWERS = Path(__file__).parent / "answers"
HUB = (ANSWERS / "esri-hub.json").read_bytes()
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>"


def request(url: str = ROOT, **settings: Any) -> PassRequest:
    jsonschema.validate(settings, KIND.schema)
    return PassRequest(url, settings)


def read(body: bytes, media_type: str = "", url: str = ROOT, **settings: Any) -> Reading:
    loaded = Loaded([Answer(url, 200, {"content-type": media_type}, body)])
    return KIND.read(request(**settings), PageRequest({"url": url}), loaded)


# Any order, any notation.

DATASETS = st.lists(
    st.builds(
        Dataset,
        st.sampled_from(["a", "b", "c", "d"]),
        title=st.text("abc \"'\\\né<>&", max_size=6).map("T{}".format),
        description=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=8),
        keywords=st.lists(st.sampled_from(["x", "y", "z"]), max_size=3),
        blank=st.booleans(),
        distributions=st.integers(0, 4),
    ),
    max_size=4,
    unique_by=lambda each: each.name,
)


@settings(max_examples=50)
@given(DATASETS, st.randoms(use_true_random=False))
def test_one_catalogue_in_four_notations_and_any_order_gives_the_same(
    found: Sequence[Dataset], chance: random.Random
) -> None:
    triples = [triple for each in found for triple in each.triples(ROOT)]
    triples.append((URIRef(ROOT), RDF.type, DCAT.Catalog))
    pages = [read(written(triples, notation, chance), media_type) for notation, media_type in MEDIA_TYPES.items()]

    seen = [
        [(each.identifier, each.fingerprint, each.raw, each.type, each.read()) for each in page.records]
        for page in pages
    ]

    assert len(seen[0]) == len(found)
    assert all(each == seen[0] for each in seen[1:])
    assert [page.broken for page in pages] == [[]] * len(pages)


def test_what_changes_in_one_dataset_changes_that_one_only() -> None:
    before = harvest(request(), Catalogue(datasets(7))).fingerprints
    after = harvest(request(), Catalogue([Dataset("d000", keywords=["new"]), *datasets(7)[1:]])).fingerprints

    assert [name for name in before if before[name] != after[name]] == [f"{ROOT}/d000"]


def test_what_is_kept_of_a_dataset_is_complete_by_itself() -> None:
    [record] = read((ANSWERS / "ckanext-dcat.ttl").read_bytes()).records

    [again] = read(record.raw, record.media_type).records

    assert (again.fingerprint, again.raw, again.read()) == (record.fingerprint, record.raw, record.read())
    assert b"PagedCollection" not in record.raw


# Paging.


@given(
    count=st.integers(0, 30),
    size=st.integers(1, 12),
    notation=st.sampled_from(sorted(MEDIA_TYPES)),
    view=st.booleans(),
)
def test_paging_reassembles_the_catalogue(count: int, size: int, notation: str, view: bool) -> None:
    found = harvest(request(), Catalogue(datasets(count), size=size, notation=notation, view=view))

    assert found.identifiers == [f"{ROOT}/d{number:03}" for number in range(count)]
    assert set(found.totals) == {count}
    assert len(found.keys) == max(1, -(-count // size))
    assert found.opening.listing


def test_nothing_is_asked_for_twice() -> None:
    catalogue = Catalogue(datasets(12))

    harvest(request(), catalogue)

    assert catalogue.asked == [ROOT, f"{ROOT}?page=2", f"{ROOT}?page=3"]
    assert all(each["Accept"].startswith("text/turtle, ") for each in catalogue.headers)


@pytest.mark.parametrize(("count", "asked"), [(12, [ROOT, ROOT, f"{ROOT}?page=2", f"{ROOT}?page=3"]), (0, [ROOT])])
def test_of_a_server_that_sends_parts_only_the_beginning_is_asked_for_first(count: int, asked: list[str]) -> None:
    catalogue = Catalogue(datasets(count), parts=True, total=None, notation="json-ld")

    found = harvest(request(), catalogue)

    assert len(found.records) == count
    assert catalogue.asked == asked
    assert ["Range" in each for each in catalogue.headers] == [True, *[False] * (len(asked) - 1)]


def test_a_page_is_asked_for_again_where_a_pass_goes_on() -> None:
    catalogue = Catalogue(datasets(3))
    [key] = KIND.open(request(), catalogue).pages

    KIND.load(request(), PageRequest(key), catalogue)
    again = KIND.load(request(), PageRequest(key), catalogue)

    assert len(catalogue.asked) == 2
    assert len(KIND.read(request(), PageRequest(key), again).records) == 3


def test_a_format_can_be_asked_for() -> None:
    catalogue = Catalogue(datasets(1))

    harvest(request(format="json-ld"), catalogue)

    assert catalogue.headers[0]["Accept"] == "application/ld+json, */*;q=0.1"


def test_a_server_that_does_not_send_parts_is_asked_for_the_whole() -> None:
    class Whole(Catalogue):
        def get(self, url: str, *, headers: Any = None, **other: Any) -> Answer:
            if "Range" in (headers or {}):
                self.asked.append(url)
                raise RemoteStatus("416", status=416)
            return super().get(url, headers=headers, **other)

    found = harvest(request(), Whole(datasets(3)))

    assert len(found.records) == 3


def test_a_next_page_that_was_there_before_is_found_out() -> None:
    catalogue = Catalogue(datasets(20), view=False)
    catalogue.overrides[3] = catalogue.page(2).replace(b"page=3", b"page=2")

    with pytest.raises(RemoteUnreadable, match="the walk would not end"):
        harvest(request(), catalogue)


def test_a_count_can_be_left_open_and_is_with_services() -> None:
    assert harvest(request(trust_total=False), Catalogue(datasets(3))).totals == [None]
    assert harvest(request(include=["datasets", "services"]), Catalogue(datasets(3))).totals == [None]
    assert harvest(request(), Catalogue(datasets(3), total=None)).totals == [None]


# Identity.


def test_a_dataset_is_known_by_its_identifier_else_by_its_address() -> None:
    named = [Dataset("a", identifier="one"), Dataset("b")]

    assert harvest(request(), Catalogue(named)).identifiers == [f"{ROOT}/b", "one"]
    assert harvest(request(identity="iri"), Catalogue(named)).identifiers == [f"{ROOT}/a", f"{ROOT}/b"]


def test_two_datasets_with_one_identifier_are_told_and_can_be_known_by_their_addresses() -> None:
    catalogue = Catalogue([Dataset("a", identifier="one"), Dataset("b", identifier="one")])

    found = harvest(request(), catalogue)

    assert found.identifiers == ["one"]
    assert "set what datasets are known by (identity) to iri" in found.broken[0].problem
    assert harvest(request(identity="iri"), catalogue).identifiers == [f"{ROOT}/a", f"{ROOT}/b"]


def test_datasets_without_a_name_have_stable_ones() -> None:
    nameless = [Dataset("a", blank=True), Dataset("b", blank=True)]

    first = harvest(request(), Catalogue(nameless))
    again = harvest(request(), Catalogue(nameless[::-1]))
    changed = harvest(request(), Catalogue([Dataset("a", blank=True, keywords=["new"]), nameless[1]]))

    assert sorted(again.identifiers) == sorted(first.identifiers) == sorted(changed.identifiers)
    assert again.fingerprints == first.fingerprints
    assert len(set(first.identifiers)) == 2


def test_two_without_a_name_and_with_the_same_title_are_told_apart() -> None:
    twins = [Dataset("a", title="Report", blank=True), Dataset("b", title="Report", blank=True)]

    found = harvest(request(), Catalogue(twins))

    assert len(set(found.identifiers)) == 2
    assert found.broken == []


def test_an_identifier_that_is_too_long_is_set_aside_and_the_rest_goes_on() -> None:
    found = harvest(request(), Catalogue([Dataset("a", identifier="x" * 1001), Dataset("b")]))

    assert found.identifiers == [f"{ROOT}/b"]
    assert found.broken[0].problem == "Its identifier has 1001 characters; 1000 are allowed."
    assert len(found.broken[0].identifier) <= 1000


def test_a_description_that_is_too_large_is_set_aside_and_the_rest_goes_on() -> None:
    found = harvest(request(), Catalogue([Dataset("a", keywords=[f"k{n}" for n in range(20_001)]), Dataset("b")]))

    assert found.identifiers == [f"{ROOT}/b"]
    assert found.broken[0].identifier == f"{ROOT}/a"
    assert "More than 20000 statements" in found.broken[0].problem


# Pages that are something else.


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PAGE, "HTML page instead of an RDF document: Sign in"),
        (b"", "An empty answer"),
        (b'{"error": "Out of order"}', "No catalogue"),
        (b"[]", "No catalogue"),
        (b'{"@graph": [', "Truncated JSON"),
        (b"<?xml version='1.0'?><records/>", "<records> instead of an RDF document"),
        (b"<?xml version='1.0'?><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", "No catalogue"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "entit"),
        (b"@prefix dcat: <http://www.w3.org/ns/dcat#> . <x> a dcat:Dataset ; ", "Malformed turtle"),
        (b'{"@context": "https://c.example.org/c.jsonld", "@id": "x"}', "never fetched; ask for the catalogue as"),
    ],
)
def test_a_page_that_is_none_is_told_for_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(RemoteUnreadable, match=said):
        harvest(request(), Catalogue(datasets(7), overrides={2: content}))


def test_a_page_for_people_at_the_beginning_is_found_out_at_once() -> None:
    catalogue = Catalogue([], overrides={1: PAGE})

    with pytest.raises(RemoteUnreadable, match="HTML page"):
        KIND.open(request(), catalogue)
    assert len(catalogue.asked) == 1


def test_a_status_fails_the_page() -> None:
    with pytest.raises(RemoteStatus, match="500"):
        harvest(request(), Catalogue(datasets(7), overrides={2: 500}))


# data.json.


def test_a_data_json_is_one_page_of_whole_records() -> None:
    found = read(HUB, "application/json")

    assert [each.type for each in found.records] == ["dcat:Dataset", "dcat:Dataset"]
    assert [orjson.loads(each.raw)["title"] for each in found.records] == ["Street Trees", "Wards"]
    assert [each.read().title for each in found.records] == ["Street Trees", "Wards"]
    assert [each.problem for each in found.broken] == ["The dataset has no identifier."]
    assert found.next == ()


def test_the_order_of_members_in_a_data_json_is_no_change() -> None:
    document = orjson.loads(HUB)
    document["dataset"] = [dict(reversed(each.items())) for each in reversed(document["dataset"])]

    again = read(orjson.dumps(document), "application/json")

    first = {each.identifier: each.fingerprint for each in read(HUB, "application/json").records}
    assert {each.identifier: each.fingerprint for each in again.records} == first


@pytest.mark.parametrize(
    ("dataset", "problem"),
    [
        ("nonsense", "no identifier"),
        ({"title": "x", "identifier": "y" * 1001}, "1001 characters"),
        ({"title": "Second", "identifier": "shape-and-nothing-else"}, "has the identifier shape-and-nothing-else too"),
    ],
)
def test_one_broken_dataset_of_a_data_json_is_set_aside(dataset: Any, problem: str) -> None:
    document = orjson.loads(HUB)
    document["dataset"][2] = dataset

    found = read(orjson.dumps(document), "application/json")

    assert len(found.records) == 2
    assert problem in found.broken[0].problem


# Detection.


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("ckanext-dcat.ttl", "CKAN of Example"),
        ("data-europa-eu.rdf", ""),
        ("geonetwork.rdf", "Geo of Example"),
        ("udata.jsonld", "Data of Example"),
        ("esri-hub.json", ""),
    ],
)
def test_a_catalogue_is_recognised_by_what_came(name: str, title: str) -> None:
    catalogue = Catalogue([])
    first = Answer(f"https://e.org/{name}", 200, {}, (ANSWERS / name).read_bytes())

    assert KIND.detect(first.url, first, catalogue) == Detection("dcat", first.url, title)
    assert catalogue.asked == []


def test_a_page_for_people_may_have_a_catalogue_for_those_who_ask() -> None:
    catalogue = Catalogue(datasets(3))
    first = Answer(ROOT, 200, {"content-type": "text/html"}, PAGE)

    assert KIND.detect(ROOT, first, catalogue) == Detection("dcat", ROOT, "Catalogue of Example", certainty=0.8)
    assert len(catalogue.asked) == 1


def test_a_host_may_have_a_data_json() -> None:
    class Hub(Catalogue):
        def answer(self, url: str) -> tuple[int, str, bytes]:
            return (200, "application/json", HUB) if url.endswith("/data.json") else (200, "text/html", PAGE)

    hub = Hub([])

    assert KIND.detect("https://hub.example.org", None, hub) == Detection(
        "dcat", "https://hub.example.org/data.json", certainty=0.7
    )
    assert len(hub.asked) <= 3


@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        b"",
        b"{}",
        b"[]",
        b"\x00",
        b'{"type": "FeatureCollection", "features": []}',
        b'{"stac_version": "1.0.0", "type": "Catalog"}',
        b"<csw:Capabilities xmlns:csw='http://www.opengis.net/cat/csw/2.0.2'/>",
        b"<x> <http://e/p> <http://www.w3.org/ns/dcat#> .",
    ],
)
def test_anything_else_is_not_recognised(body: bytes) -> None:
    catalogue = Catalogue([], overrides={1: body})

    assert KIND.detect(ROOT, Answer(ROOT, 200, {}, body), catalogue) is None
    assert len(catalogue.asked) <= 3


def test_every_setting_explains_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(KIND.schema)

    for name, setting in KIND.schema["properties"].items():
        assert {"title", "description", "default"} <= set(setting), name
        jsonschema.validate({name: setting["default"]}, KIND.schema)
