"""Record rows: a record as columns and a JSON body, and back, without loss.

What is searched or sorted by has a column; the rest is one JSON object in `body`, empty fields left out.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from windrow.model.records import Box, Contact, Link, Record
from windrow.storage.moments import from_microseconds, to_microseconds

IDENTIFIER_WIDTH = 500
TYPE_WIDTH = 64
STANDARD_WIDTH = 32
"""Characters that the columns hold: an index entry must fit into a page. What is longer stands whole in the body."""

TITLE_KEY_WIDTH = 60

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL within JSON, and not the same letters after a backslash of the text."""


class RecordRow(NamedTuple):
    """A record's columns, as a select gives them; moments are aware or None, the body is parsed."""

    identifier: str
    type: str
    title: str
    collection: str
    standard: str
    modified: datetime | None
    time_start: datetime | None
    time_end: datetime | None
    west: float | None
    south: float | None
    east: float | None
    north: float | None
    body: Mapping[str, Any]


def encode(record: Record) -> RecordRow:
    """The columns of a record."""
    west, south, east, north = record.bbox or (None, None, None, None)
    return RecordRow(
        record.identifier[:IDENTIFIER_WIDTH],
        record.type[:TYPE_WIDTH],
        record.title,
        record.collection[:IDENTIFIER_WIDTH],
        record.standard[:STANDARD_WIDTH],
        record.modified,
        record.time_start,
        record.time_end,
        west,
        south,
        east,
        north,
        _body(record),
    )


def _body(record: Record) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if record.abstract:
        body["abstract"] = record.abstract
    if record.keywords:
        body["keywords"] = record.keywords
    if record.contacts:
        body["contacts"] = [
            _trimmed([each.name, each.organisation, each.role, each.email, each.phone, each.url], 0)
            for each in record.contacts
        ]
    if record.licence:
        body["licence"] = record.licence
    if record.links:
        body["links"] = [
            # An empty relation is kept, because a link that says nothing of it is merely related.
            _trimmed([each.href, each.rel, each.title, each.description, each.media_type, each.protocol], 2)
            for each in record.links
        ]
    if record.geometry is not None:
        body["geometry"] = record.geometry
    if record.created is not None:
        body["created"] = to_microseconds(record.created)
    if record.language:
        body["language"] = record.language
    _keep_long(record, body)
    return body


def _trimmed(values: list[str], least: int) -> list[str]:
    """Without the empty values at the end."""
    while len(values) > least and not values[-1]:
        values.pop()
    return values


def _keep_long(record: Record, body: dict[str, Any]) -> None:
    if len(record.identifier) > IDENTIFIER_WIDTH:
        body["identifier"] = record.identifier
    if len(record.collection) > IDENTIFIER_WIDTH:
        body["collection"] = record.collection
    if len(record.type) > TYPE_WIDTH:
        body["type"] = record.type
    if len(record.standard) > STANDARD_WIDTH:
        body["standard"] = record.standard


def decode(row: Any) -> Record:
    """The record of a row that has the columns of `RecordRow` (and perhaps more)."""
    body = row.body
    created = body.get("created")
    return Record(
        identifier=body.get("identifier", row.identifier),
        title=row.title,
        abstract=body.get("abstract", ""),
        type=body.get("type", row.type),
        keywords=tuple(body.get("keywords", ())),
        contacts=tuple(Contact(*each) for each in body.get("contacts", ())),
        licence=body.get("licence", ""),
        links=tuple(Link(*each) for each in body.get("links", ())),
        bbox=None if row.west is None else (row.west, row.south, row.east, row.north),
        geometry=body.get("geometry"),
        time_start=row.time_start,
        time_end=row.time_end,
        created=None if created is None else from_microseconds(created),
        modified=row.modified,
        language=body.get("language", ""),
        collection=body.get("collection", row.collection),
        standard=body.get("standard", row.standard),
    )


def title_key(title: str) -> str:
    """What titles are sorted by."""
    return " ".join(title.casefold().split())[:TITLE_KEY_WIDTH]


def sound(record: Record) -> tuple[Record, RecordRow, str]:
    """The record, its columns and its body as text.

    PostgreSQL keeps no NUL, neither database keeps half a surrogate pair, and a box has numbers. One record that comes
    with such a thing must not stop the page it is on, so the mark for what cannot be shown takes its place.
    """
    try:
        row, body = _written(record)
    except (TypeError, ValueError):
        record = replace(mended(record), bbox=_finite(record.bbox))
        row, body = _written(record)
    return record, row, body


def _written(record: Record) -> tuple[RecordRow, str]:
    row = encode(record)
    texts = "".join(row[:5])
    texts.encode()  # raises a ValueError for half a surrogate pair; orjson raises a TypeError
    body = orjson.dumps(row.body).decode()
    if "\0" in texts or ("\\u0000" in body and _NUL.search(body)) or _finite(record.bbox) != record.bbox:
        raise ValueError("not to be kept as it is")
    return row, body


def _finite(box: Box | None) -> Box | None:
    return box if box is not None and math.isfinite(sum(box)) else None


def mended(value: Any) -> Any:
    """The value with every character replaced that cannot be kept."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode().replace("\0", "\ufffd")
    if isinstance(value, Mapping):
        return {mended(name): mended(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(mended(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: mended(getattr(value, field.name)) for field in fields(value)})
    return value
