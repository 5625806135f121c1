"""OAI-PMH answers to values: Identify, the metadata formats, and pages of records."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from windrow.errors import RemoteUnreadable
from windrow.formats import metadata
from windrow.formats.xml import (
    CSW,
    CSW3,
    GMD,
    GMI,
    MDB1,
    MDB2,
    OAI,
    OAI_DC,
    Element,
    fingerprint,
    local_name,
    parse,
    serialise,
)
from windrow.model.records import Record
from windrow.model.resources import RemoteRecord
from windrow.ports.source_kinds import Broken
from windrow.sources.oai_pmh.dates import Granularity, read_stamp

_ROOT = f"{{{OAI}}}OAI-PMH"
_ERROR = f"{{{OAI}}}error"
_RECORD = f"{{{OAI}}}record"
_HEADER = f"{{{OAI}}}header"
_METADATA = f"{{{OAI}}}metadata"
_TOKEN = f"{{{OAI}}}resumptionToken"
_LONGEST_IDENTIFIER = 1_000

_BEST_FAMILIES = (
    ((GMD, GMI), ("iso19139", "gmd", "gmi")),
    ((MDB2, MDB1), ("iso19115-3", "iso19115", "mdb")),
    ((OAI_DC,), ("oai_dc",)),
    ((CSW, CSW3), ("csw-record", "csw")),
)
"""Namespaces and the usual prefixes of the formats that can be read, the richest and most widely kept first."""

# What differs between two answers with the same records. The head stands before the first record and the token after
# the last, so that elements of these names inside a record are left alone.
_CHANGING_HEAD = re.compile(rb"<((?:[\w.-]+:)?(?:responseDate|request))\b[^>]*?(?:/>|>[^<]*</\1\s*>)")
_FIRST_RECORD = re.compile(rb"<(?:[\w.-]+:)?record[\s>]")
_LIST_SIZE = re.compile(rb"""completeListSize\s*=\s*["'][^"']*["']""")
_TOKEN_START = re.compile(rb"<(?:[\w.-]+:)?resumptionToken\b[^>]*>")


@dataclass(frozen=True, slots=True)
class Identity:
    """What Identify tells."""

    name: str
    base_url: str
    granularity: Granularity
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Format:
    """A metadata format on offer."""

    prefix: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to ListRecords.

    identifiers   of all its headers, in order, for telling pages apart; "" where a header has none
    token         what asks for the next page; "" at the end
    refused       the server knows the token no more (badResumptionToken)
    """

    records: Sequence[RemoteRecord] = ()
    gone: Sequence[str] = ()
    broken: Sequence[Broken] = ()
    identifiers: Sequence[str] = ()
    token: str = ""
    total: int | None = None
    refused: bool = False


@dataclass(slots=True)
class _Gathering:
    """A page while its records are sorted."""

    records: list[RemoteRecord] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)


def is_answer(body: bytes) -> bool:
    """Whether this is an answer of OAI-PMH 2.0 at all, be it an error."""
    try:
        return bool(parse(body).tag == _ROOT)
    except RemoteUnreadable:
        return False


def read_identity(body: bytes) -> Identity:
    """Reads Identify. Raises `RemoteUnreadable`."""
    root = _envelope(body)
    identify = _verb(root, "Identify")
    return Identity(
        name=_text(identify, "repositoryName"),
        base_url=_text(identify, "baseURL"),
        granularity=Granularity.of(_text(identify, "granularity")),
        answered_at=read_stamp(_text(root, "responseDate")),
    )


def read_formats(body: bytes) -> list[Format]:
    """Reads ListMetadataFormats. Raises `RemoteUnreadable`."""
    listed = _verb(_envelope(body), "ListMetadataFormats")
    return [Format(_text(each, "metadataPrefix"), _text(each, "metadataNamespace")) for each in listed]


def choose_format(offered: Sequence[Format]) -> str:
    """The prefix of the richest format that can be read. Raises `RemoteUnreadable` where none can."""
    ranked = sorted((rank, each.prefix) for each in offered if (rank := _rank(each)) is not None)
    if not offered:
        return "oai_dc"  # every repository must have it (section 2.5), whatever it lists
    if not ranked:
        names = ", ".join(each.prefix for each in offered)
        raise RemoteUnreadable(f"None of the repository's metadata formats can be read: {names}.")
    return ranked[0][1]


def read_page(body: bytes, *, pycsw: bool = False) -> Page:
    """Reads ListRecords. An empty list is a page without records. Raises `RemoteUnreadable` for any other error.

    `pycsw` takes its faults into account, seen in 2.6.2: all headers of a page are those of its first record, so the
    metadata's own identifiers count; and the token that ends the list is 0, which would ask for the first page.
    """
    root = _root(body)
    errors = _errors(root)
    if "badResumptionToken" in errors:
        return Page(refused=True)
    if set(errors) == {"noRecordsMatch"}:
        return Page()
    _refuse(errors)
    listed = _verb(root, "ListRecords")
    gathering = _Gathering()
    for record in listed.iterchildren(_RECORD):
        _sort_in(record, None if pycsw else record.find(_HEADER), gathering)
    token = listed.find(_TOKEN)
    text = "" if token is None else (token.text or "").strip()
    return Page(
        records=gathering.records,
        gone=gathering.gone,
        broken=gathering.broken,
        identifiers=gathering.identifiers,
        token="" if pycsw and text == "0" else text,
        total=None if token is None else _size(token),
    )


def wants_all_arguments(body: bytes) -> bool:
    """Whether the server refused a token because the request's other arguments were not beside it.

    The protocol forbids them there (section 3.5), but pycsw and some others cannot do without.
    """
    return b"badArgument" in body[:65_536] and is_answer(body) and "badArgument" in _errors(parse(body))


def page_fingerprint(body: bytes) -> bytes:
    """A hash of the page without its time, its request and its token's dress (expiry and cursor).

    The token's text and the list's size stay in, for they are part of what is read from the page: an equal page leads
    to an equal next one. Servers that make new tokens at each pass have new keys at each pass as well, so nothing is
    lost by it.
    """
    start = _FIRST_RECORD.search(body)
    if start is None:
        return fingerprint(_CHANGING_HEAD.sub(b"", body))
    head, end = body[: start.start()], body.rfind(b"record>")
    records, tail = body[start.start() : end], body[end:]
    return fingerprint(_CHANGING_HEAD.sub(b"", head) + records + _TOKEN_START.sub(_undress, tail))


def _undress(token: re.Match[bytes]) -> bytes:
    size = _LIST_SIZE.search(token.group())
    return b"<resumptionToken %b>" % (size.group() if size else b"")


def _root(body: bytes) -> Element:
    root = parse(body)
    if root.tag != _ROOT:
        raise RemoteUnreadable(f"<{local_name(root)}> instead of OAI-PMH 2.0: is this the repository's base URL?")
    return root


def _envelope(body: bytes) -> Element:
    root = _root(body)
    _refuse(_errors(root))
    return root


def _errors(root: Element) -> dict[str, str]:
    return {each.get("code") or "error": (each.text or "").strip() for each in root.iterchildren(_ERROR)}


def _refuse(errors: dict[str, str]) -> None:
    if errors:
        said = "; ".join(f"{code}: {text}" if text else code for code, text in errors.items())
        raise RemoteUnreadable(f"The repository answered {said}")


def _verb(root: Element, verb: str) -> Element:
    found = root.find(f"{{{OAI}}}{verb}")
    if found is None:
        inside = ", ".join(local_name(each) for each in root) or "nothing"
        raise RemoteUnreadable(f"The OAI-PMH answer holds no {verb} but {inside}.")
    return found


def _text(parent: Element, name: str) -> str:
    return (parent.findtext(f"{{{OAI}}}{name}") or "").strip()


def _size(token: Element) -> int | None:
    try:
        return int(token.get("completeListSize", ""))
    except ValueError:
        return None


def _rank(offered: Format) -> tuple[int, int] | None:
    """Smaller is better: the family, then a usual prefix before a profile's (`iso19139.anzlic`); None is unreadable."""
    prefix, space = offered.prefix.lower(), offered.namespace.rstrip("/")
    for family, (spaces, names) in enumerate(_BEST_FAMILIES):
        if space in [each.rstrip("/") for each in spaces] or prefix.partition(".")[0] in names:
            return family, names.index(prefix) if prefix in names else len(names)
    return None


def _sort_in(record: Element, header: Element | None, page: _Gathering) -> None:
    identifier = "" if header is None else _text(header, "identifier")
    if header is not None and header.get("status") == "deleted" and identifier:
        page.identifiers.append(identifier)
        page.gone.append(identifier)
        return
    holder = record.find(_METADATA)
    document = None if holder is None else next(holder.iterchildren("*"), None)
    identifier = identifier or _own_identifier(document)
    page.identifiers.append(identifier)
    if 0 < len(identifier) <= _LONGEST_IDENTIFIER:
        stamp = None if header is None else read_stamp(_text(header, "datestamp"))
        page.records.append(_record(record, document, identifier, stamp))
    else:
        page.broken.append(_broken(record, identifier))


def _own_identifier(document: Element | None) -> str:
    """For servers whose headers have none."""
    try:
        return "" if document is None else metadata.identifier_of(document)
    except RemoteUnreadable:
        return ""


def _record(record: Element, document: Element | None, identifier: str, stamp: datetime | None) -> RemoteRecord:
    raw = serialise(record if document is None else document)
    read = partial(_normalise, document, identifier, stamp)
    return RemoteRecord(
        identifier=identifier, fingerprint=fingerprint(raw), raw=raw, media_type="application/xml", read=read
    )


def _normalise(document: Element | None, identifier: str, stamp: datetime | None) -> Record:
    """The record, with the header's date stamp for its change where the metadata itself has none."""
    if document is None:
        raise RemoteUnreadable(f"The record {identifier} came without metadata.")
    record = metadata.read(document)
    return replace(record, modified=stamp) if record.modified is None else record


def _broken(record: Element, identifier: str) -> Broken:
    raw = serialise(record)
    if identifier:
        return Broken(
            identifier=identifier[:900] + fingerprint(raw).hex(),
            raw=raw,
            problem=f"The record's identifier has {len(identifier)} characters; {_LONGEST_IDENTIFIER} are allowed.",
        )
    return Broken(
        identifier=f"without-identifier-{fingerprint(raw).hex()}",
        raw=raw,
        problem="The record has no identifier, neither in its header nor in its metadata.",
    )
