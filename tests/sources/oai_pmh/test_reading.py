"""Saved answers are read for what they say, however the server spells it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from windrow.errors import RemoteUnreadable
from windrow.sources.oai_pmh.dates import Granularity
from windrow.sources.oai_pmh.reading import (
    Format,
    Identity,
    choose_format,
    page_fingerprint,
    read_formats,
    read_identity,
    read_page,
    wants_all_arguments,
)

ANSWERS = Path(__file__).parent / "answers"


def saved(name: str) -> bytes:
    return (ANSWERS / name).read_bytes()


def test_identify_tells_name_granularity_and_the_servers_time() -> None:
    assert read_identity(saved("geonetwork/identify.xml")) == Identity(
        name="Marine data of Example",
        base_url="https://geo.example.org/geonetwork/srv/eng/oaipmh",
        granularity=Granularity.SECOND,
        answered_at=datetime(2025, 3, 14, 9, 26, 53, tzinfo=UTC),
    )
    assert read_identity(saved("dspace/identify.xml")).granularity is Granularity.DAY


def test_the_plain_iso_format_is_taken_before_profiles_and_dublin_core() -> None:
    offered = read_formats(saved("geonetwork/formats.xml"))

    assert [each.prefix for each in offered][1:3] == ["iso19139.anzlic", "iso19115-3.2018"]
    assert choose_format(offered) == "iso19139"
    assert choose_format([each for each in offered if each.prefix != "iso19139"]) == "iso19139.anzlic"
    assert choose_format([each for each in offered if not each.prefix.startswith("iso19139")]) == "iso19115-3.2018"


def test_a_format_is_known_by_its_namespace_whatever_its_prefix() -> None:
    offered = [Format("oai_dc", ""), Format("inspire", "http://www.isotc211.org/2005/gmd/")]

    assert choose_format(offered) == "inspire"


def test_dublin_core_is_taken_where_it_is_all_that_can_be_read() -> None:
    assert choose_format(read_formats(saved("dspace/formats.xml"))) == "oai_dc"
    assert choose_format([]) == "oai_dc"


def test_formats_of_which_none_can_be_read_are_named() -> None:
    with pytest.raises(RemoteUnreadable, match="can be read: marcxml, mods"):
        choose_format([Format("marcxml", "http://www.loc.gov/MARC21/slim"), Format("mods", "")])


def test_a_page_of_iso_records_is_cut_into_documents_complete_by_themselves() -> None:
    page = read_page(saved("geonetwork/records.xml"))

    assert [each.identifier for each in page.records] == [
        "7a3f5c1e-0c52-4f7b-9a54-0a1d2d1f6f10",
        "f0a1c7d4-52a3-44d7-8f5b-6f0b9f7bb3e2",
    ]
    assert (page.token, page.total) == ("dataset/iso19139/1741944415/2", 1042)
    assert page.records[0].raw.startswith(b"<gmd:MD_Metadata ")
    assert page.records[0].raw.endswith(b"</gmd:MD_Metadata>")
    assert page.records[0].media_type == "application/xml"
    assert page.records[0].read().title == "Sea surface temperature of the northern bight"


def test_the_header_dates_a_record_only_where_its_metadata_does_not() -> None:
    dated, undated = read_page(saved("geonetwork/records.xml")).records

    assert dated.read().modified == datetime(2024, 11, 5, 13, 4, 11, tzinfo=UTC)
    assert undated.read().modified == datetime(2025, 1, 20, 8, 0, tzinfo=UTC)


def test_a_page_sorts_records_from_deletions_and_from_what_has_no_name() -> None:
    page = read_page(saved("dspace/records.xml"))

    assert [each.identifier.rpartition(":")[2] for each in page.records] == ["1234/6789", "1234/6791", "1234/6792"]
    assert page.gone == ["oai:repository.example.edu:1234/6790"]
    assert [each.problem for each in page.broken] == [
        "The record has no identifier, neither in its header nor in its metadata."
    ]
    assert b"Nobody's record" in page.broken[0].raw
    assert (page.token, page.total) == ("", 105)


def test_a_record_is_named_by_its_header_and_about_is_no_part_of_it() -> None:
    record = read_page(saved("dspace/records.xml")).records[0]

    assert record.identifier == "oai:repository.example.edu:1234/6789"
    assert record.read().identifier == "http://hdl.handle.net/1234/6789"
    assert record.read().modified == datetime(2024, 2, 29, tzinfo=UTC)
    assert b"provenance" not in record.raw


def test_a_record_without_metadata_or_of_an_unknown_format_is_refused_alone() -> None:
    good, empty, foreign = read_page(saved("dspace/records.xml")).records

    assert good.read().title == "On the salinity of tidal creeks"
    with pytest.raises(RemoteUnreadable, match="1234/6791 came without metadata"):
        empty.read()
    with pytest.raises(RemoteUnreadable, match="mods"):
        foreign.read()


def test_an_identifier_too_long_to_keep_is_quarantined_under_its_beginning() -> None:
    body = saved("dspace/records.xml").replace(b"1234/6789</identifier>", b"1" * 1001 + b"</identifier>")

    page = read_page(body)

    assert len(page.records) == 2
    assert page.broken[0].identifier.startswith("oai:repository.example.edu:111")
    assert len(page.broken[0].identifier) <= 1000


def test_an_empty_list_is_no_error() -> None:
    page = read_page(saved("invenio/no_records.xml"))

    assert (page.records, page.gone, page.token, page.refused) == ((), (), "", False)


def test_a_refused_token_is_told_apart_from_other_errors() -> None:
    assert read_page(saved("folio/bad_token.xml")).refused


def test_other_errors_are_told_with_code_and_text() -> None:
    with pytest.raises(RemoteUnreadable, match=r"badArgument: Missing required parameters.*badVerb: Bad verb"):
        read_page(saved("folio/bad_argument.xml"))


def test_only_a_bad_argument_calls_for_all_arguments() -> None:
    assert wants_all_arguments(saved("folio/bad_argument.xml"))
    assert not wants_all_arguments(saved("folio/bad_token.xml"))
    assert not wants_all_arguments(b"<html>badArgument</html>")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><p></body></html>", "HTML page.*Sign in"),
        (saved("geonetwork/records.xml")[:2000], "Truncated"),
        (b"", "empty"),
        (b"<rss/>", "<rss> instead of OAI-PMH"),
        (saved("geonetwork/identify.xml"), "holds no ListRecords but responseDate, request, Identify"),
    ],
)
def test_what_is_no_list_of_records_is_told_for_what_it_is(body: bytes, said: str) -> None:
    with pytest.raises(RemoteUnreadable, match=f"(?i){said}"):
        read_page(body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"2025-03-14T09:26:55Z</responseDate>", b"2026-01-01T00:00:00Z</responseDate>"),
        (b'<request verb="ListRecords" metadataPrefix="iso19139">', b'<request resumptionToken="a record">'),
        (b'expirationDate="2025-03-14T10:26:55Z"', b'expirationDate="2026-01-01T00:00:00Z"'),
        (b'cursor="0"', b'cursor="1"'),
    ],
)
def test_what_changes_at_every_answer_is_no_part_of_a_pages_fingerprint(old: bytes, new: bytes) -> None:
    body = saved("geonetwork/records.xml")

    changed = body.replace(old, new)

    assert changed != body
    assert page_fingerprint(changed) == page_fingerprint(body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Bathymetry 50 m", b"Bathymetry 25 m"),
        (b"2024-11-05T13:04:11Z", b"2024-11-06T13:04:11Z"),
        (b"<identifier>7a3f5c1e", b"<identifier>8a3f5c1e"),
        (b"dataset/iso19139/1741944415/2", b"dataset/iso19139/1741944415/3"),
        (b'completeListSize="1042"', b'completeListSize="1043"'),
    ],
)
def test_what_a_page_holds_and_leads_to_is_part_of_its_fingerprint(old: bytes, new: bytes) -> None:
    body = saved("geonetwork/records.xml")

    assert page_fingerprint(body.replace(old, new)) != page_fingerprint(body)


def test_a_page_spelled_with_a_prefix_has_a_fingerprint_likewise() -> None:
    body = (
        b'<oai:OAI-PMH xmlns:oai="http://www.openarchives.org/OAI/2.0/"><oai:responseDate>%b</oai:responseDate>'
        b'<oai:request metadataPrefix="csw-record"/><oai:ListRecords><oai:record>a</oai:record>'
        b"<oai:resumptionToken cursor='%b'>5</oai:resumptionToken></oai:ListRecords></oai:OAI-PMH>"
    )

    assert page_fingerprint(body % (b"2025", b"1")) == page_fingerprint(body % (b"2026", b"2"))
