"""GML in metadata: geometries as GeoJSON in longitude and latitude, and periods of time."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from windrow.formats.dates import Period, between, period
from windrow.formats.xml import GML, GML32, Element

Point: TypeAlias = list[float]

_AUTHORITY_AXES = re.compile(r"urn:.*|https?://www\.opengis\.net/def/crs/EPSG/.*", re.IGNORECASE)
_GEOGRAPHIC = frozenset(["4326", "4979", "4258", "4937", "4269", "4283", "7844", "4674"])
"""EPSG numbers of geographic systems that differ from WGS 84 by metres at most: close enough for a catalogue."""

_LONGITUDE_FIRST = frozenset(["84", "crs84", "83", "crs83"])


def is_latitude_first(crs: str) -> bool | None:
    """Whether coordinates of that system stand as latitude, longitude; None where it is not geographic.

    OGC's URNs and URLs of EPSG systems follow the authority: latitude first. CRS84, the old spellings `EPSG:4326` and
    `epsg.xml#4326`, and no name at all mean longitude first, as metadata has it by habit.
    """
    crs = crs.strip().rstrip("/#:")
    if not crs:
        return False
    number = re.split("[:/#]", crs)[-1].lower()
    if number in _LONGITUDE_FIRST and number not in _GEOGRAPHIC:
        return False
    return bool(_AUTHORITY_AXES.fullmatch(crs)) if number in _GEOGRAPHIC else None


def in_degrees(points: list[Point], crs: str) -> list[Point] | None:
    """The points as longitude, latitude; None where they cannot be degrees.

    Where the latitudes fit the other order only, the remote mixed the axes up, and they are taken that way.
    """
    latitude_first = is_latitude_first(crs)
    if latitude_first is None:
        return None
    turned = [[second, first] for first, second in points]
    likely, other = (turned, points) if latitude_first else (points, turned)
    return next((order for order in (likely, other) if all(map(_is_on_earth, order))), None)


def read_geometry(element: Element) -> dict[str, Any] | None:
    """The GeoJSON geometry of a GML one: its surfaces, else its lines, else its points; None where none is usable."""
    polygons = [found for each in element.iter(*_POLYGONS) if (found := _polygon(each))]
    if polygons:
        return _single_or_many("Polygon", polygons)
    lines = [line for each in element.iter(*_LINES) if len(line := _points(each)) > 1]
    if lines:
        return _single_or_many("LineString", lines)
    points = [places[0] for each in element.iter(*_POINTS) if (places := _points(each))]
    return _single_or_many("Point", points) if points else None


def collect(geometries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One geometry out of several: of the same type a multi-geometry, else a collection."""
    if len(geometries) == 1:
        return geometries[0]
    kinds = {each["type"].removeprefix("Multi") for each in geometries}
    if len(kinds) > 1:
        return {"type": "GeometryCollection", "geometries": list(geometries)}
    parts = [part for each in geometries for part in _parts(each)]
    return {"type": f"Multi{kinds.pop()}", "coordinates": parts}


def read_period(element: Element) -> Period | None:
    """The period of a TimePeriod or a TimeInstant; None where it gives no date at all."""
    begin = end = ""
    for child in element:
        side = _SIDES.get(child.tag)
        if side == "begin":
            begin = _position(child)
        elif side == "end":
            end = _position(child)
        elif side == "position":
            return period(_position(child))
    found = between(begin, end)
    return found if found.start or found.end else None


def _position(element: Element) -> str:
    text = element.text
    if text and (text := text.strip()):
        return text if element.get("indeterminatePosition") not in ("now", "unknown") else ""
    # gml:begin and gml:end hold a TimeInstant that holds a timePosition.
    return next((text for each in element.iter() if each.text and (text := each.text.strip())), "")


def _polygon(element: Element) -> list[list[Point]]:
    """The rings, the outer one first; of too few points, or of places that are no degrees, none."""
    rings: list[list[Point]] = []
    for each in element.iter(*_RINGS):
        ring = _points(each)
        if ring and ring[0] != ring[-1]:
            ring.append(ring[0])
        if len(ring) < 4:
            if not rings:
                return []
            continue
        rings.append(ring)
    return rings


def _points(element: Element) -> list[Point]:
    crs, dimension = _inherited(element, "srsName"), _inherited(element, "srsDimension")
    try:
        points = list(_raw_points(element, 3 if dimension == "3" else 2))
    except ValueError:
        return []
    return in_degrees(points, crs) or []


def _raw_points(element: Element, dimension: int) -> Iterator[Point]:
    for each in element.iter(*_COORDINATES):
        name, text = each.tag.rpartition("}")[2], each.text or ""
        own = 3 if each.get("srsDimension") == "3" else dimension
        if name == "coordinates":
            # GML 2: tuples apart by white space, their numbers by commas.
            yield from ([float(number) for number in place.split(",")[:2]] for place in text.split())
        elif name == "pos":
            yield [float(number) for number in text.split()[:2]]
        else:
            yield from ([first, second] for first, second, *_ in _groups(text, own))


def _groups(text: str, size: int) -> Iterator[tuple[float, ...]]:
    numbers = iter([float(number) for number in text.split()])
    return zip(*[numbers] * size, strict=False)


def _inherited(element: Element, attribute: str) -> str:
    holder: Element | None = next(element.iter(*_COORDINATES), element)
    while holder is not None:
        if value := holder.get(attribute):
            return value
        holder = holder.getparent()
    return ""


def _is_on_earth(point: Point) -> bool:
    return len(point) == 2 and -180 <= point[0] <= 180 and -90 <= point[1] <= 90


def _single_or_many(kind: str, parts: list[Any]) -> dict[str, Any]:
    if len(parts) == 1:
        return {"type": kind, "coordinates": parts[0]}
    return {"type": f"Multi{kind}", "coordinates": parts}


def _parts(geometry: Mapping[str, Any]) -> list[Any]:
    coordinates = geometry["coordinates"]
    return list(coordinates) if geometry["type"].startswith("Multi") else [coordinates]


def _tags(*names: str) -> tuple[str, ...]:
    return tuple(f"{{{space}}}{name}" for space in (GML, GML32) for name in names)


_POLYGONS = _tags("Polygon", "PolygonPatch")
_RINGS = _tags("LinearRing", "Ring")
_LINES = _tags("LineString", "LineStringSegment")
_POINTS = _tags("Point")
_COORDINATES = _tags("posList", "pos", "coordinates")
_SIDES = {
    **dict.fromkeys(_tags("beginPosition", "begin"), "begin"),
    **dict.fromkeys(_tags("endPosition", "end"), "end"),
    **dict.fromkeys(_tags("timePosition"), "position"),
}
