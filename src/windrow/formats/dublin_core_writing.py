"""A record to Dublin Core: a csw:Record in the order of CSW 2.0.2's schema, for catalogues that know nothing richer.

What Dublin Core has no place for is lost: e-mail addresses and the like of contacts and all roles but three, titles
and relations of links, geometries beyond the box, and the time of day of periods' ends.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from windrow.formats.dates import date_text, last_moment
from windrow.formats.xml import CSW, DC, DCT, OWS, Element, clean, clean_address
from windrow.model.records import Box, Contact, Record

ROOT = f"{{{CSW}}}Record"

_LATITUDE_FIRST = "urn:ogc:def:crs:EPSG::4326"
_CREATORS = frozenset(("author", "creator", "originator", "principalInvestigator"))
_PUBLISHERS = frozenset(("publisher", "distributor", "resourceProvider"))


def write(record: Record) -> bytes:
    """The document (UTF-8, with a declaration)."""
    root = etree.Element(ROOT, nsmap={"csw": CSW, "dc": DC, "dct": DCT, "ows": OWS})
    for space, name, text in _texts(record):
        if clean(text).strip():
            etree.SubElement(root, f"{{{space}}}{name}").text = clean(text)
    for link in record.links:
        reference = etree.SubElement(root, f"{{{DCT}}}references")
        reference.text = clean_address(link.href)
        if link.protocol or link.media_type:
            reference.set("scheme", clean_address(link.protocol or link.media_type))
    if record.bbox:
        _write_boxes(root, record.bbox)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _texts(record: Record) -> Iterator[tuple[str, str, str]]:
    yield DC, "identifier", record.identifier
    yield DC, "title", record.title
    yield DC, "type", record.type
    yield from ((DC, "subject", keyword) for keyword in record.keywords)
    yield DCT, "abstract", record.abstract
    yield from ((DC, _element_of(each), each.organisation or each.name or each.email) for each in record.contacts)
    yield from ((DCT, name, date_text(when)) for name, when in _moments(record) if when)
    yield DC, "language", record.language
    yield DC, "rights", record.licence
    yield DCT, "isPartOf", record.collection
    if record.time_start or record.time_end:
        yield DCT, "temporal", _period(record)


def _moments(record: Record) -> Iterator[tuple[str, datetime | None]]:
    yield "created", record.created
    yield "modified", record.modified


def _element_of(contact: Contact) -> str:
    if contact.role in _CREATORS:
        return "creator"
    return "publisher" if contact.role in _PUBLISHERS else "contributor"


def _period(record: Record) -> str:
    """DCMI Period. Its end is a day that belongs to it."""
    parts = []
    if record.time_start:
        parts.append(f"start={date_text(record.time_start)}")
    if record.time_end:
        parts.append(f"end={last_moment(record.time_end).astimezone(UTC).date().isoformat()}")
    return "; ".join(parts)


def _write_boxes(root: Element, box: Box) -> None:
    """The box; where it crosses the antimeridian, in two."""
    west, south, east, north = box
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    for start, end in spans:
        held = etree.SubElement(root, f"{{{OWS}}}BoundingBox", crs=_LATITUDE_FIRST)
        etree.SubElement(held, f"{{{OWS}}}LowerCorner").text = f"{south!r} {start!r}"
        etree.SubElement(held, f"{{{OWS}}}UpperCorner").text = f"{north!r} {end!r}"
