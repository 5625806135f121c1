"""JSON from strangers is read if it can be, and otherwise it is said what came instead."""

import contextlib
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import RemoteUnreadable
from windrow.formats.json import canonical, fingerprint, parse, parse_object, serialise, text_of, texts_of

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert parse(serialise(value)) == value
    assert parse(json.dumps(value).encode()) == value
    assert parse(canonical(value)) == value


@given(st.dictionaries(st.text(), VALUES, min_size=2))
def test_a_fingerprint_does_not_depend_on_the_order_of_members(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))

    assert fingerprint(turned) == fingerprint(value)
    assert len(fingerprint(value)) == 16


def test_depth_is_bounded_whatever_the_interpreter_allows() -> None:
    kept = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        with pytest.raises(RemoteUnreadable, match="nested too deep"):
            parse(b'{"a":' * 5000)
        assert parse(b"[NaN, " + b"[]," * 2000 + b'"' + b"[" * 2000 + b'"]')[0] is None
    finally:
        sys.setrecursionlimit(kept)


@given(st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()[:-1]))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(RemoteUnreadable):
        serialise(parse(body))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\xef\xbb\xbf{}", {}),
        (b"[NaN, Infinity, -Infinity, 1]", [None, None, None, 1]),
        (b"[1e999, 1]", [None, 1]),
        (b"[NaN, 18446744073709551615, -9223372036854775808]", [None, 2**64 - 1, -(2**63)]),
        (b"[NaN, 18446744073709551616, -9223372036854775809]", [None, 2.0**64, -(2.0**63)]),
        (b"[NaN, " + b"9" * 5000 + b"]", [None, None]),
        (b'["\\ud800", "\\ud83d\\ude00"]', ["?", "😀"]),
        ('{"a": "ü"}'.encode("utf-16"), {"a": "ü"}),
        ('{"a": "ü"}'.encode("utf-32-le"), {"a": "ü"}),
    ],
)
def test_what_real_servers_send_is_forgiven(body: bytes, expected: Any) -> None:
    value = parse(body)

    assert value == expected
    serialise(value)


def test_a_declared_encoding_helps_only_where_it_is_no_utf_8() -> None:
    assert parse('{"a": "ü"}'.encode("latin-1"), "iso-8859-1") == {"a": "ü"}
    assert parse(b"[NaN, " + '"ü"]'.encode(), "iso-8859-1") == [None, "ü"]
    with pytest.raises(RemoteUnreadable, match="unknown encoding"):
        parse('{"a": "ü"}'.encode("latin-1"), "klingon")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "An empty answer"),
        (b" \n", "An empty answer"),
        (
            b"<!DOCTYPE html><html><head><title>504 Gateway &amp; Time-out</title>",
            "HTML page .* 504 Gateway & Time-out",
        ),
        (b"<html><body>", "without a title"),
        (b"<?xml version='1.0'?><ows:ExceptionReport/>", "XML instead of JSON"),
        (b"Service busy", "No JSON but: Service busy"),
        (b'{"features": [{"id": "a"}, {"id": "b', "Truncated JSON: it ends after 36 bytes"),
        (b'{"features": [{"id": "a"},', "Truncated JSON"),
        (b'{"features": ', "Truncated JSON"),
        (b'{"a": 1,\n "b": oh}', "Malformed JSON at line 2, column 7"),
        (b'{"a": 1} {"b": 2}', "Malformed JSON"),
        (b'{"a": "\xfc"}', "not in the encoding it claims"),
        (b'{"a":' * 5000, "nested too deep"),
    ],
)
def test_what_came_instead_is_said(body: bytes, told: str) -> None:
    with pytest.raises(RemoteUnreadable, match=told):
        parse(body)


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[]", "list"), (b'"a"', "text"), (b"1", "number"), (b"true", "truth value"), (b"null", "null")]
)
def test_an_object_is_demanded(body: bytes, kind: str) -> None:
    with pytest.raises(RemoteUnreadable, match=f"A JSON {kind} instead of an object"):
        parse_object(body)


def test_what_is_nested_too_deep_cannot_be_kept() -> None:
    with pytest.raises(RemoteUnreadable, match="cannot be kept"):
        serialise(parse(b"[" * 300 + b"]" * 300))


def test_texts_are_those_that_a_database_takes() -> None:
    odd: list[Any] = [1, 1.5, True, None, [], {}]

    assert text_of(" a\x00\ud800b ") == "ab"
    assert [text_of(each) for each in odd] == ["1", "1.5", "", "", "", ""]
    assert texts_of(["a", " a", "", None, 2, ["x"], "b"]) == ("a", "2", "b")
    assert (texts_of("a"), texts_of(None)) == (("a",), ())
