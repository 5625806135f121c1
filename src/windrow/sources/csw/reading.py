"""CSW answers to values: how many records there are, and pages of them."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from xml.sax.saxutils import unescape

from lxml import etree
from xxhash import xxh3_128

from windrow.errors import RemoteUnreadable
from windrow.formats import metadata
from windrow.formats.cutting import documents_of, fingerprints, is_utf8, pieces_of
from windrow.formats.dates import moment
from windrow.formats.xml import CSW, GMD, GMI, GMI1, MDB1, MDB2, Element, fingerprint, local_name, parse
from windrow.model.resources import RemoteRecord
from windrow.ports.source_kinds import Broken, PageKey, Reading, left_behind
from windrow.sources.csw.capabilities import refuse_exception
from windrow.sources.csw.searches import Search

_RESPONSE = f"{{{CSW}}}GetRecordsResponse"
_STATUS = f"{{{CSW}}}SearchStatus"
_RESULTS = f"{{{CSW}}}SearchResults"
_LONGEST_IDENTIFIER = 1_000
_WITHOUT_MARKUP = frozenset([GMD, GMI, GMI1, MDB1, MDB2])
"""Schemas whose texts hold no elements."""

_ENVELOPE = re.compile(rb"<((?:[\w.-]+:)?SearchResults)\b[^>]*>")
_ENVELOPE_WITHIN = 16_384
_COMMENT = rb"<!--(?:[^-]|-[^-])*-->"
_PLAIN_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^<>]*>)?(?:[^<]|<[^!?]|" + _COMMENT + rb")*?" + _ENVELOPE.pattern
)
"""Up to the records, where nothing hides a start tag: no CDATA section, declaration or processing instruction."""

_CHANGING = re.compile(rb"""\b(timestamp|expires|resultSetId|elapsedTime)\s*=\s*("[^"]*"|'[^']*')""")
_QUOTES = {"&quot;": '"', "&apos;": "'"}
_IDENTIFIER_WITHIN = 4_096
_IDENTIFIER = re.compile(rb"<(?:[\w.-]+:)?(?:fileIdentifier|identifier)\b[^>]*>\s*(?:<[^>]*>\s*)?([^<\s][^<]{0,999})")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around the records of an answer. `next` is 0 where no more come, `answered_at` the server's time."""

    matched: int | None
    next: int
    answered_at: datetime | None
    results: Element


def read_envelope(body: bytes, *, keep_blanks: bool = True) -> Envelope:
    """Reads an answer to GetRecords, be it hits or results. Raises `RemoteUnreadable`."""
    root = parse(body, keep_blanks=keep_blanks)
    refuse_exception(root)
    results = root.find(_RESULTS) if root.tag == _RESPONSE else None
    if results is None:
        raise RemoteUnreadable(f"<{local_name(root)}> without search results instead of an answer to GetRecords.")
    status = root.find(_STATUS)
    return Envelope(
        matched=_number(results.get("numberOfRecordsMatched")),
        next=_number(results.get("nextRecord")) or 0,
        answered_at=None if status is None else moment(status.get("timestamp") or ""),
        results=results,
    )


def read_page(key: PageKey, body: bytes) -> Reading:
    """Reads a page. One that is whole but malformed leads to its halves, until the bad record stands alone.

    Raises `RemoteUnreadable` for what is no page, and for an empty one where records were announced.
    """
    try:
        envelope = read_envelope(body, keep_blanks=Search.of(key).output_schema not in _WITHOUT_MARKUP)
    except RemoteUnreadable as problem:
        if _is_whole(body) and isinstance(problem.__cause__, etree.XMLSyntaxError):
            return _split(key, body, str(problem))
        raise
    records: list[RemoteRecord] = []
    broken: list[Broken] = []
    elements = list(envelope.results)
    for element, raw in zip(elements, documents_of(body, elements), strict=True):
        _sort_in(element, raw, records, broken)
    following = _follow(key, envelope, len(envelope.results))
    return Reading(records=records, broken=broken, next=following, total=envelope.matched)


def skim_page(key: PageKey, body: bytes) -> Reading | None:
    """What records a page holds, by their bytes alone; None where these do not tell it for certain.

    Only the envelope is parsed. The fingerprint of a record is that of the same bytes when they were read, and where
    it is known under the identifier that stands in them, they are the same record: well-formed, and as it was.
    """
    opened = _PLAIN_HEAD.match(body, 0, _ENVELOPE_WITHIN)
    pieces = pieces_of(body, opened.end(), opened[1]) if opened else None
    if opened is None or pieces is None:
        return None
    end = pieces[-1].end if pieces else opened.end()
    try:
        envelope = read_envelope(body[: opened.end()] + body[end:])
        following = _follow(key, envelope, len(pieces))
    except RemoteUnreadable:
        return None
    if len(envelope.results) or not is_utf8(envelope.results):
        return None
    records = []
    for piece, digest in zip(pieces, fingerprints(body, pieces, envelope.results), strict=True):
        named = _IDENTIFIER.search(body, piece.inside, min(piece.end, piece.inside + _IDENTIFIER_WITHIN))
        if named is None:
            return None
        identifier = unescape(named[1].decode(errors="replace"), _QUOTES).strip()
        records.append(RemoteRecord(identifier, digest, b"", "application/xml", left_behind))
    return Reading(records=records, next=following, total=envelope.matched)


def page_fingerprint(body: bytes) -> bytes:
    """A hash of the page without the time stamps of its envelope."""
    opened = _ENVELOPE.search(body, 0, _ENVELOPE_WITHIN)
    end = opened.end() if opened else 0
    digest = xxh3_128(_CHANGING.sub(rb"\1", body[:end]))
    digest.update(memoryview(body)[end:])
    return digest.digest()


def _follow(key: PageKey, envelope: Envelope, returned: int) -> list[PageKey]:
    """The pages that fill what this one left open: servers cap page sizes, and lists grow while they are read."""
    search, start, size = Search.of(key), int(key["start"]), int(key["size"])
    if envelope.matched is None:
        return _follow_blindly(search, start, size, envelope.next, returned)
    end = min(start + size - 1, envelope.matched)
    covered = start + returned - 1
    if envelope.next > start:
        covered = max(covered, min(envelope.next - 1, end))
    if returned == 0 and covered < start <= envelope.matched and not key.get("rest"):
        raise RemoteUnreadable(f"No records from position {start}, although {envelope.matched} are announced.")
    if returned == 0:
        return []
    rest = [
        search.key(place, min(returned, end - place + 1), rest=True) for place in range(covered + 1, end + 1, returned)
    ]
    if key.get("last") and envelope.matched > start + size - 1:
        rest.append(search.key(start + size, size, last=True))
    return rest


def _follow_blindly(search: Search, start: int, size: int, following: int, returned: int) -> list[PageKey]:
    """Without a count: as long as the server names a next position, or fills its pages."""
    if returned == 0:
        return []
    if following > start:
        return [search.key(following, size, last=True)]
    return [search.key(start + returned, size, last=True)] if returned >= size else []


def _sort_in(element: Element, raw: bytes, records: list[RemoteRecord], broken: list[Broken]) -> None:
    digest = fingerprint(raw)
    try:
        identifier = metadata.identifier_of(element)
    except RemoteUnreadable as problem:
        broken.append(Broken(f"without-identifier-{digest.hex()}", raw, str(problem)))
        return
    if len(identifier) > _LONGEST_IDENTIFIER:
        told = f"Its identifier has {len(identifier)} characters; {_LONGEST_IDENTIFIER} are allowed."
        broken.append(Broken(f"{identifier[:900]}-{digest.hex()}", raw, told))
        return
    read = partial(metadata.read, element)
    records.append(RemoteRecord(identifier, digest, raw, "application/xml", read))


def _is_whole(body: bytes) -> bool:
    """Whether it came to its end, so that asking again would bring the same: no truncation, and no entity bomb."""
    return body.rstrip().endswith(b"GetRecordsResponse>") and b"<!DOCTYPE" not in body[:1024]


def _split(key: PageKey, body: bytes, problem: str) -> Reading:
    search, start, size = Search.of(key), int(key["start"]), int(key["size"])
    if size == 1:
        found = _IDENTIFIER.search(body)
        identifier = found.group(1).decode("utf-8", "replace").strip() if found else f"at-position-{start}"
        return Reading(broken=[Broken(identifier, body, problem)])
    half = size // 2
    return Reading(
        next=[
            search.key(start, half, rest=True),
            search.key(start + half, size - half, rest=True, last=bool(key.get("last"))),
        ]
    )


def _number(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None
