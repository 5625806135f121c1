"""A record to a STAC item (1.1); pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import geojson
from windrow.formats.dates import last_moment
from windrow.formats.json import object_of, parse_object, text_of
from windrow.formats.stac import STRUCTURE
from windrow.formats.stac_links import Fields, absolute_maker, assets_of, kept_links, original_link
from windrow.model.records import Box, Contact, Link, Record

CONTACTS = "https://stac-extensions.github.io/contacts/v0.1.1/schema.json"
LANGUAGE = "https://stac-extensions.github.io/language/v1.0.0/schema.json"

VERSION = "1.1.0"

_LICENCE = re.compile(r"[\w.+-]+")
_ROLES = {"enclosure": "data", "preview": "thumbnail", "describedby": "metadata"}
_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")


def item_of(record: Record) -> Fields:
    """An item made of what was read of it. It has no `datetime` where the record has no date of any kind."""
    texts = {"title": record.title, "description": record.abstract, "license": record.licence}
    box = record.bbox or (geojson.envelope(record.geometry) if record.geometry else None)
    return {
        "stac_extensions": [],
        "geometry": dict(record.geometry) if record.geometry else _polygon_of(box) if box else None,
        **({"bbox": list(box)} if box else {}),
        "properties": {**{name: text for name, text in texts.items() if text}, **_times_of(record)},
    }


def static_item(record: Record, identifier: str, raw: bytes = b"", media_type: str = "") -> Fields:
    """An item that is to stand in a catalogue of files under the id `identifier`, without links into that catalogue.

    That is `raw` where it is a STAC item, with its links made absolute; else it is written. It belongs to no
    collection, since none is there: the name of its own stands in `windrow:collection`.
    """
    document = _item_in(raw, media_type)
    item = _written(record) if document is None else _kept(document, record)
    if record.collection:
        item["properties"]["windrow:collection"] = record.collection
    return {"type": "Feature", "stac_version": VERSION, **item, "id": identifier}


def moment_text(moment: datetime) -> str:
    """A moment as RFC 3339."""
    return moment.isoformat().replace("+00:00", "Z")


def _item_in(raw: bytes, media_type: str) -> Fields | None:
    if not raw or not media_type.partition(";")[0].strip().lower().endswith("json"):
        return None
    try:
        document = parse_object(raw)
    except RemoteUnreadable:
        return None
    known = text_of(document.get("stac_version")).startswith("1.") and isinstance(document.get("properties"), dict)
    return document if known and document.get("type") == "Feature" else None


def _kept(document: Mapping[str, Any], record: Record) -> Fields:
    make_absolute = absolute_maker(document, record)
    return {
        **{name: value for name, value in document.items() if name != "collection"},
        "geometry": document.get("geometry"),
        "properties": {**object_of(document.get("properties"))},
        "links": [*original_link(document, record), *kept_links(document, make_absolute)],
        "assets": assets_of(document, make_absolute),
    }


def _written(record: Record) -> Fields:
    item = item_of(record)
    properties = item["properties"]
    extensions = []
    if record.keywords:
        properties["keywords"] = list(record.keywords)
    if record.language:
        properties["language"] = {"code": record.language}
        extensions.append(LANGUAGE)
    if contacts := [_contact(each) for each in record.contacts if each.name or each.organisation]:
        properties["contacts"] = contacts
        extensions.append(CONTACTS)
    if record.licence and not _LICENCE.fullmatch(record.licence):
        # Only SPDX identifiers and `other` may stand there.
        properties |= {"license": "other", "windrow:licence": record.licence}
    if record.type != "item":
        properties["windrow:type"] = record.type
    links = [_link(each) for each in record.links if each.href and each.rel not in _ROLES]
    if record.licence.startswith(("http://", "https://")):
        links.append({"rel": "license", "href": record.licence})
    return {**item, "stac_extensions": extensions, "links": links, "assets": dict(_assets(record))}


def _times_of(record: Record) -> Fields:
    """Both ends of a period, or neither: STAC wants it so. Its end belongs to it, that of ours does not."""
    start = record.time_start
    end = last_moment(record.time_end) if record.time_end else None
    known: dict[str, datetime | None] = {"created": record.created, "updated": record.modified}
    times: Fields = {name: moment_text(moment) for name, moment in known.items() if moment is not None}
    if start and end and start < end:
        return {**times, "datetime": None, "start_datetime": moment_text(start), "end_datetime": moment_text(end)}
    moment = start or end or record.created or record.modified
    return {**times, "datetime": moment_text(moment)} if moment else times


def _polygon_of(box: Box) -> Fields:
    """The box as a polygon, cut in two where it crosses the antimeridian (RFC 7946, 3.1.9)."""
    west, south, east, north = box
    if west <= east:
        return {"type": "Polygon", "coordinates": [_ring(box)]}
    return {
        "type": "MultiPolygon",
        "coordinates": [[_ring((west, south, 180.0, north))], [_ring((-180.0, south, east, north))]],
    }


def _ring(box: Box) -> list[list[float]]:
    west, south, east, north = box
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _contact(contact: Contact) -> Fields:
    fields: Fields = {"name": contact.name, "organization": contact.organisation}
    for name, text in (("emails", contact.email), ("phones", contact.phone)):
        fields[name] = [{"value": text}] if text else []
    fields["links"] = [{"href": contact.url, "rel": "about"}] if contact.url else []
    fields["roles"] = [contact.role] if contact.role else []
    return {name: value for name, value in fields.items() if value}


def _link(link: Link) -> Fields:
    rel = "related" if link.rel in {*STRUCTURE, "self", ""} else link.rel
    return {"rel": rel, "href": link.href, **_described(link)}


def _described(link: Link) -> Fields:
    texts = {"type": link.media_type, "title": link.title, "description": link.description}
    return {name: text for name, text in texts.items() if text}


def _assets(record: Record) -> Iterator[tuple[str, Fields]]:
    """What is to be downloaded or seen, by keys made of their titles."""
    taken: set[str] = set()
    for link in record.links:
        if not link.href or link.rel not in _ROLES:
            continue
        role = _ROLES[link.rel]
        plain = _NOT_IN_KEYS.sub("-", link.title.lower()).strip("-")[:40] or role
        key = next(each for each in _keys(plain) if each not in taken)
        taken.add(key)
        yield key, {"href": link.href, **_described(link), "roles": [role]}


def _keys(plain: str) -> Iterator[str]:
    yield plain
    number = 2
    while True:
        yield f"{plain}-{number}"
        number += 1
