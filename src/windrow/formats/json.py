"""JSON from strangers: forgiving parsing that says what came instead, canonical bytes, fingerprints and plain texts."""

import html
import json
import math
import re
from typing import Any

import orjson
from xxhash import xxh3_128_digest

from windrow.errors import RemoteUnreadable

_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_LONGEST = 20
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def parse(body: bytes, charset: str = "") -> Any:
    """The value of a document from outside; `charset` is what its content type says, where it says so.

    Forgiven, because real servers send it: a byte order mark, NaN and Infinity (read as null), numbers beyond 64 bits
    (read as floats), broken surrogate pairs, and other encodings than UTF-8 when they are declared or show themselves.
    Raises `RemoteUnreadable`, which says what came instead and where it broke.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _parse_forgivingly(body, charset)


_STRINGS_AND_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
DEEPEST = 900
"""Levels that are read forgivingly. The interpreter has a limit of its own, but others may move it."""


def _too_deep(body: bytes) -> RemoteUnreadable:
    return RemoteUnreadable(f"JSON nested too deep to be read ({len(body)} bytes).")


def _is_too_deep(text: str) -> bool:
    if text.count("{") + text.count("[") <= DEEPEST:
        return False
    depth = 0
    for found in _STRINGS_AND_BRACKETS.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
        if depth > DEEPEST:
            return True
    return False


def parse_object(body: bytes, charset: str = "") -> dict[str, Any]:
    """The same for a document that must be a JSON object."""
    value = parse(body, charset)
    if not isinstance(value, dict):
        raise RemoteUnreadable(f"A JSON {_kind_of(value)} instead of an object.")
    return value


def serialise(value: Any) -> bytes:
    """The value as a document (UTF-8, no spaces). Raises `RemoteUnreadable` when it is nested over 254 levels deep."""
    return _dump(value, 0)


def canonical(value: Any) -> bytes:
    """The same bytes for equal values, however their members were ordered."""
    return _dump(value, orjson.OPT_SORT_KEYS)


def fingerprint(value: Any) -> bytes:
    """A hash of a value, 16 bytes; equal values have equal hashes, however their members were ordered.

    It tells changes, and guards nothing.
    """
    return xxh3_128_digest(canonical(value))


def text_of(value: Any) -> str:
    """A foreign value as text for people and databases: strings and numbers, trimmed; "" for anything else."""
    if isinstance(value, str):
        # The usual case needs no search: it is most of what a record is made of.
        return value.strip() if value.isascii() and "\x00" not in value else _UNWRITABLE.sub("", value).strip()
    if value is None:  # most of what is not there
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def texts_of(value: Any) -> tuple[str, ...]:
    """The texts of a foreign list, in its order, without empty ones and repeats; a single text counts as a list."""
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(text for each in values if (text := text_of(each))))


def object_of(value: Any) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects of a foreign list; whatever else it holds is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _dump(value: Any, options: int) -> bytes:
    try:
        return orjson.dumps(value, option=options)
    except orjson.JSONEncodeError as problem:
        raise RemoteUnreadable(f"JSON that cannot be kept: {problem}.") from problem


def _parse_forgivingly(body: bytes, charset: str) -> Any:
    try:
        text = _decode(body, charset)
        if _is_too_deep(text):
            raise _too_deep(body)
        value = json.loads(text, parse_constant=lambda _: None, parse_float=_finite, parse_int=_bounded)
        return _mend(value) if "\\ud" in text.lower() else value
    except RecursionError as problem:
        raise _too_deep(body) from problem
    except ValueError as problem:
        raise RemoteUnreadable(_explain(body, problem)) from problem


def _decode(body: bytes, charset: str) -> str:
    guessed = json.detect_encoding(body)
    if guessed.startswith("utf-8") and charset.lower() not in ("", "utf-8", "utf8"):
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            return _decode_declared(body, charset)
    return body.decode("utf-8-sig" if guessed == "utf-8" else guessed)


def _decode_declared(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except LookupError:
        raise RemoteUnreadable(f"JSON in an unknown encoding ({charset}).") from None


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def _bounded(digits: str) -> int | float | None:
    """An integer of up to 64 bits, as every writer of JSON takes it; a float beyond."""
    if len(digits) > _LONGEST:
        return _finite(digits)
    value = int(digits)
    return value if -(2**63) <= value < 2**64 else float(value)


def _mend(value: Any) -> Any:
    """Broken surrogate pairs replaced, so that the value can be written as UTF-8 again."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_mend(each) for each in value]
    if isinstance(value, dict):
        return {_mend(name): _mend(each) for name, each in value.items()}
    return value


def _explain(body: bytes, problem: ValueError) -> str:
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return "An empty answer instead of JSON."
    if start[:1] == b"<":
        return _describe_page(body, start)
    if isinstance(problem, UnicodeDecodeError):
        return f"JSON that is not in the encoding it claims: {problem.reason} at byte {problem.start} of {len(body)}."
    if start[:1] not in b'{["':
        return f"No JSON but: {_excerpt(start)}"
    return _explain_syntax(body, problem)


def _explain_syntax(body: bytes, problem: ValueError) -> str:
    if not isinstance(problem, json.JSONDecodeError):
        return f"JSON that cannot be read: {problem}."
    # An unterminated string is reported where it starts, everything else that is missing where the text ends.
    ends = problem.pos >= len(problem.doc.rstrip()) - 1 or problem.msg.startswith("Unterminated string")
    if ends and body.rstrip()[-1:] not in b"}]":
        return f"Truncated JSON: it ends after {len(body)} bytes ({problem.msg})."
    return f"Malformed JSON at line {problem.lineno}, column {problem.colno} of {len(body)} bytes: {problem.msg}."


def _describe_page(body: bytes, start: bytes) -> str:
    if start[:5].lower() == b"<?xml" and b"<html" not in start.lower():
        return f"XML instead of JSON: {_excerpt(start)}"
    found = _TITLE.search(body[:65536])
    return f"HTML page instead of JSON: {_excerpt(found.group(1)) if found else '(without a title)'}"


def _excerpt(content: bytes) -> str:
    text = " ".join(html.unescape(content[:400].decode("utf-8", "replace")).split())
    return text[:120] + ("..." if len(text) > 120 else "")


def _kind_of(value: Any) -> str:
    names = {list: "list", str: "text", bool: "truth value", int: "number", float: "number", type(None): "null"}
    return names.get(type(value), "value")
