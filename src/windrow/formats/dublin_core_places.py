"""Places in Dublin Core: the bounding boxes of OGC catalogues, and boxes written out as text."""

import re

from windrow.formats.boxes import box
from windrow.formats.gml import in_degrees
from windrow.formats.xml import OWS, OWS2, OWS11, Element, local_name
from windrow.model.records import Box

_SPACES = (OWS, OWS11, OWS2)
_BOXES = frozenset(f"{{{space}}}BoundingBox" for space in _SPACES)
_WGS84_BOXES = frozenset(f"{{{space}}}WGS84BoundingBox" for space in _SPACES)

# DCMI Box (`northlimit=47.8; ...`), DCMI Point (`north=47.8; east=10`) and GeoNetwork's `North 47.8, South 45.8, ...`.
_SIDE = re.compile(
    r"\b(north|south|east|west)(?:limit|BoundLatitude|BoundLongitude)?\s*[=:]?\s*(-?\d+(?:\.\d+)?)", re.I
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def read_bounding_box(element: Element) -> Box | None:
    """The box of an ows:BoundingBox or ows:WGS84BoundingBox; None of other elements, and where it makes no sense."""
    if element.tag in _WGS84_BOXES:
        crs = ""
    elif element.tag in _BOXES:
        crs = element.get("crs") or ""
    else:
        return None
    corners = {local_name(child): (child.text or "").split() for child in element}
    try:
        low, high = ([float(number) for number in corners[name][:2]] for name in ("LowerCorner", "UpperCorner"))
    except (KeyError, ValueError):
        return None
    return _between_corners(low, high, crs) if len(low) == len(high) == 2 else None


def written_box(text: str) -> Box | None:
    """The box or point that a text spells out side by side; None where it does not."""
    sides = {side.lower(): float(number) for side, number in _SIDE.findall(text)}
    if "north" not in sides or "east" not in sides:
        return None
    north, east = sides["north"], sides["east"]
    return box(sides.get("west", east), sides.get("south", north), east, north)


def named_place(text: str) -> bool:
    """Whether the text is a name and not numbers or an address."""
    return not written_box(text) and "://" not in text and not _NUMBER.search(text)


def _between_corners(low: list[float], high: list[float], crs: str) -> Box | None:
    points = in_degrees([low, high], crs)
    if points is None:
        return None
    (west, south), (east, north) = points
    if south > north:
        # No box has its lower corner above its upper one. GeoNetwork writes `east south` and `west north` under a
        # system whose axes are latitude, longitude.
        west, east = sorted((south, north))
        south, north = sorted((points[0][0], points[1][0]))
    return box(west, south, east, north)
