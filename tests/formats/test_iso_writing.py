"""Written ISO 19139 is valid, and reads as the record that it was written from."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.formats.schemas import faults, iso_19139
from tests.servers.pycsw import RECORDS
from tests.storage.record_strategies import boxes, moments, records
from windrow.formats import metadata
from windrow.formats.iso.writing import document_of, write
from windrow.formats.xml import parse
from windrow.model.records import Contact, Link, Record

_characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
texts = st.text(_characters, max_size=20).map(lambda text: " ".join(text.split()))
words = texts.filter(bool)
hrefs = st.integers(0, 9).map(lambda number: f"https://example.org/{number}?a=b&c=%20")
roles = st.sampled_from(["", "pointOfContact", "owner"])
contacts = st.builds(Contact, texts, texts, roles, texts, texts, st.just("") | hrefs).filter(
    lambda each: each != Contact(role=each.role)
)
media_types = st.sampled_from(["", "text/csv", "image/png", "application/geo+json"])
links = st.builds(
    Link,
    hrefs,
    st.sampled_from(["related", "enclosure", "about", "describedby", "preview", "search"]),
    texts,
    texts,
    media_types,
    st.sampled_from(["", "OGC:WMS", "WWW:LINK-1.0-http--link", "ESRI:REST"]),
)
RING = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.5], [0.0, 0.0]]
HOLE = [[1.0, 0.5], [2.0, 0.5], [2.0, 1.5], [1.0, 0.5]]
GEOMETRIES: list[dict[str, Any]] = [
    {"type": "Point", "coordinates": [170.0, 1e-7]},
    {"type": "LineString", "coordinates": [[0.0, 80.0], [1.0, 2.0]]},
    {"type": "Polygon", "coordinates": [RING, HOLE]},
    {"type": "MultiPoint", "coordinates": [[1.0, 2.0], [3.0, 4.0]]},
    {"type": "MultiPolygon", "coordinates": [[RING], [HOLE]]},
    {
        "type": "GeometryCollection",
        "geometries": [{"type": "Point", "coordinates": [1.0, 2.0]}, {"type": "Polygon", "coordinates": [RING]}],
    },
]
geometries = st.sampled_from(GEOMETRIES)
dates = moments.filter(lambda moment: 1 < moment.year < 9998)


def is_picture(link: Link) -> bool:
    return link.rel == "preview" and not link.title and not link.protocol


@st.composite
def carried(draw: st.DrawFn) -> Record:
    """Records of all that ISO 19139 can carry."""
    times = sorted(draw(st.lists(dates, min_size=2, max_size=2)))
    box = draw(st.none() | boxes)
    title = draw(words)
    return Record(
        identifier=draw(words),
        title=title,
        abstract=draw(texts),
        type=draw(st.sampled_from(["dataset", "series", "service", "nongeographicdataset", "featuretype"])),
        keywords=tuple(draw(st.lists(words | st.sampled_from(["oceans", "biota"]), max_size=4, unique=True))),
        contacts=tuple(draw(st.lists(contacts, max_size=3, unique=True))),
        licence=draw(texts),
        links=tuple(sorted(draw(st.lists(links, max_size=4, unique=True)), key=lambda link: not is_picture(link))),
        bbox=box,
        geometry=draw(st.none() | geometries) if box else None,
        time_start=draw(st.sampled_from([None, times[0]])),
        time_end=draw(st.sampled_from([None, times[1]])),
        created=draw(st.none() | dates),
        modified=draw(st.none() | dates),
        language=draw(st.sampled_from(["", "de", "en", "fr", "de-AT", "zxx"])),
        collection=draw(texts),
        standard="iso19139",
    )


@given(carried())
def test_what_is_written_is_read_again(record: Record) -> None:
    written = write(record)

    assert metadata.read(parse(written)) == record
    assert faults(written, iso_19139()) == []


@given(records())
def test_whatever_a_record_says_the_document_is_valid(record: Record) -> None:
    written = write(replace(record, geometry=None))

    assert [each for each in faults(written, iso_19139()) if "anyURI" not in each] == []


@pytest.mark.parametrize("path", sorted(RECORDS.rglob("*.xml")), ids=lambda path: path.name)
def test_real_records_of_any_standard_survive(path: Path) -> None:
    record = metadata.read(parse(path.read_bytes()))

    written = write(record)

    assert faults(written, iso_19139()) == []
    found = metadata.read(parse(written))
    assert set(found.links) == set(record.links)
    kind = found.type if record.type in ("image", "text") else record.type  # Dublin Core's own words
    assert replace(found, links=record.links) == replace(record, standard="iso19139", type=kind)


def test_the_schema_sees_a_wrong_order() -> None:
    root = etree.fromstring(write(Record("a", "b")))
    root.append(root[0])

    assert faults(etree.tostring(root), iso_19139())


@pytest.mark.parametrize(
    ("kind", "scope", "name"),
    [
        ("item", "dataset", "item"),
        ("collection", "series", "collection"),
        ("document", "nonGeographicDataset", "document"),
    ],
)
def test_other_types_become_the_nearest_of_isos(kind: str, scope: str, name: str) -> None:
    written = write(Record("a", "b", type=kind)).decode()

    assert f'codeListValue="{scope}"' in written
    assert f"<gmd:hierarchyLevelName><gco:CharacterString>{name}<" in written


def test_a_box_over_the_antimeridian_stands_in_two() -> None:
    written = write(Record("a", "b", bbox=(170.0, -10.0, -170.0, 10.0)))

    assert written.count(b"EX_GeographicBoundingBox>") == 4
    assert metadata.read(parse(written)).bbox == (170.0, -10.0, -170.0, 10.0)


def test_a_days_end_is_written_as_the_day_itself() -> None:
    written = write(Record("a", "b", time_start=day(2020, 1, 1), time_end=day(2021, 1, 1)))

    assert b"<gml:beginPosition>2020-01-01<" in written
    assert b"<gml:endPosition>2020-12-31<" in written


def test_languages_have_the_codes_of_libraries() -> None:
    assert b'codeListValue="ger"' in write(Record("a", "b", language="de"))
    assert b'codeListValue="spa"' in write(Record("a", "b", language="es"))


def test_a_document_that_is_iso_already_goes_as_it_is() -> None:
    raw = b'<?xml version="1.0"?><gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" ' + (
        b'xmlns:gco="http://www.isotc211.org/2005/gco"><gmd:fileIdentifier><gco:CharacterString>a</gco:CharacterString>'
        b"</gmd:fileIdentifier><gmd:mine>kept</gmd:mine></gmd:MD_Metadata>"
    )
    record = Record("a", "b")

    assert document_of(record, "a", raw, "application/xml") == raw
    renamed = parse(document_of(record, "other", raw, "text/xml"))
    assert metadata.identifier_of(renamed) == "other"
    assert renamed[1].text == "kept"


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (b"", ""),
        (b"{}", "application/json"),
        (b"<truncated", "application/xml"),
        (b"<a/>", "application/xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "application/xml"),
    ],
)
def test_what_is_no_iso_document_is_written_anew(raw: bytes, media_type: str) -> None:
    assert document_of(Record("a", "b"), "other", raw, media_type) == write(Record("other", "b"))


def test_a_document_without_an_identifier_gets_one() -> None:
    raw = b'<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd"><gmd:language/></gmd:MD_Metadata>'

    made = parse(document_of(Record("a", "b"), "a", raw, "application/xml"))

    assert metadata.identifier_of(made) == "a"
    assert made[0].tag.endswith("fileIdentifier")


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)
