"""Datasets as catalogues of several products describe them become records; what makes no sense is left empty."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import RemoteUnreadable
from windrow.formats.dcat import project_open_data
from windrow.formats.dcat.catalogues import CataloguePage, read_catalogue, stable_name
from windrow.formats.dcat.datasets import read_dataset
from windrow.formats.rdf.notations import Notation, notation_of
from windrow.formats.rdf.parsing import parse
from windrow.formats.rdf.terms import Blank
from windrow.model.records import Contact, Link, Record

ANSWERS = Path(__file__).parents[1] / "sources" / "dcat" / "answers"
URL = "https://catalogue.example.org/c"
PREFIXES = b"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix locn: <http://www.w3.org/ns/locn#> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix schema: <http://schema.org/> .
"""


def page_of(body: bytes, url: str = URL, **options: Any) -> CataloguePage:
    return read_catalogue(parse(body, notation_of(body, url=url), url), url, **options)


def saved(name: str, *languages: str, **options: Any) -> dict[str, Record]:
    """The records of a saved document by the last step of their names."""
    page = page_of((ANSWERS / name).read_bytes(), f"https://catalogue.example.org/{name}", **options)
    return {
        each.node.rstrip("/").replace("#", "/").rpartition("/")[2]: read_dataset(
            each.description, "id", languages=languages or ("en",)
        )
        for each in page.entries
        if each.description is not None
    }


def read(said: bytes, *languages: str) -> Record:
    body = PREFIXES + b'<x> a dcat:Dataset ; dct:title "T" ; ' + said
    [entry] = page_of(body).entries
    assert entry.description is not None
    return read_dataset(entry.description, "x", languages=languages or ("en",))


def test_a_dataset_of_data_europa_eu() -> None:
    assert saved("data-europa-eu.rdf")["noise-map"] == Record(
        identifier="id",
        title="Noise map",
        abstract="Road noise, as the Environmental Noise Directive has it.",
        keywords=("noise", "roads", "Environment"),
        contacts=(
            Contact(
                organisation="Environment Agency of the Land",
                role="publisher",
                email="post@land.example.de",
                url="https://land.example.de/",
            ),
            Contact(name="Noise desk", role="contactPoint", email="noise@land.example.de", phone="+49-30-1234"),
        ),
        licence="http://dcat-ap.de/def/licenses/dl-by-de/2.0",
        links=(
            Link(
                "https://noise.example.de/levels.zip",
                rel="enclosure",
                title="Noise levels",
                media_type="application/zip",
                protocol="SHP",
            ),
            Link("https://noise.example.de/levels", title="Noise levels", media_type="application/zip", protocol="SHP"),
            Link("https://noise.example.de/", rel="about"),
        ),
        bbox=(9.87, 47.27, 15.04, 55.06),
        geometry={
            "type": "Polygon",
            "coordinates": [[[9.87, 47.27], [15.04, 47.27], [15.04, 55.06], [9.87, 47.27]]],
        },
        time_start=datetime(2017, 1, 1, tzinfo=UTC),
        time_end=datetime(2018, 1, 1, tzinfo=UTC),
        created=datetime(2019, 3, 1, tzinfo=UTC),
        modified=datetime(2023, 6, 30, tzinfo=UTC),
        language="de",
        standard="dcat",
    )


@pytest.mark.parametrize(
    ("languages", "title", "keywords"),
    [
        (("de",), "Lärmkarte", ("Lärm", "Environment")),
        (("fr", "de"), "Carte de bruit", ("Lärm", "Environment")),
        (("pl",), "Lärmkarte", ("Lärm", "Environment")),
    ],
)
def test_texts_come_in_the_language_that_is_wanted(
    languages: tuple[str, ...], title: str, keywords: tuple[str, ...]
) -> None:
    found = saved("data-europa-eu.rdf", *languages)["noise-map"]

    assert (found.title, found.keywords) == (title, keywords)


def test_datasets_of_udata() -> None:
    found = saved("udata.jsonld")

    values, plan = found["5de8f397634f4164071119c5"], found["5de8f397634f4164071119c6"]
    assert values.contacts == (
        Contact(organisation="Ministère des finances", role="publisher", url="https://finances.example.fr/"),
        Contact(name="Contact DVF", role="contactPoint", email="dvf@finances.example.fr"),
    )
    assert values.licence == "Licence Ouverte / Open Licence version 2.0"
    assert (values.time_start, values.time_end) == (datetime(2014, 1, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC))
    assert values.modified == datetime(2024, 10, 11, 2, 3, 4, tzinfo=UTC)
    assert [each.rel for each in values.links] == ["enclosure", "related", "about"]
    assert (plan.bbox, plan.geometry) == ((-5.0, 41.0, 9.0, 51.0), None)


def test_a_dataset_of_ckanext_dcat() -> None:
    found = saved("ckanext-dcat.ttl")["7f2d"]

    assert found.geometry == {"type": "Point", "coordinates": [13.4, 52.5]}
    assert (found.time_start, found.time_end) == (datetime(2000, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))
    assert found.licence == "http://www.opendefinition.org/licenses/cc-zero"
    assert [(each.protocol, each.media_type) for each in found.links[:2]] == [
        ("CSV", "text/csv"),
        ("WFS", "application/gml+xml"),
    ]
    assert Link("https://doi.org/10.5072/trees", rel="cite-as") in found.links
    assert found.contacts[1] == Contact(name="Ada Baum", role="contactPoint", email="ada@parks.example.org")


def test_a_dataset_of_geonetwork() -> None:
    found = saved("geonetwork.rdf", "fr")["soil"]

    assert (found.title, found.keywords) == ("Soil map 1:50 000", ("soil", "Sol"))
    assert (found.bbox, found.language) == ((5.8, 45.8, 10.6, 47.9), "de")
    assert found.modified == datetime(2018, 2, 3, tzinfo=UTC)
    assert found.links == (
        Link("https://geo.example.org/wms?request=GetCapabilities", title="Soil WMS", protocol="OGC:WMS"),
    )


def test_datasets_series_and_services_of_geodcat_ap() -> None:
    found = saved("geodcat-ap.ttl", services=True)

    assert {name: each.type for name, each in found.items()} == {"ice": "dataset", "series": "series", "wms": "service"}
    ice = found["ice"]
    assert ice.bbox == (9.0, 53.0, 31.0, 66.0)
    assert (ice.time_start, ice.time_end) == (datetime(2023, 11, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC))
    assert ice.licence == "CC BY 4.0"
    assert ice.collection.endswith("#series")
    assert Link("https://ice.example.org/wms", rel="service", title="Ice map service", protocol="wms") in ice.links
    assert Contact(name="Ida Eis", role="creator") in ice.contacts
    assert (
        Contact(
            organisation="Ice Service",
            role="contactPoint",
            email="ice@example.org",
            url="https://ice.example.org/contact",
        )
        in ice.contacts
    )
    assert saved("geodcat-ap.ttl", "de", services=True)["ice"].title == "Eiskarte 2024"
    assert set(saved("geodcat-ap.ttl")) == {"ice", "series"}


def test_what_a_catalogue_says_of_its_own_looking_is_no_part_of_a_dataset() -> None:
    body = (ANSWERS / "geonetwork.rdf").read_bytes()
    later = body.replace(b"2025-11-23T01:02:03", b"2026-01-01T01:02:03")

    documents = [each.entries[0].description for each in (page_of(body), page_of(later))]

    assert body != later
    assert documents[0] == documents[1]


# Single fields.


@pytest.mark.parametrize(
    ("said", "bbox"),
    [
        (b'dct:spatial "5,50,9,52" .', (5.0, 50.0, 9.0, 52.0)),
        (b"dct:spatial <http://publications.europa.eu/resource/authority/country/DEU> .", None),
        (b'dct:spatial [ dcat:centroid "POINT(5 50)" ] .', (5.0, 50.0, 5.0, 50.0)),
        (b'dct:spatial [ schema:box "5,50,9,52" ] .', (5.0, 50.0, 9.0, 52.0)),
        (b'dct:spatial [ dcat:bbox "POINT(5 50)" ], [ dcat:bbox "POINT(9 52)" ] .', (5.0, 50.0, 9.0, 52.0)),
        (b'dct:spatial [ dcat:bbox "nonsense" ; dcat:centroid "POINT(5 50)" ] .', (5.0, 50.0, 5.0, 50.0)),
        (b'dct:spatial [ locn:geometry [ locn:geometry "POINT(5 50)" ] ] .', (5.0, 50.0, 5.0, 50.0)),
        (b"dct:spatial [ ] .", None),
    ],
)
def test_places_in_many_spellings(said: bytes, bbox: Any) -> None:
    assert read(said).bbox == bbox


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        (b'dct:temporal "2001/2002-06" .', datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 7, 1, tzinfo=UTC)),
        (b'dct:temporal [ dcat:startDate "2001" ] .', datetime(2001, 1, 1, tzinfo=UTC), None),
        (
            b'dct:temporal [ dcat:startDate "2001" ; dcat:endDate "2001" ], [ dcat:startDate "2005" ] .',
            datetime(2001, 1, 1, tzinfo=UTC),
            None,
        ),
        (b'dct:temporal [ dcat:startDate "soon" ] .', None, None),
        (b"dct:temporal <http://reference.data.gov.uk/id/year/2001> .", None, None),
    ],
)
def test_times_in_many_spellings(said: bytes, start: Any, end: Any) -> None:
    found = read(said)

    assert (found.time_start, found.time_end) == (start, end)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (b"dct:language <http://publications.europa.eu/resource/authority/language/DEU> .", "de"),
        (b"dct:language <http://id.loc.gov/vocabulary/iso639-1/fr> .", "fr"),
        (b"dct:language <http://lexvo.org/id/iso639-3/gsw> .", "gsw"),
        (b'dct:language "ger" .', "de"),
        (b'dct:language [ rdfs:label "eng" ] .', "en"),
        (b'dct:language "de", "en" .', "en"),
        (b"dct:language <http://publications.europa.eu/resource/authority/language/OP_DATPRO> .", ""),
    ],
)
def test_languages_as_tags(said: bytes, language: str) -> None:
    assert read(said).language == language


@pytest.mark.parametrize(
    ("said", "media_type", "protocol"),
    [
        (b"dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv>", "text/csv", ""),
        (b'dcat:mediaType "text/csv; charset=utf-8"', "text/csv", ""),
        (b'dct:format "application/json"', "application/json", ""),
        (b"dct:format <http://publications.europa.eu/resource/authority/file-type/GPKG>", "", "GPKG"),
        (b'dct:format [ rdfs:label "Shapefile" ]', "", "Shapefile"),
        (b"dct:format []", "", ""),
    ],
)
def test_formats_of_distributions(said: bytes, media_type: str, protocol: str) -> None:
    [link] = read(b"dcat:distribution [ dcat:accessURL <https://e/> ; " + said + b" ] .").links

    assert (link.media_type, link.protocol) == (media_type, protocol)


def test_what_must_not_become_a_link_does_not() -> None:
    found = read(
        b"dcat:landingPage <javascript:alert(1)> ; dct:license <data:x> ; dcat:distribution "
        b'[ dcat:accessURL <javascript:alert(1)> ], [ dcat:downloadURL "nowhere" ], [ ], <https://e/undescribed> .'
    )

    assert found.links == ()


def test_a_dataset_with_nothing_to_show_is_refused() -> None:
    [entry] = page_of(PREFIXES + b"<x> a dcat:Dataset .").entries
    assert entry.description is not None

    with pytest.raises(RemoteUnreadable, match="neither a title nor a description"):
        read_dataset(entry.description, "x")


PREDICATES = (
    "dct:title dct:spatial dct:temporal dct:publisher dcat:contactPoint dcat:distribution dct:language dcat:theme"
)
VALUES = st.sampled_from(
    [
        '"text"',
        '""',
        "<http://e/x>",
        "[]",
        '[ dcat:startDate "x" ]',
        '[ dcat:accessURL "x" ]',
        "5",
        "<x>",
        "[ vcard:fn [] ]",
    ]
)


@given(st.lists(st.tuples(st.sampled_from(PREDICATES.split()), VALUES), max_size=8))
def test_no_value_breaks_the_reading(pairs: list[tuple[str, str]]) -> None:
    said = " ; ".join(f"{predicate} {value}" for predicate, value in pairs)

    assert read(f"{said} .".encode()).standard == "dcat"


# Pages.


def test_pages_of_many_spellings() -> None:
    europa = page_of((ANSWERS / "data-europa-eu.rdf").read_bytes())
    udata = page_of((ANSWERS / "udata.jsonld").read_bytes())
    ckan = page_of((ANSWERS / "ckanext-dcat.ttl").read_bytes())
    alone = page_of((ANSWERS / "geonetwork.rdf").read_bytes())

    assert (europa.total, europa.next) == (3, "https://data.example.eu/api/hub/search/datasets.rdf?page=1")
    assert (udata.total, udata.next) == (3, "https://www.data.example.fr/catalog.jsonld?page=2&page_size=2")
    assert (ckan.total, ckan.next) == (2, "https://ckan.example.org/catalog.ttl?page=2")
    assert (alone.total, alone.next) == (None, "")
    assert [each.title for each in (europa, udata, ckan, alone)] == [
        "",
        "Data of Example",
        "CKAN of Example",
        "Geo of Example",
    ]


@pytest.mark.parametrize(
    ("url", "following", "followed"),
    [
        ("https://e.org/c?page=1", "http://e.org/c?page=2", "https://e.org/c?page=2"),
        ("https://e.org/c", "http://other.org/c", "http://other.org/c"),
        ("http://e.org/c", "https://e.org/c?page=2", "https://e.org/c?page=2"),
        ("https://e.org/a/c", "?page=2", "https://e.org/a/c?page=2"),
    ],
)
def test_the_next_page_is_asked_for_as_securely_as_the_first(url: str, following: str, followed: str) -> None:
    body = PREFIXES + f'[] a hydra:PagedCollection ; hydra:nextPage "{following}" .'.encode()

    assert page_of(body, url).next == followed


def test_of_several_pages_the_one_that_was_asked_for_counts() -> None:
    body = PREFIXES + b"<%s> a hydra:PartialCollectionView ; hydra:next <2> . <9> hydra:next <10> ." % URL.encode()

    assert page_of(body).next == "https://catalogue.example.org/2"
    with pytest.raises(RemoteUnreadable, match="names 2 next pages"):
        page_of(body, "https://elsewhere.example.org/")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<x> <http://e/p> 1 .", "No catalogue: 1 statements, but neither"),
        (PREFIXES, "No catalogue: 0 statements"),
        (
            PREFIXES + b"<c> a dcat:Catalog ; dcat:dataset <1>, <2> .",
            "names 2 datasets, but its document describes none",
        ),
    ],
)
def test_what_is_no_catalogue_is_told_for_what_it_is(body: bytes, said: str) -> None:
    with pytest.raises(RemoteUnreadable, match=said):
        page_of(body, f"{URL}.ttl")


def test_an_empty_catalogue_is_one() -> None:
    assert page_of(PREFIXES + b'<c> a dcat:Catalog ; dct:title "Nothing yet" .').entries == []
    assert page_of(PREFIXES + b"[] a hydra:PagedCollection ; hydra:totalItems 0 .").total == 0


def test_what_a_catalogue_lists_is_a_dataset_whatever_its_type() -> None:
    body = PREFIXES + b'<c> a dcat:Catalog ; dcat:dataset <1>, <sub> . <1> dct:title "One" . <sub> a dcat:Catalog .'

    assert [each.node for each in page_of(body).entries] == ["https://catalogue.example.org/1"]


def test_a_dataset_without_a_name_keeps_its_identifier_while_its_title_stays() -> None:
    bodies = [
        PREFIXES + b'[] a dcat:Dataset ; dct:title "T" ; dct:description "%s" .' % text for text in (b"one", b"two")
    ]
    other = PREFIXES + b'[] a dcat:Dataset ; dct:title "U" .'

    names = []
    for body in (*bodies, other):
        [entry] = page_of(body).entries
        assert isinstance(entry.node, Blank)
        assert entry.description is not None
        names.append(stable_name(entry.description))

    assert names[0] == names[1] != names[2]


# Project Open Data.


def hub() -> list[Any]:
    found = project_open_data.datasets_of(orjson.loads((ANSWERS / "esri-hub.json").read_bytes()))
    assert found is not None
    return found


def test_a_dataset_of_a_data_json() -> None:
    trees = project_open_data.read(hub()[0], "trees")

    assert trees == Record(
        identifier="trees",
        title="Street Trees",
        abstract="<div>Trees of the city.</div>",
        keywords=("trees", "parks", "environment"),
        contacts=(
            Contact(organisation="City of Example", role="publisher"),
            Contact(name="GIS Desk", role="contactPoint", email="gis@example.com"),
        ),
        licence="https://creativecommons.org/publicdomain/zero/1.0/",
        links=(
            Link(
                "https://services.example.com/arcgis/rest/services/Trees/FeatureServer/0",
                title="ArcGIS GeoService",
                media_type="application/json",
                protocol="ArcGIS GeoServices REST API",
            ),
            Link(
                "https://hub.example.com/datasets/trees.csv?outSR=4326",
                rel="enclosure",
                title="CSV",
                media_type="text/csv",
                protocol="CSV",
            ),
            Link("https://hub.example.com/datasets/0123456789abcdef0123456789abcdef_0/about", rel="about"),
            Link("https://creativecommons.org/publicdomain/zero/1.0/", rel="license"),
        ),
        bbox=(-77.12, 38.79, -76.91, 38.99),
        time_start=datetime(2010, 1, 1, tzinfo=UTC),
        time_end=datetime(2021, 1, 1, tzinfo=UTC),
        created=datetime(2018, 3, 14, 16, 20, tzinfo=UTC),
        modified=datetime(2024, 8, 1, 12, tzinfo=UTC),
        language="en",
        standard="dcat-us",
    )


def test_a_place_may_be_geojson_and_a_date_a_rhythm() -> None:
    wards = project_open_data.read(hub()[1], "wards")

    assert (wards.bbox, wards.modified, wards.licence) == ((-77.0, 38.0, -76.0, 39.0), None, "Ask first.")


@pytest.mark.parametrize(
    ("document", "is_one"),
    [
        ({"dataset": []}, True),
        ({"dataset": [{"title": "x"}]}, True),
        ([{"title": "x", "identifier": "y"}], True),
        ([], False),
        ({"dataset": [{"@id": "x", "dct:title": "y"}]}, False),
        ({"dataset": {"@id": "x"}}, False),
        ({"@graph": []}, False),
        ("text", False),
    ],
)
def test_a_data_json_is_told_from_other_json(document: Any, is_one: bool) -> None:
    assert (project_open_data.datasets_of(document) is not None) is is_one


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(hub()[0])), JSON_VALUES)
def test_a_member_of_any_other_kind_breaks_nothing(name: str, value: Any) -> None:
    dataset = {**hub()[0], name: value, "description": "There."}

    assert project_open_data.read(dataset, "x").identifier == "x"


def test_the_same_catalogue_in_two_notations_is_the_same_page() -> None:
    turtle = (ANSWERS / "geodcat-ap.ttl").read_bytes()
    import rdflib

    xml = rdflib.Graph().parse(data=turtle, format="turtle", publicID=URL).serialize(format="xml").encode()

    first = read_catalogue(parse(turtle, Notation.TURTLE, URL), URL)
    second = read_catalogue(parse(xml, Notation.RDF_XML, URL), URL)

    assert first == second
