"""GeoParquet 1.1: columns with WKB geometries, for GDAL, DuckDB, geopandas and QGIS.

https://geoparquet.org/releases/v1.1.0/ . Coordinates are OGC:CRS84, which is what the specification assumes when no
`crs` is given. Row groups are written as they fill, so that memory holds one of them.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from windrow.formats.exports.entries import Exportable, geometry_of, geometry_of_box
from windrow.model.records import Box, Record

ROWS_PER_GROUP = 5000

_MOMENT = pa.timestamp("us", tz="UTC")
_BOX = pa.struct([(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")])
_CONTACT = pa.struct([(name, pa.string()) for name in ("name", "organisation", "role", "email", "phone", "url")])
_LINK = pa.struct([(name, pa.string()) for name in ("href", "rel", "title", "description", "media_type", "protocol")])

_GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {
        "geometry": {
            "encoding": "WKB",
            "geometry_types": [],  # any: what comes is known only when all is written
            "covering": {"bbox": {name: ["bbox", name] for name in ("xmin", "ymin", "xmax", "ymax")}},
        }
    },
}

SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("source_id", pa.int64(), nullable=False),
        ("source", pa.string()),
        ("identifier", pa.string()),
        ("title", pa.string()),
        ("abstract", pa.string()),
        ("type", pa.string()),
        ("keywords", pa.list_(pa.string())),
        ("contacts", pa.list_(_CONTACT)),
        ("licence", pa.string()),
        ("links", pa.list_(_LINK)),
        ("time_start", _MOMENT),
        ("time_end", _MOMENT),
        ("created", _MOMENT),
        ("modified", _MOMENT),
        ("language", pa.string()),
        ("collection", pa.string()),
        ("standard", pa.string()),
        ("stored_at", _MOMENT),
        ("bbox", _BOX),
        ("geometry", pa.binary()),
    ],
    metadata={"geo": orjson.dumps(_GEO)},
)


def stream_geoparquet(entries: Iterable[Exportable]) -> Iterator[bytes]:
    """All entries as one file."""
    pipe = _Pipe()
    walk = iter(entries)
    with pq.ParquetWriter(pipe, SCHEMA, compression="zstd") as writer:
        while (group := _group_of(islice(walk, ROWS_PER_GROUP))).num_rows:
            writer.write_table(group, row_group_size=ROWS_PER_GROUP)
            yield pipe.take()
    yield pipe.take()


def _group_of(entries: Iterable[Exportable]) -> pa.Table:
    return pa.Table.from_pylist([row_of(entry) for entry in entries], schema=SCHEMA)


def row_of(entry: Exportable) -> dict[str, Any]:
    """The cells of an entry."""
    record = entry.record
    return {
        "id": entry.id,
        "source_id": entry.source_id,
        "source": entry.source_name,
        "identifier": record.identifier,
        "title": record.title,
        "abstract": record.abstract or None,
        "type": record.type,
        "keywords": record.keywords,
        "contacts": [asdict(each) for each in record.contacts],
        "licence": record.licence or None,
        "links": [asdict(each) for each in record.links],
        "time_start": record.time_start,
        "time_end": record.time_end,
        "created": record.created,
        "modified": record.modified,
        "language": record.language or None,
        "collection": record.collection or None,
        "standard": record.standard,
        "stored_at": entry.stored_at,
        "bbox": _box(record.bbox),
        "geometry": _wkb_of(record),
    }


def _box(box: Box | None) -> dict[str, float] | None:
    return None if box is None else dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))


def _wkb_of(record: Record) -> bytes | None:
    geometry = geometry_of(record)
    found = None if geometry is None else _wkb(geometry)
    if found is None and record.bbox is not None:
        return _wkb(geometry_of_box(record.bbox))
    return found


def _wkb(geometry: Mapping[str, Any]) -> bytes | None:
    """None for what only looks like a geometry: foreign servers send rings of two points."""
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except shapely.errors.GEOSException:
        return None
    return bytes(shapely.to_wkb(shape)) if shape is not None else None


class _Pipe(io.RawIOBase):
    """What the Parquet writer writes into, and the stream takes out of."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, piece: Any) -> int:
        content = bytes(piece)
        self._pieces.append(content)
        self._written += len(content)
        return len(content)

    def take(self) -> bytes:
        """What was written since the last call."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
