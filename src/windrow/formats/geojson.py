"""Boxes and geometries of foreign GeoJSON (RFC 7946): what is sound is kept, what is absurd becomes None."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windrow.formats import boxes
from windrow.model.records import Box

_DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_SLACK = 0.01
"""Degrees by which reprojected coordinates may overshoot the edges of the world."""

_NESTING = 8
"""Geometry collections within geometry collections; RFC 7946, 3.1.8 advises against any."""


def read_box(value: Any) -> Box | None:
    """The box of a bbox member, in two or three dimensions (heights are dropped); None where it is none."""
    if not isinstance(value, list) or len(value) not in (4, 6):
        return None
    half = len(value) // 2
    numbers = [_number(each) for each in (value[0], value[1], value[half], value[half + 1])]
    west, south, east, north = numbers
    if west is None or south is None or east is None or north is None:
        return None
    return boxes.box(west, south, east, north)


def read_geometry(value: Any, *, nesting: int = 0) -> dict[str, Any] | None:
    """The geometry without foreign members; None where it is none, is empty, or its coordinates are no degrees."""
    if not isinstance(value, dict) or nesting > _NESTING:
        return None
    kind = value.get("type")
    if kind == "GeometryCollection":
        return _read_collection(value.get("geometries"), nesting)
    depth = _DEPTHS.get(kind) if isinstance(kind, str) else None
    if depth is None or not _are_coordinates(value.get("coordinates"), depth):
        return None
    return {"type": kind, "coordinates": value["coordinates"]}


def envelope(geometry: Mapping[str, Any]) -> Box | None:
    """The box around a geometry that `read_geometry` found sound, across the antimeridian where it is cut there."""
    return boxes.envelope([box for part in _parts(geometry) if (box := _box_of(part)) is not None])


def is_only_box(geometry: Mapping[str, Any], box: Box) -> bool:
    """Whether the geometry is a polygon that says no more than the box."""
    if geometry["type"] != "Polygon" or len(geometry["coordinates"]) != 1:
        return False
    west, south, east, north = box
    ring = geometry["coordinates"][0]
    corners = {(float(place[0]), float(place[1])) for place in ring}
    return len(ring) == 5 and len(corners) == 4 and corners == {(x, y) for x in (west, east) for y in (south, north)}


def _read_collection(members: Any, nesting: int) -> dict[str, Any] | None:
    if not isinstance(members, list):
        return None
    geometries = [read_geometry(member, nesting=nesting + 1) for member in members]
    if not geometries or None in geometries:
        return None
    return {"type": "GeometryCollection", "geometries": geometries}


def _are_coordinates(value: Any, depth: int) -> bool:
    if not isinstance(value, list) or not value:
        return False
    if depth == 0:
        return _is_position(value)
    return all(_are_coordinates(each, depth - 1) for each in value)


def _is_position(value: list[Any]) -> bool:
    if len(value) == 2 and type(value[0]) is float and type(value[1]) is float:  # nearly all; NaN fits nothing
        return abs(value[0]) <= 360 + _SLACK and abs(value[1]) <= 90 + _SLACK
    numbers = [_number(each) for each in value]
    longitude, latitude = (*numbers, None, None)[:2]
    if longitude is None or latitude is None or None in numbers or len(numbers) > 4:
        return False
    return abs(longitude) <= 360 + _SLACK and abs(latitude) <= 90 + _SLACK


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _parts(geometry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for member in geometry["geometries"]:
            yield from _parts(member)
    elif kind.startswith("Multi"):
        yield from ({"type": kind[5:], "coordinates": each} for each in geometry["coordinates"])
    else:
        yield geometry


def _box_of(part: Mapping[str, Any]) -> Box | None:
    places = list(_positions(part["coordinates"], _DEPTHS[part["type"]]))
    longitudes = [float(place[0]) for place in places]
    latitudes = [float(place[1]) for place in places]
    return boxes.box(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def _positions(coordinates: Sequence[Any], depth: int) -> Iterator[Sequence[Any]]:
    if depth == 0:
        yield coordinates
        return
    for each in coordinates:
        yield from _positions(each, depth - 1)
