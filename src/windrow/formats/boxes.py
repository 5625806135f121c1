"""Bounding boxes as remotes give them: checked, brought to -180..180, and joined, across the antimeridian too."""

from collections.abc import Sequence
from math import isfinite

from windrow.model.records import Box

_SLACK = 0.01
"""Degrees by which rounding may overshoot the poles and the antimeridian."""


def box(west: float, south: float, east: float, north: float) -> Box | None:
    """The box in degrees, or None where the numbers cannot be that (projected coordinates, say).

    Longitudes of 0 to 360 are brought to -180 to 180; a box whose west then lies beyond its east crosses the
    antimeridian. North and south are put in order.
    """
    if south > north:
        south, north = north, south
    if -180 <= west <= 180 and -180 <= east <= 180 and south >= -90 and north <= 90:
        return (west, south, east, north)
    return _mend(west, south, east, north)


def envelope(boxes: Sequence[Box]) -> Box | None:
    """The smallest box around all of them; None of none.

    It crosses the antimeridian only where one of them does, or where two of them meet there (one area, cut in two).
    """
    if len(boxes) < 2:
        return boxes[0] if boxes else None
    west, east = min(each[0] for each in boxes), max(each[2] for each in boxes)
    if any(each[0] > each[2] for each in boxes) or (west == -180 and east == 180):
        west, east = _arc(boxes)
    return (west, min(each[1] for each in boxes), east, max(each[3] for each in boxes))


def _mend(west: float, south: float, east: float, north: float) -> Box | None:
    if not all(map(isfinite, (west, south, east, north))):
        return None
    if south < -90 - _SLACK or north > 90 + _SLACK or min(west, east) < -360 or max(west, east) > 360 + _SLACK:
        return None
    if abs(east - west) >= 360 - _SLACK:
        west, east = -180.0, 180.0
    return (_normal(west), max(south, -90.0), _normal(east), min(north, 90.0))


def _normal(longitude: float) -> float:
    if abs(longitude) <= 180 + _SLACK:
        return max(-180.0, min(180.0, longitude))
    return (longitude + 180) % 360 - 180


def _arc(boxes: Sequence[Box]) -> tuple[float, float]:
    """West and east of the shortest arc that holds all boxes: the circle without the widest gap between them."""
    spans = sorted((west, east if east >= west else east + 360) for west, _, east, _ in boxes)
    # What crosses the antimeridian comes round from the west, before the first.
    reach = max(east for _, east in spans) - 360
    widest, begin, end = 0.0, 0.0, 0.0
    for west, east in spans:
        if west - reach > widest:
            widest, begin, end = west - reach, west, reach
        reach = max(reach, east)
    return (begin, _on_map(end)) if widest else (-180.0, 180.0)


def _on_map(longitude: float) -> float:
    if longitude < -180:
        return longitude + 360
    return longitude - 360 if longitude > 180 else longitude
