"""Bounding boxes of maps and features: in degrees or in a projected system, in either order of axes."""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple, TypeAlias

from windrow.formats import boxes
from windrow.model.records import Box

Corners: TypeAlias = tuple[float, float, float, float]
"""Minimum of the first axis, minimum of the second, then the two maxima: as `minx, miny, maxx, maxy` stand there."""

_NAME = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/(?:def/crs/|gml/srs/))?"
    r"(EPSG|OGC|CRS|ESRI)(?::[\d.]*:|/[\d.]+/|\.xml#|:)(?:CRS)?(\d+)",
    re.IGNORECASE,
)
_BY_AUTHORITY = re.compile(r"urn:|https?://www\.opengis\.net/def/crs/", re.IGNORECASE)

_DEGREES = frozenset(["4326", "4979", "4258", "4937", "4269", "4283", "7844", "4674"])
"""EPSG numbers of geographic systems that differ from WGS 84 by metres at most: close enough for a catalogue."""

_WEB_MERCATOR = frozenset(["900913", "3785", "102100", "102113", "41001", "54004"])
"""What EPSG:3857 was called before it had its number, and still is by some."""

_OWN = frozenset(["CRS", "OGC"])
_OWN_DEGREES = frozenset(["84", "83", "27"])
_POINTS_PER_SIDE = 21


class System(NamedTuple):
    """A coordinate reference system by its authority and number, such as `EPSG`, `3857`."""

    authority: str
    number: str

    @property
    def longitude_first(self) -> bool:
        """Whether it is one of OGC's own, such as CRS:84, which are always longitude, latitude."""
        return self.authority in _OWN

    @property
    def in_degrees(self) -> bool:
        """Whether its coordinates are longitudes and latitudes as those of WGS 84."""
        return self.longitude_first or (self.authority == "EPSG" and self.number in _DEGREES)

    @property
    def is_common(self) -> bool:
        """Whether it is one that world-wide maps are asked for in."""
        return self.in_degrees or (self.authority == "EPSG" and self.number == "3857")


def system_of(name: str) -> System | None:
    """The system of a name: `EPSG:3857`, `CRS:84`, `urn:ogc:def:crs:EPSG::4326`, `.../epsg.xml#4326`; None of others.

    Nothing but a number is taken from a stranger's name: PROJ would read files by it.
    """
    found = _NAME.fullmatch(name.strip())
    if found is None:
        return None
    authority, number = found.group(1).upper(), found.group(2)
    if authority in _OWN and number not in _OWN_DEGREES:
        return None  # CRS:1 counts pixels.
    if number in _WEB_MERCATOR and authority not in _OWN:
        return System("EPSG", "3857")
    return System(authority, number)


def names_authority(name: str) -> bool:
    """Whether a name by itself, in any version, means the authority's order of axes: a URN or an OGC URL."""
    return bool(_BY_AUTHORITY.match(name.strip()))


def number(written: str) -> float | None:
    """A number, with a decimal comma too, as servers of some locales write it; None of others."""
    written = written.strip()
    try:
        found = float(written if "." in written else written.replace(",", ".", 1))
    except ValueError:
        return None
    return found if isfinite(found) else None


def corners(written: Sequence[str]) -> Corners | None:
    """Four numbers; None where one is none, and for a box that is turned inside out or stands for "no extent"."""
    found = [number(each) for each in written]
    if len(found) != 4:
        return None
    first, second, third, fourth = found
    if first is None or second is None or third is None or fourth is None:
        return None
    # Layers without data: MapServer and GeoServer write 0, 0, -1, -1, others 0, 0, 0, 0 or 180, 90, -180, -90.
    nothing = not any(found) or (third < first and fourth < second)
    return None if nothing else (first, second, third, fourth)


def in_degrees(found: Corners | None) -> Box | None:
    """The box of corners that are longitude, latitude; None where they cannot be that."""
    return None if found is None else boxes.box(*found)


def in_system(found: Corners | None, name: str, *, by_authority: bool) -> Box | None:
    """The box in degrees of corners in a named system; None where that cannot be told.

    `by_authority` says that the axes stand in the order of the system's authority (WMS 1.3.0, 6.7.2): latitude first in
    EPSG:4326, northing first in many national grids. Names that are URNs always mean that.
    """
    system = system_of(name)
    if found is None or system is None:
        return None
    turned = (by_authority or names_authority(name)) and not system.longitude_first
    if not system.in_degrees:
        return _reprojected(found, system, turned=turned)
    likely, other = (_turned(found), found) if turned else (found, _turned(found))
    # Where the latitudes fit the other order only, the server mixed the axes up, and they are taken that way.
    return in_degrees(likely) or in_degrees(other)


def _turned(found: Corners) -> Corners:
    return (found[1], found[0], found[3], found[2])


def _reprojected(found: Corners, system: System, *, turned: bool) -> Box | None:
    transformer = _transformer(system)
    if transformer is None:
        return None
    if turned and _northing_first(system):
        found = _turned(found)
    if found[2] < found[0] or found[3] < found[1]:
        return None
    # The edges are bent lines in degrees: their corners alone would miss some of it.
    degrees = transformer.transform_bounds(*found, densify_pts=_POINTS_PER_SIDE)
    return boxes.box(*degrees) if all(map(isfinite, degrees)) else None


@lru_cache(maxsize=256)
def _transformer(system: System) -> Any:
    """From a system to longitude, latitude; None for a system that PROJ does not know."""
    # Imported when it is needed: it takes 140 ms and 23 MB of every process, and most servers give degrees.
    from pyproj import CRS, Transformer
    from pyproj.exceptions import ProjError

    try:
        return Transformer.from_crs(CRS.from_authority(*system), "EPSG:4326", always_xy=True)
    except ProjError:
        return None


@lru_cache(maxsize=256)
def _northing_first(system: System) -> bool:
    from pyproj import CRS

    axes = CRS.from_authority(*system).axis_info
    return bool(axes) and axes[0].direction.lower() in ("north", "south")
