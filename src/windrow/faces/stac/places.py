"""Places: the exact test whether an item's geometry meets a searched one, after the catalogue has compared boxes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.affinity import translate
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from windrow.errors import BadInput
from windrow.formats.geojson import envelope, read_geometry
from windrow.model.records import Box, Record

MOST_POSITIONS = 20_000
"""Positions that a searched geometry may have."""

_TURN = 360.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where items are searched: the geometry in degrees, prepared, the box around it, and the parameter it came by."""

    geometry: BaseGeometry
    box: Box
    parameter: str

    def meets(self, record: Record) -> bool:
        """Whether the item's geometry, or its box where it has no other, has a point in common with this place."""
        try:
            return any(shapely.intersects(self.geometry, each) for each in _turned(_shape_of(record), self.geometry))
        except (ValueError, shapely.errors.ShapelyError):
            # A geometry that cannot be computed with: the catalogue has found that its box meets this place's.
            return True


def place_of_box(box: Box) -> Place:
    """A box as a place; it may cross the antimeridian."""
    geometry = _shape_of_box(box)
    shapely.prepare(geometry)
    return Place(geometry, box, "bbox")


def read_place(value: Mapping[str, Any]) -> Place:
    """A GeoJSON geometry as a place. Raises `BadInput` when it is none, crosses itself or has too many positions."""
    sound = read_geometry(value)
    box = envelope(sound) if sound else None
    if sound is None or box is None:
        told = "must be a GeoJSON geometry with longitudes and latitudes in degrees, not a Feature"
        raise BadInput.of("intersects", told)
    return Place(_checked(sound), box, "intersects")


def _checked(sound: Mapping[str, Any]) -> BaseGeometry:
    try:
        geometry: BaseGeometry = shape(sound)
    except (ValueError, shapely.errors.ShapelyError) as error:
        raise BadInput.of("intersects", f"is no sound geometry: {error}") from error
    if shapely.get_num_coordinates(geometry) > MOST_POSITIONS:
        raise BadInput.of("intersects", f"must have at most {MOST_POSITIONS} positions; simplify it")
    # Mending could take minutes: a ring of n positions can cross itself n² times.
    if not shapely.is_valid(geometry):
        raise BadInput.of("intersects", f"is no sound geometry: {shapely.is_valid_reason(geometry)}")
    shapely.prepare(geometry)
    return geometry


def _shape_of(record: Record) -> BaseGeometry:
    if record.geometry is None:
        return _shape_of_box(record.bbox) if record.bbox else shapely.Point()
    found: BaseGeometry = shape(record.geometry)
    return _shape_of_box(record.bbox) if record.bbox and _is_uncut(found, record.bbox) else found


def _is_uncut(geometry: BaseGeometry, box: Box) -> bool:
    """Whether it should have been cut at the antimeridian (RFC 7946, 3.1.9) and now goes round the world instead."""
    west, _, east, _ = geometry.bounds
    return box[0] > box[2] and east - west > _TURN / 2 and not geometry.geom_type.startswith(("Multi", "Geometry"))


def _shape_of_box(box: Box) -> BaseGeometry:
    west, south, east, north = box
    pieces = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    # A box without width or height is no polygon but a line or a point.
    found: BaseGeometry = shapely.union_all(
        [shapely.make_valid(shapely.box(start, south, end, north)) for start, end in pieces]
    )
    return found


def _turned(geometry: BaseGeometry, other: BaseGeometry) -> Iterator[BaseGeometry]:
    """The geometry, and the same a turn further where one of the two has longitudes beyond 180 degrees."""
    yield geometry
    if any(abs(each) > _TURN / 2 for one in (geometry, other) for each in (one.bounds[0], one.bounds[2])):
        yield translate(geometry, xoff=_TURN)
        yield translate(geometry, xoff=-_TURN)
