"""What is exported of a record, and the shapes that all formats share."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from windrow.model.records import Box, Record


class Exportable(Protocol):
    """A record with its place in the catalogue, as `windrow.ports.catalogue.Entry` is."""

    @property
    def id(self) -> int:
        """Its number in the catalogue."""
        ...

    @property
    def source_id(self) -> int:
        """The source it came from."""
        ...

    @property
    def source_name(self) -> str:
        """That source's name."""
        ...

    @property
    def record(self) -> Record:
        """The metadata."""
        ...

    @property
    def stored_at(self) -> datetime:
        """When it was last written here."""
        ...


def geometry_of(record: Record) -> Mapping[str, Any] | None:
    """The record's geometry as GeoJSON; its box where there is no more; None where there is neither."""
    if record.geometry is not None:
        return record.geometry
    return None if record.bbox is None else geometry_of_box(record.bbox)


def geometry_of_box(box: Box) -> dict[str, Any]:
    """A box as GeoJSON: a polygon, two where it crosses the antimeridian (RFC 7946, 3.1.9), a point where it is one."""
    west, south, east, north = box
    if west == east and south == north:
        return {"type": "Point", "coordinates": [west, south]}
    if west <= east:
        return {"type": "Polygon", "coordinates": [_ring(west, south, east, north)]}
    halves = (_ring(west, south, 180.0, north), _ring(-180.0, south, east, north))
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in halves]}


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    """Anticlockwise, as RFC 7946 wants it."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def text_of(moment: datetime | None) -> str | None:
    """A moment in RFC 3339, UTC, with no more decimals than it has."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
