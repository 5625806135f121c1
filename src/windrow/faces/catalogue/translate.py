"""Our records as OGC API - Records writes them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from windrow.faces.catalogue import wire
from windrow.formats.dates import INSTANT
from windrow.formats.exports.entries import geometry_of, text_of
from windrow.model.records import Contact, Link, Record
from windrow.ports.catalogue import Entry

_OURS = frozenset(("self", "root", "parent", "collection", "items", "item", "next", "prev", "alternate"))
"""Relations that would say where a record stands in this catalogue: a foreign link with one is merely related here."""

_DAY = timedelta(days=1)


def to_feature(entry: Entry, root: str, collection_id: str) -> dict[str, Any]:
    """A record as a GeoJSON Feature (20-004r1, section 7). `root` is the address of the landing page."""
    record = entry.record
    feature: dict[str, Any] = {
        "id": str(entry.id),
        "type": "Feature",
        "conformsTo": wire.RECORD_CONFORMS_TO,
        "time": to_time(record.time_start, record.time_end),
        "geometry": geometry_of(record),
        "properties": to_properties(record),
        "links": [*_own_links(entry, root, collection_id), *map(to_link, record.links)],
    }
    return feature if record.bbox is None else feature | {"bbox": list(record.bbox)}


def to_properties(record: Record) -> dict[str, Any]:
    """The properties, without those that a record does not have."""
    properties = {
        "type": record.type,
        "title": record.title,
        "description": record.abstract,
        "keywords": list(record.keywords),
        "language": {"code": record.language} if record.language else None,
        "created": text_of(record.created),
        "updated": text_of(record.modified),
        "contacts": [to_contact(each) for each in record.contacts],
        "license": record.licence,
        "externalIds": [{"value": record.identifier}] if record.identifier else None,
    }
    return {name: value for name, value in properties.items() if value}


def to_time(start: datetime | None, end: datetime | None) -> dict[str, Any] | None:
    """The time extent: a date, a timestamp or an interval, whose end is included, unlike ours."""
    if start is None and end is None:
        return None
    if start is not None and end is not None and end - start <= INSTANT:
        return {"timestamp": text_of(start)}
    if _is_midnight(start) and _is_midnight(end):
        first, last = _date(start), _date(None if end is None else end - _DAY)
        return {"date": first} if first == last else {"interval": [first or "..", last or ".."]}
    return {"interval": [text_of(start) or "..", text_of(None if end is None else end - INSTANT) or ".."]}


def _is_midnight(moment: datetime | None) -> bool:
    return moment is None or moment.astimezone(UTC).timetz().replace(tzinfo=None) == datetime.min.time()


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).date().isoformat()


def to_contact(contact: Contact) -> dict[str, Any]:
    """A contact (20-004r1, table 9)."""
    fields: dict[str, Any] = {
        "name": contact.name,
        "organization": contact.organisation,
        "emails": [{"value": contact.email}] if contact.email else None,
        "phones": [{"value": contact.phone}] if contact.phone else None,
        "links": [{"href": contact.url, "rel": "about"}] if contact.url else None,
        "roles": [contact.role] if contact.role else None,
    }
    return {name: value for name, value in fields.items() if value}


def to_link(link: Link) -> dict[str, Any]:
    """A link of the record's own."""
    fields = {
        "href": link.href,
        "rel": "related" if link.rel in _OURS or not link.rel else link.rel,
        "type": link.media_type,
        "title": link.title,
        "description": link.description,
        "protocol": link.protocol,
    }
    return {name: value for name, value in fields.items() if value}


def _own_links(entry: Entry, root: str, collection_id: str) -> list[dict[str, Any]]:
    collection = f"{root}/collections/{quote(collection_id, safe='')}"
    item = f"{collection}/items/{entry.id}"
    return [
        wire.link("self", item, wire.GEOJSON),
        {"rel": "alternate", "href": f"{item}/document", "title": "The document that it was read from"},
        wire.link("collection", collection, title=entry.source_name),
    ]


def to_page(features: list[dict[str, Any]], links: list[dict[str, Any]], matched: int | None) -> dict[str, Any]:
    """A page of records. `matched` is left out when it is not known exactly."""
    page: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": features,
        "links": links,
        "timeStamp": text_of(datetime.now(UTC)),
        "numberReturned": len(features),
    }
    return page if matched is None else page | {"numberMatched": matched}


def to_collection(collection_id: str, title: str, description: str, root: str) -> dict[str, Any]:
    """A collection of records: a searchable catalogue (20-004r1, section 8)."""
    address = f"{root}/collections/{quote(collection_id, safe='')}"
    return {
        "id": collection_id,
        "type": "Collection",
        "title": title,
        "description": description,
        "itemType": "record",
        "crs": [wire.CRS84],
        "conformsTo": wire.CONFORMS_TO,
        "links": [
            wire.link("self", address, wire.CATALOGUE),
            wire.link("root", root),
            wire.link("items", f"{address}/items", wire.GEOJSON, "The records"),
            wire.link(wire.QUERYABLES, f"{address}/queryables", wire.SCHEMA),
            wire.link(wire.SORTABLES, f"{address}/sortables", wire.SCHEMA),
        ],
    }


def to_schema(address: str, title: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What can be asked or sorted by, as a JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": title,
        "properties": dict(properties),
        "additionalProperties": False,
    }
