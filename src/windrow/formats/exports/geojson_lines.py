"""Newline-delimited GeoJSON: one Feature in each line, as GDAL's GeoJSONSeq, jq and many others read it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import orjson

from windrow.formats.exports.entries import Exportable, geometry_of, text_of

BATCH = 500
"""Lines per piece: large enough to be sent at once, small enough to be no burden."""


def stream_geojson_lines(entries: Iterable[Exportable]) -> Iterator[bytes]:
    """Each entry as a line."""
    lines: list[bytes] = []
    for entry in entries:
        lines.append(orjson.dumps(feature_of(entry), option=orjson.OPT_APPEND_NEWLINE))
        if len(lines) == BATCH:
            yield b"".join(lines)
            lines.clear()
    if lines:
        yield b"".join(lines)


def feature_of(entry: Exportable) -> dict[str, Any]:
    """The record as a GeoJSON Feature; fields that it does not have are left out."""
    record = entry.record
    feature: dict[str, Any] = {"type": "Feature", "id": entry.id}
    if record.bbox is not None:
        feature["bbox"] = record.bbox
    properties = {
        "source_id": entry.source_id,
        "source": entry.source_name,
        "identifier": record.identifier,
        "title": record.title,
        "abstract": record.abstract,
        "type": record.type,
        "keywords": record.keywords,
        "contacts": [_filled(asdict(each)) for each in record.contacts],
        "licence": record.licence,
        "links": [_filled(asdict(each)) for each in record.links],
        "time_start": text_of(record.time_start),
        "time_end": text_of(record.time_end),
        "created": text_of(record.created),
        "modified": text_of(record.modified),
        "language": record.language,
        "collection": record.collection,
        "standard": record.standard,
        "stored_at": text_of(entry.stored_at),
    }
    return feature | {"geometry": geometry_of(record), "properties": _filled(properties)}


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", None, [], ())}
