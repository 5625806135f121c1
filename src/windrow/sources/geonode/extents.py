"""Where a GeoNode resource lies: polygons in degrees, in its own projection, as WKT, and as plain corners."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from windrow.formats import boxes
from windrow.formats.geojson import envelope, is_only_box, read_box, read_geometry
from windrow.formats.json import object_of, text_of
from windrow.model.records import Box

if TYPE_CHECKING:  # what they need takes long to load, and few records need them
    from pyproj import Transformer

_DEGREES = frozenset(("", "EPSG:4326", "CRS:84", "OGC:CRS84"))
_PROJECTION = re.compile(r"(EPSG|ESRI):\d{1,7}")
"""Codes that are looked up; other texts could make the library read files."""

_LONGEST = 1_000_000
"""Characters of WKT that are read: GeoNode's are boxes of a hundred."""

_CORNERS = ("bbox_x0", "bbox_y0", "bbox_x1", "bbox_y1")


def read_extent(document: Mapping[str, Any]) -> tuple[Box | None, Mapping[str, Any] | None]:
    """The box, and the geometry where it says more than the box. What makes no sense counts as not there.

    In degrees first (`ll_bbox_polygon`, `extent`), then in the resource's own projection (`bbox_polygon`, `srid`).
    """
    for geometry in _geometries(document):
        box = envelope(geometry)
        if box is not None:
            return box, None if is_only_box(geometry, box) else geometry
    return next(_boxes(document), None), None


def _geometries(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    degrees = _projection(document) in _DEGREES
    for field in ("ll_bbox_polygon", "bbox_polygon" if degrees else "", "csw_wkt_geometry"):
        value = document.get(field)
        geometry = read_geometry(_of_text(value) if isinstance(value, str) else value)
        if geometry is not None:
            yield geometry


def _boxes(document: Mapping[str, Any]) -> Iterator[Box]:
    extent = object_of(document.get("extent"))
    found = read_box(extent.get("coords"))
    if found is not None and text_of(extent.get("srid")).upper() in _DEGREES:
        yield found
    projection = _projection(document)
    for corners in (_corners_of(document.get("bbox_polygon")), _numbers([document.get(each) for each in _CORNERS])):
        if corners is not None and (box := _turned(corners, projection)) is not None:
            yield box


def _projection(document: Mapping[str, Any]) -> str:
    """Its code; older GeoNodes give it as an object."""
    srid = document.get("srid")
    code = text_of(srid.get("code") if isinstance(srid, dict) else srid).upper()
    return f"EPSG:{code}" if code.isdigit() else code


def _of_text(text: str) -> Any:
    """The geometry of WKT, or of PostGIS' `SRID=4326;POLYGON(...)` in degrees; None for what is none."""
    head, _, tail = text.rpartition(";")
    if len(text) > _LONGEST or head.strip().upper() not in ("", "SRID=4326"):
        return None
    import shapely
    from shapely.geometry import mapping

    try:
        return _as_json(mapping(shapely.from_wkt(tail)))
    except (shapely.errors.ShapelyError, ValueError, TypeError, AttributeError):
        return None


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_as_json(each) for each in value]
    return {name: _as_json(each) for name, each in value.items()} if isinstance(value, dict) else value


def _corners_of(polygon: Any) -> tuple[float, ...] | None:
    """West, south, east, north of a polygon's outer ring, in its own units."""
    rings = object_of(polygon).get("coordinates")
    ring = rings[0] if isinstance(rings, list) and rings else None
    places = [_numbers(each[:2]) for each in ring if isinstance(each, list)] if isinstance(ring, list) else []
    pairs = [each for each in places if each is not None and len(each) == 2]
    if not pairs or len(pairs) != len(places):
        return None
    across, up = [each[0] for each in pairs], [each[1] for each in pairs]
    return min(across), min(up), max(across), max(up)


def _numbers(values: list[Any]) -> tuple[float, ...] | None:
    """The legacy API writes its numbers as texts."""
    try:
        return tuple(float(text_of(each)) for each in values)
    except ValueError:
        return None


def _turned(corners: tuple[float, ...], projection: str) -> Box | None:
    """The box in degrees; None where the projection is not known here, or does not hold there."""
    west, south, east, north = corners
    if projection in _DEGREES:
        return boxes.box(west, south, east, north)
    if not _PROJECTION.fullmatch(projection):
        return None
    from pyproj.exceptions import ProjError

    try:
        return boxes.box(*_transformer(projection).transform_bounds(west, south, east, north))
    except (ProjError, ValueError):
        return None


@lru_cache(maxsize=64)
def _transformer(projection: str) -> "Transformer":
    from pyproj import Transformer

    return Transformer.from_crs(projection, "EPSG:4326", always_xy=True)
