"""Foreign XML is parsed without obeying it, and what is no XML is told by its name."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from samples.servers.process import ROOT
from windrow.errors import RemoteUnreadable
from windrow.formats.xml import CSW, fingerprint, local_name, parse, serialise

RECORD = (ROOT / "samples" / "records" / "apiso" / "test.xml").read_bytes()
BOMB = (
    b"<!DOCTYPE a [<!ENTITY l0 'lolololol'>"
    + b"".join(b"<!ENTITY l%d '%s'>" % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 12))
    + b"]><a>&l11;</a>"
)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "An empty answer instead of XML."),
        (b" \r\n ", "An empty answer instead of XML."),
        (b'{"error": "gone"}', 'JSON instead of XML: {"error": "gone"}'),
        (b"[1, 2]", "JSON instead of XML: [1, 2]"),
        (b"Internal error", "No XML but: Internal error"),
        (b"<!DOCTYPE html><html><title>Log in &amp; out</title><br>", "HTML page instead of XML: Log in & out"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<HTML><body>", "HTML page instead of XML: (without a title)"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'><title>X</title></html>", "HTML page instead of XML: X"),
        (
            b"<a><b></a>",
            "Malformed XML at line 1, column 11 of 10 bytes: Opening and ending tag mismatch: b line 1 and a.",
        ),
        (b"<a>\x0b</a>", "Malformed XML at line 1, column 4 of 8 bytes: PCDATA invalid Char value 11."),
    ],
)
def test_what_is_no_xml_is_told_by_its_name(body: bytes, told: str) -> None:
    with pytest.raises(RemoteUnreadable) as caught:
        parse(body)

    assert str(caught.value) == told


@given(st.integers(1, len(RECORD.rstrip()) - 1))
@example(38)
def test_a_record_cut_anywhere_is_truncated_or_not_there(length: int) -> None:
    with pytest.raises(RemoteUnreadable, match=r"^(Truncated XML|No XML but)"):
        parse(RECORD[:length])


@pytest.mark.parametrize(
    "body",
    [
        b"<?xml version='1.0' encoding='UTF-8'?><a>\xe9t\xe9</a>",
        b"<?xml version='1.0' encoding='klingon'?><a/>",
    ],
)
def test_a_wrong_encoding_is_told(body: bytes) -> None:
    with pytest.raises(RemoteUnreadable, match="encoding"):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a/>",
        b"<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://127.0.0.1:9/x.dtd'>]><a/>",
        b"<a>&nbsp;</a>",
    ],
)
def test_entities_are_refused(body: bytes) -> None:
    with pytest.raises(RemoteUnreadable, match="entities"):
        parse(body)


def test_a_document_type_without_entities_is_not_loaded_and_does_no_harm() -> None:
    assert parse(b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'><a>text</a>").text == "text"


def test_too_deep_a_document_is_refused() -> None:
    with pytest.raises(RemoteUnreadable, match="depth"):
        parse(b"<a>" * 300 + b"</a>" * 300)


@pytest.mark.parametrize(
    "body",
    [
        b"\n <?xml version='1.0'?><a>\xc3\xa9</a>",
        b"\xef\xbb\xbf<?xml version='1.0'?><a>\xc3\xa9</a>",
        "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>".encode("latin-1"),
        "<a>é</a>".encode("utf-16"),
        b"<a>\xc3<!-- dropped -->\xa9</a>".replace(
            b"\xc3<!-- dropped -->\xa9", b"<!-- dropped -->\xc3\xa9<?dropped too?>"
        ),
    ],
)
def test_blanks_marks_encodings_and_comments_are_taken_in_stride(body: bytes) -> None:
    assert serialise(parse(body)).decode() == "<a>é</a>"


def test_a_part_is_serialised_complete_by_itself() -> None:
    root = parse(f"<r xmlns='{CSW}' xmlns:x='urn:x'><m><x:a b='x:c'/> tail</m></r>".encode())

    raw = serialise(root[0][0])

    assert parse(raw).nsmap["x"] == "urn:x"
    assert local_name(parse(raw)) == "a"
    assert b"tail" not in raw


@given(st.binary(), st.binary())
def test_fingerprints_are_equal_just_for_equal_documents(one: bytes, other: bytes) -> None:
    assert len(fingerprint(one)) == 16
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


@given(st.binary(max_size=200))
def test_whatever_comes_is_xml_or_unreadable(body: bytes) -> None:
    try:
        parse(body)
    except RemoteUnreadable as problem:
        told = str(problem)
    else:
        told = "XML"

    assert 0 < len(told) < 500
