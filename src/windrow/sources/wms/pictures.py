"""Pictures of layers: a GetMap request that the server can answer, with the right version, system and order of axes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import cos, radians
from typing import NamedTuple

from windrow.formats.links import media_type
from windrow.formats.ows.boxes import Corners, names_authority, system_of
from windrow.model.records import Box
from windrow.sources.wms.requests import by_authority, map_url

_BEST_FORMATS = ("image/png", "image/jpeg", "image/gif", "image/webp", "png", "jpeg", "gif")
_TRANSPARENT = ("png", "gif", "webp")
_DEGREES = (("EPSG", "4326"), ("CRS", "84"), ("OGC", "84"))
_LEAST_SIDE = 32
_LEAST_DEGREES = 0.001
"""A layer of one point still needs a box with two sides (WMS 1.3.0, 7.3.3.6)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server offers to draw of one layer.

    address   where GetMap is asked
    systems   the coordinate systems it can be drawn in, in their order
    box       where it lies, in degrees
    extents   its bounding boxes as they stand in the capabilities, by the names of their systems
    fixed     the only width and height it can be drawn in; 0 leaves that open
    time      what time must be asked for, where it has no default
    size      the longer side of the picture, in pixels; 0 for no picture
    """

    address: str
    version: str
    formats: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    box: Box | None = None
    extents: Mapping[str, Corners] = field(default_factory=dict)
    fixed: tuple[int, int] = (0, 0)
    time: str = ""
    size: int = 0


class Picture(NamedTuple):
    """An address that answers a picture."""

    href: str
    media_type: str


class _View(NamedTuple):
    """A box as a server wants it: numbers in the order of its axes, and the proportions of the picture."""

    system: str
    corners: Corners
    wide: float
    high: float


def picture_of(offer: Offer, name: str) -> Picture | None:
    """The picture of a layer in its default style; None where nobody can tell what to ask for."""
    view, image = _view_of(offer), _format_of(offer.formats)
    if not offer.size or view is None or not image:
        return None
    width, height = _measures(view, offer)
    arguments = {
        "layers": name,
        "styles": "",
        "crs" if by_authority(offer.version) else "srs": view.system,
        "bbox": ",".join(f"{each:.10g}" for each in view.corners),
        "width": str(width),
        "height": str(height),
        "format": image,
        **({"transparent": "TRUE"} if any(each in image.lower() for each in _TRANSPARENT) else {}),
        **({"time": offer.time} if offer.time else {}),
    }
    kind = image.partition(";")[0].strip().lower()
    return Picture(map_url(offer.address, offer.version, arguments), media_type(kind) or f"image/{kind}")


def _view_of(offer: Offer) -> _View | None:
    """In degrees where the layer is offered in degrees; else one of its boxes as the server itself wrote it."""
    # Against the standard, some servers list no system at all; there is none that cannot draw in this one.
    listed = offer.systems or ("EPSG:4326",)
    named: dict[tuple[str, str], str] = {found: each for each in reversed(listed) if (found := system_of(each))}
    for wanted in _DEGREES:
        if wanted in named and offer.box is not None:
            return _in_degrees(named[wanted], offer.box, offer.version)
    for system, corners in offer.extents.items():
        if system in offer.systems and corners[0] < corners[2] and corners[1] < corners[3]:
            return _View(system, corners, *_proportions(offer.box))
    return None


def _in_degrees(system: str, box: Box, version: str) -> _View:
    west, south, east, north = box
    if west > east:
        west, east = -180.0, 180.0  # No request can ask for a box across the antimeridian.
    west, east = _apart(west, east)
    south, north = _apart(south, north)
    found = system_of(system)
    own = found is not None and found.longitude_first
    turned = (by_authority(version) or names_authority(system)) and not own
    corners = (south, west, north, east) if turned else (west, south, east, north)
    return _View(system, corners, east - west, north - south)


def _apart(low: float, high: float) -> tuple[float, float]:
    missing = _LEAST_DEGREES - (high - low)
    return (low - missing / 2, high + missing / 2) if missing > 0 else (low, high)


def _proportions(box: Box | None) -> tuple[float, float]:
    """How wide and high a box is on the ground, in the same measure; a square of none."""
    if box is None:
        return (1.0, 1.0)
    west, south, east, north = box
    wide = (east - west) % 360 or 360.0
    return (wide * cos(radians((south + north) / 2)), max(north - south, _LEAST_DEGREES))


def _measures(view: _View, offer: Offer) -> tuple[int, int]:
    """Width and height in pixels, in the proportions of the view as far as that goes."""
    longer = max(view.wide, view.high)
    width, height = (
        min(offer.size, max(_LEAST_SIDE, round(offer.size * each / longer))) for each in (view.wide, view.high)
    )
    return offer.fixed[0] or width, offer.fixed[1] or height


def _format_of(formats: tuple[str, ...]) -> str:
    lower = {each.lower(): each for each in reversed(formats)}
    best = next((lower[each] for each in _BEST_FORMATS if each in lower), "")
    return best or next((each for each in formats if each.lower().startswith("image/")), "")
