"""Extents: bounding boxes, bounding polygons and periods of EX_Extent."""

from windrow.formats import gml
from windrow.formats.boxes import box
from windrow.formats.iso.draft import Draft
from windrow.formats.iso.texts import Step, number_of, tagged, text_of, walk, walk_inside
from windrow.formats.xml import Element

_SIDES = tagged(
    "gex",
    {"westBoundLongitude": 0, "southBoundLatitude": 1, "eastBoundLongitude": 2, "northBoundLatitude": 3},
)
_TYPE_CODES = frozenset(tagged("gex", {"extentTypeCode": None}))


def read_extent(element: Element, draft: Draft) -> None:
    """Adds the places and times of an `extent` property."""
    walk_inside(element, _EXTENT, draft)


def _walk_places(element: Element, draft: Draft) -> None:
    walk(element, _PLACE, draft)


def _read_box(element: Element, draft: Draft) -> None:
    sides: list[float | None] = [None, None, None, None]
    for child in element:
        side = _SIDES.get(child.tag)
        if side is not None:
            sides[side] = number_of(child)
        elif child.tag in _TYPE_CODES and text_of(child) in ("0", "false"):
            # The extent says where the data is not.
            return
    west, south, east, north = sides
    if west is None or south is None or east is None or north is None:
        return
    found = box(west, south, east, north)
    if found:
        draft.boxes.append(found)


def _walk_polygon(element: Element, draft: Draft) -> None:
    walk(element, _POLYGON, draft)


def _read_geometry(element: Element, draft: Draft) -> None:
    for held in element:
        geometry = gml.read_geometry(held)
        if geometry:
            draft.geometries.append(geometry)


def _walk_times(element: Element, draft: Draft) -> None:
    walk_inside(element, _TIME, draft)


def _read_period(element: Element, draft: Draft) -> None:
    for held in element:
        found = gml.read_period(held)
        if found:
            draft.periods.append(found)


_PLACE: dict[str, Step[Draft]] = tagged(
    "gex", {"EX_GeographicBoundingBox": _read_box, "EX_BoundingPolygon": _walk_polygon}
)
_POLYGON: dict[str, Step[Draft]] = tagged("gex", {"polygon": _read_geometry})
_TIME: dict[str, Step[Draft]] = tagged("gex", {"extent": _read_period, "spatialExtent": _walk_places})
_EXTENT: dict[str, Step[Draft]] = tagged("gex", {"geographicElement": _walk_places, "temporalElement": _walk_times})
