"""Saved answers of a real server are read for what they are; bad ones are told from good ones."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.csw.catalogue import CSW, GMD, URL, Catalogue, exception, iso
from windrow.errors import RemoteUnreadable
from windrow.formats.xml import fingerprint, parse
from windrow.ports.source_kinds import Reading
from windrow.sources.csw.capabilities import read_capabilities
from windrow.sources.csw.reading import page_fingerprint, read_envelope, read_page, skim_page
from windrow.sources.csw.searches import Search

ANSWERS = Path(__file__).parent / "answers"
SEARCH = Search(URL, "GET", GMD, "gmd:MD_Metadata")


def saved(name: str) -> bytes:
    return (ANSWERS / f"{name}.xml").read_bytes()


def page(*records: str, stamp: str = "2026-03-14T09:26:53Z") -> bytes:
    catalogue = Catalogue(list(records), stamp=stamp)
    return catalogue.get(URL, parameters={"resultType": "results", "startPosition": 1, "maxRecords": 100}).body


def test_capabilities_of_pycsw() -> None:
    found = read_capabilities(saved("pycsw_capabilities"))

    assert (found.title, found.pycsw) == ("Sample catalogue", True)
    assert (found.get, found.post) == ("http://catalogue.example/csw", "http://catalogue.example/csw")
    assert {GMD, CSW} <= set(found.schemas)
    assert set(found.type_names) == {"csw:Record", "gmd:MD_Metadata"}
    assert [found.queryable("identifier", iso=iso) for iso in (True, False)] == ["apiso:Identifier", "dc:identifier"]
    assert [found.queryable("modified", iso=iso) for iso in (True, False)] == ["apiso:Modified", "dct:modified"]
    assert found.queryable("nonsense", iso=True) == ""


def test_hits_of_pycsw() -> None:
    found = read_envelope(saved("pycsw_hits"))

    assert (found.matched, found.next, len(found.results)) == (32, 11, 0)
    assert found.answered_at is not None
    assert found.answered_at.tzinfo is UTC


@pytest.mark.parametrize(("name", "standard", "start"), [("iso", "iso19139", 17), ("dublin_core", "dublin-core", 31)])
def test_pages_of_pycsw(name: str, standard: str, start: int) -> None:
    found = read_page(SEARCH.key(start, 3), saved(f"pycsw_page_{name}"))

    assert found.total == 32
    assert len(found.records) == min(3, 32 - start + 1)
    assert not found.broken
    assert not found.next
    for each in found.records:
        record = each.read()
        assert (record.identifier, record.standard) == (each.identifier, standard)
        assert each.fingerprint == fingerprint(each.raw)
        assert parse(each.raw) is not None


def test_white_space_between_elements_changes_nothing_but_the_document_that_is_kept() -> None:
    dense = saved("pycsw_page_iso")
    assert b"> <" not in dense
    loose = dense.replace(b"><", b"> \n\t <")

    one, other = (read_page(SEARCH.key(17, 3), each).records for each in (dense, loose))

    assert [each.read() for each in one] == [each.read() for each in other]
    assert [b"> \n\t <" in each.raw for each in other] == [True] * len(one)


def test_an_exception_report_is_told_in_its_own_words() -> None:
    told = r"exception: InvalidParameterValue \(sortby\): Invalid SortBy propertyname: nonsense$"
    with pytest.raises(RemoteUnreadable, match=told):
        read_page(SEARCH.key(1, 10), saved("pycsw_exception"))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html><title>Login</title></html>", "HTML page instead of XML: Login"),
        (page(iso("a"))[:-30], "Truncated XML"),
        (b"<Capabilities/>", "<Capabilities> without search results"),
        (exception("first"), "exception: InvalidParameterValue: first"),
    ],
)
def test_what_is_no_page_is_unreadable(body: bytes, told: str) -> None:
    with pytest.raises(RemoteUnreadable, match=told):
        read_page(SEARCH.key(1, 10), body)


def test_only_the_bad_record_of_a_page_is_broken() -> None:
    nameless = "<gmd:MD_Metadata><gmd:language/></gmd:MD_Metadata>"

    found = read_page(SEARCH.key(1, 10), page(iso("a"), nameless, iso("x" * 1001), iso("b")))

    assert [each.identifier for each in found.records] == ["a", "b"]
    assert [each.problem for each in found.broken] == [
        "The record has no identifier.",
        "Its identifier has 1001 characters; 1000 are allowed.",
    ]
    assert b"language" in found.broken[0].raw


def test_a_record_of_an_unknown_standard_is_broken_and_says_so() -> None:
    found = read_page(SEARCH.key(1, 10), page("<dif xmlns='urn:x'/>"))

    assert [each.problem for each in found.broken] == ["<{urn:x}dif> is no metadata record that can be read."]


def test_a_page_s_fingerprint_leaves_out_its_time_alone() -> None:
    one, later = page(iso("a")), page(iso("a"), stamp="2027-01-01T00:00:00Z")

    assert page_fingerprint(one) == page_fingerprint(later)
    assert page_fingerprint(one) != page_fingerprint(page(iso("b")))
    changed = [page(iso("a", f'<x timestamp="{year}"/>')) for year in (2001, 2002)]
    assert page_fingerprint(changed[0]) != page_fingerprint(changed[1])


def test_the_envelope_tells_the_server_s_time() -> None:
    assert read_envelope(page()).answered_at == datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


def told(reading: Reading | None) -> object:
    return reading and ([each[:2] for each in reading.records], list(reading.next), reading.total, list(reading.broken))


@pytest.mark.parametrize("name", ["pycsw_page_iso", "pycsw_page_dublin_core"])
def test_skimming_a_page_of_pycsw_tells_what_reading_it_does(name: str) -> None:
    key = SEARCH.key(2, 3)

    assert told(skim_page(key, saved(name))) == told(read_page(key, saved(name)))


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body,
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: b"\n <!-- made by hand -->" + body,
        lambda body: body.replace(b"<csw:SearchResults", b"<!-- - <a> - --><csw:SearchResults"),
        lambda body: body.replace(b"csw:", b"c:").replace(b":csw=", b":c="),
        lambda body: body.replace(b">a<", b">a &amp; &quot;b&quot;<"),
        lambda body: body.replace(b">a<", ">ä\n<".encode()),
        lambda body: body.replace(b"<gmd:MD_Metadata>", b'<gmd:MD_Metadata xmlns:gml="urn:x" id="a>b">'),
        lambda body: body.replace(b"<gmd:MD_Metadata>", b"<gmd:MD_Metadata ><!-- x -->"),
        lambda body: body.replace(b"</csw:SearchResults>", b"\n\n</csw:SearchResults><!-- at noon -->"),
        lambda body: body.replace(b"timestamp=", b"expires='now' timestamp="),
    ],
)
def test_skimming_tells_what_reading_does(change: Callable[[bytes], bytes]) -> None:
    body = change(page(iso("a"), iso("b"), iso("c")))
    key = SEARCH.key(1, 2)

    skimmed = told(skim_page(key, body))

    assert skimmed is not None
    assert skimmed == told(read_page(key, body))


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"</gmd:MD_Metadata><gmd", b"</gmd:MD_Metadata><!-- between --><gmd"),
        lambda body: body.replace(b"</gmd:MD_Metadata><gmd", b"</gmd:MD_Metadata>text<gmd"),
        lambda body: body.replace(b"<csw:SearchResults", b"<![CDATA[<csw:SearchResults>]]><csw:SearchResults"),
        lambda body: body.replace(b"<csw:SearchResults", b"<?odd <csw:SearchResults>?><csw:SearchResults"),
        lambda body: body.replace(b"<csw:Get", b"<!DOCTYPE a [<!ENTITY b 'c'>]><csw:Get", 1),
        lambda body: body.replace(b"<csw:SearchResults", b"<csw:Odd><csw:SearchResults"),
        lambda body: body.replace(b"gmd:fileIdentifier", b"gmd:fileName"),
        lambda body: body[:-80],
        lambda body: b"<html><csw:SearchResults></csw:SearchResults></html>",
        lambda body: body.replace(b"<?xml", b"").decode().encode("utf-16"),
        lambda body: b'<?xml version="1.0" encoding="ISO-8859-1"?>' + body.partition(b"?>")[2],
        lambda body: exception("No."),
        lambda body: b"",
    ],
)
def test_what_skimming_is_not_sure_of_is_left_to_reading(change: Callable[[bytes], bytes]) -> None:
    assert skim_page(SEARCH.key(1, 100), change(page(iso("a"), iso("b")))) is None


inside = st.sampled_from(
    [b"", b"x", b"<!-- </gmd:MD_Metadata><gmd:MD_Metadata> -->", b"<![CDATA[</gmd:MD_Metadata>]]>"]
)
around = st.sampled_from(
    [b"", b" ", b"\n", b"<!-- x -->", b"text", b"<gmd:Odd/>", b"</gmd:MD_Metadata>", b"<gmd:MD_Metadata>"]
)


@given(st.lists(st.tuples(around, inside, around), min_size=1, max_size=3))
def test_whatever_is_skimmed_is_what_would_be_read(parts: list[tuple[bytes, bytes, bytes]]) -> None:
    body = page("@@")
    records = [
        before + iso(f"r{number}").encode().replace(b"</gmd:title>", b"</gmd:title>" + within) + after
        for number, (before, within, after) in enumerate(parts)
    ]
    body = body.replace(b"@@", b"".join(records))
    skimmed = skim_page(SEARCH.key(1, 1), body)
    try:
        reading = read_page(SEARCH.key(1, 1), body)
    except RemoteUnreadable:
        reading = Reading()
    known = {each[:2] for each in reading.records}

    # Each record that is known by its bytes was read from the same bytes: then they are on the page, and nothing else.
    if skimmed is not None and {each[:2] for each in skimmed.records} <= known:
        assert told(skimmed) == told(reading)
