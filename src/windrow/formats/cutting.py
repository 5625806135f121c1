"""Cutting: records as the very bytes they came in, instead of writing each anew from the parsed page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from windrow.formats.xml import Element, serialise

_ATTRIBUTE = rb"""\s+([^\s=<>"'/]+)\s*=\s*(?:"[^"<]*"|'[^'<]*')"""
_START = re.compile(rb"<([^\s<>/]+)((?:" + _ATTRIBUTE + rb")*)\s*(/?)>")
_DECLARED = re.compile(rb"""\sxmlns(?::([^\s=]+))?\s*=""")


def documents_of(body: bytes, elements: Sequence[Element]) -> list[bytes]:
    """Each element as a document complete by itself. They are siblings, in the order in which `body` holds them.

    Cut out of the body where that is certain, which costs a tenth of writing them anew; else written anew.
    """
    if not elements:
        return []
    parent = elements[0].getparent()
    if parent is None or not _is_utf8(parent):
        return [serialise(element) for element in elements]
    cut = list(_cut(body, parent, elements))
    if len(cut) == len(elements) and _ends_cleanly(body, parent, cut):
        return [document for document, _ in cut]
    return [serialise(element) for element in elements]


def _is_utf8(element: Element) -> bool:
    encoding = element.getroottree().docinfo.encoding
    return encoding is None or encoding.upper() in ("UTF-8", "US-ASCII", "ASCII")


def _ends_cleanly(body: bytes, parent: Element, cut: Sequence[tuple[bytes, int]]) -> bool:
    end = _skip_space(body, cut[-1][1])
    return body.startswith(b"</" + _name_of(parent), end)


def _cut(body: bytes, parent: Element, elements: Sequence[Element]) -> Iterator[tuple[bytes, int]]:
    # Between two records only white space may stand. A comment, a CDATA section with an end tag in it, or a record
    # within a record leaves something else there, and then nothing of this page is cut.
    inherited = dict(parent.nsmap)
    around = _name_of(parent)
    position = body.find(b"<" + _name_of(elements[0]), max(0, body.find(b"<" + around)))
    tag: _Tag | None = None
    for element in elements:
        start = _skip_space(body, position)
        if tag is None or not body.startswith(tag.text, start):
            tag = _read_tag(body, start, inherited) if position >= 0 else None
        if tag is None or tag.name != _name_of(element) or tag.name == around:
            return
        position = _end_of(body, start + len(tag.text), tag)
        if position < 0:
            return
        yield body[start : start + tag.place] + tag.missing + body[start + tag.place : position], position


class _Tag(NamedTuple):
    """A start tag; nearly all records of a page begin with the same.

    end      the end tag that belongs to it; empty for an element that is empty by itself
    place    where further declarations go, counted from its beginning
    missing  the declarations that stand around it and that it does not make itself
    """

    text: bytes
    name: bytes
    end: bytes
    place: int
    missing: bytes


def _read_tag(body: bytes, start: int, inherited: Mapping[str | None, str]) -> _Tag | None:
    found = _START.match(body, start)
    if found is None:
        return None
    name, attributes, _, empty = found.groups()
    declared = {prefix.decode() if prefix else None for prefix in _DECLARED.findall(attributes)}
    missing = [
        f" xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}"
        for prefix, uri in inherited.items()
        if prefix not in declared
    ]
    end = b"" if empty else b"</" + name + b">"
    return _Tag(found.group(), name, end, len(name) + 1, "".join(missing).encode())


def _name_of(element: Element) -> bytes:
    name = str(element.tag).rpartition("}")[2]
    return f"{element.prefix}:{name}".encode() if element.prefix else name.encode()


def _skip_space(body: bytes, position: int) -> int:
    while position >= 0 and body[position : position + 1] in (b" ", b"\n", b"\r", b"\t"):
        position += 1
    return position


def _end_of(body: bytes, inside: int, tag: _Tag) -> int:
    if not tag.end:
        return inside
    found = body.find(tag.end, inside)
    return -1 if found < 0 else found + len(tag.end)
