"""Places that metadata writes into a text: GeoJSON, WKT (with a GeoSPARQL system), GML, or four numbers."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from windrow.errors import RemoteUnreadable
from windrow.formats import boxes, json, xml
from windrow.formats.geojson import envelope, is_only_box, read_box, read_geometry
from windrow.formats.gml import in_degrees
from windrow.formats.gml import read_geometry as read_gml
from windrow.model.records import Box

_LONGEST = 2_000_000
_WKT = re.compile(r"\s*(?:<([^>]*)>|SRID=(\d+);)?\s*([A-Za-z]{5,20}\s*(?:Z|M|ZM)?\s*\(.*\))\s*", re.DOTALL)
_NUMBER = r"([+-]?\d+(?:\.\d+)?)"
_CORNERS = re.compile(rf"\s*{_NUMBER}\s*,\s*{_NUMBER}\s*,\s*{_NUMBER}\s*,\s*{_NUMBER}\s*")


class Place(NamedTuple):
    """A box, and a geometry where that says more."""

    box: Box | None = None
    geometry: Mapping[str, Any] | None = None


NOWHERE = Place()


def read_place(text: str) -> Place:
    """The place that a text tells; `NOWHERE` for a text that is none, or whose coordinates are no degrees.

    Four numbers are west, south, east, north.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return NOWHERE
    if text.startswith("{"):
        return _read_json(text)
    if text.startswith("<") and not text.startswith("<http"):
        return _read_xml(text)
    corners = _CORNERS.fullmatch(text)
    if corners:
        west, south, east, north = map(float, corners.groups())
        return Place(boxes.box(west, south, east, north))
    return _read_wkt(text)


def place_of(geometry: Mapping[str, Any] | None, box: Box | None = None) -> Place:
    """A place of a geometry that was found sound, and of its box where that was given apart."""
    if geometry is None:
        return Place(box)
    box = box or envelope(geometry)
    return Place(box) if box is not None and is_only_box(geometry, box) else Place(box, geometry)


def read_geojson(value: Any) -> Place:
    """The place of a GeoJSON geometry or feature."""
    document = json.object_of(value)
    geometry = document.get("geometry") if document.get("type") == "Feature" else document
    return place_of(read_geometry(geometry), read_box(document.get("bbox")))


def join(places: list[Place]) -> Place:
    """Several places as one: the box around all, and the geometry where there is but one place."""
    found = [each for each in places if each != NOWHERE]
    if len(found) == 1:
        return found[0]
    return Place(boxes.envelope([each.box for each in found if each.box is not None]))


def _read_json(text: str) -> Place:
    try:
        return read_geojson(json.parse(text.encode()))
    except (RemoteUnreadable, UnicodeEncodeError):
        return NOWHERE


def _read_xml(text: str) -> Place:
    try:
        root = xml.parse(text.encode())
        return _read_envelope(root) if xml.local_name(root) == "Envelope" else place_of(read_geometry(read_gml(root)))
    except (RemoteUnreadable, UnicodeEncodeError):
        return NOWHERE


def _read_envelope(envelope: xml.Element) -> Place:
    corners = {xml.local_name(each): (each.text or "").split() for each in envelope}
    try:
        points = [[float(each) for each in corners.get(name, ())[:2]] for name in ("lowerCorner", "upperCorner")]
    except ValueError:
        return NOWHERE
    if any(len(each) != 2 for each in points):
        return NOWHERE
    placed = in_degrees(points, envelope.get("srsName", ""))
    return NOWHERE if placed is None else Place(boxes.box(*placed[0], *placed[1]))


def _read_wkt(text: str) -> Place:
    found = _WKT.fullmatch(text)
    if found is None:
        return NOWHERE
    # Only the few records with such a text need it, and it takes long to load.
    import shapely

    try:
        shape = shapely.force_2d(shapely.from_wkt(found.group(3)))
        geometry = json.parse(shapely.to_geojson(shape).encode())
    except (shapely.errors.ShapelyError, RemoteUnreadable):
        return NOWHERE
    crs = found.group(1) or (f"EPSG:{found.group(2)}" if found.group(2) else "")
    return place_of(read_geometry(_in_degrees(geometry, crs)))


def _in_degrees(geometry: Mapping[str, Any], crs: str) -> Mapping[str, Any] | None:
    positions = list(_positions(geometry))
    if any(None in each for each in positions):
        return None  # Not a number: JSON has no word for that.
    points = in_degrees(positions, crs)
    return None if points is None else _rebuilt(geometry, iter(points))


def _positions(value: Any) -> Iterator[list[float]]:
    if isinstance(value, Mapping):
        for each in value.get("geometries", []):
            yield from _positions(each)
        yield from _positions(value.get("coordinates", []))
    elif value and isinstance(value[0], list):
        for each in value:
            yield from _positions(each)
    elif value:
        yield value


def _rebuilt(value: Any, points: Iterator[list[float]]) -> Any:
    """The same geometry with other points, in the same order."""
    if isinstance(value, Mapping) and "geometries" in value:
        return {**value, "geometries": [_rebuilt(each, points) for each in value["geometries"]]}
    if isinstance(value, Mapping):
        return {**value, "coordinates": _rebuilt(value["coordinates"], points)}
    if value and isinstance(value[0], list):
        return [_rebuilt(each, points) for each in value]
    return next(points) if value else value
