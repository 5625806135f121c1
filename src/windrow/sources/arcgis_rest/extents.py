"""Extents in whatever coordinates a map has, as boxes in degrees."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from windrow.formats import boxes
from windrow.formats.json import object_of
from windrow.model.records import Box

if TYPE_CHECKING:
    from pyproj import Transformer

_DEGREES = 4326
_EDGE_POINTS = 21
"""Points that are looked at along each edge: the extreme of a bent edge lies between its corners."""

_FARTHEST = 1e8
"""Further from its origin than any map of the earth, in metres or feet: what an empty or broken layer says."""

_LONGEST_WKT = 10_000
_HIGHEST_CODE = 10_000_000


def read_extent(value: Any) -> Box | None:
    """The box of an envelope with its spatial reference; None where it is empty, absurd, or in unknown coordinates.

    Empty layers have "NaN" or null for their edges.
    """
    extent = object_of(value)
    west, south, east, north = (_number(extent.get(name)) for name in ("xmin", "ymin", "xmax", "ymax"))
    if west is None or south is None or east is None or north is None:
        return None
    for system in _systems(object_of(extent.get("spatialReference"))):
        if system == f"EPSG:{_DEGREES}":
            return boxes.box(west, south, east, north)
        transformer = _transformer(system)
        if transformer is not None:
            return _transform(transformer, min(west, east), min(south, north), max(west, east), max(south, north))
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) and abs(value) <= _FARTHEST else None


def _systems(reference: Mapping[str, Any]) -> Iterator[str]:
    """What may name the coordinate system, the surest first.

    `latestWkid` is the EPSG code of what older versions knew by a number of the vendor's own (102100 is 3857).
    """
    for name in ("latestWkid", "wkid"):
        code = reference.get(name)
        if isinstance(code, int) and not isinstance(code, bool) and 0 < code < _HIGHEST_CODE:
            yield f"EPSG:{code}"
            yield f"ESRI:{code}"
    for name in ("wkt", "wkt2"):
        text = reference.get(name)
        # The brackets tell it from a projection string, which may name files and do without a place on the earth.
        if isinstance(text, str) and "[" in text and len(text) <= _LONGEST_WKT:
            yield text


# A server's layers share a few systems, and it takes a hundred times longer to make a transformer than to use it.
@lru_cache(maxsize=64)
def _transformer(system: str) -> "Transformer | None":
    # Half the sources never need it, and it takes a tenth of a second and 20 MB to load.
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    try:
        known = CRS.from_wkt(system) if "[" in system else CRS.from_user_input(system)
        return Transformer.from_crs(known, CRS.from_epsg(_DEGREES), always_xy=True)
    except ProjError:
        return None


def _transform(transformer: "Transformer", west: float, south: float, east: float, north: float) -> Box | None:
    from pyproj.exceptions import ProjError

    try:
        found = transformer.transform_bounds(west, south, east, north, densify_pts=_EDGE_POINTS)
    except ProjError:
        return None
    return boxes.box(*found) if all(map(isfinite, found)) else None
