"""The extent of a record as EX_Extent: its box, its geometry and its period."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from windrow.formats.dates import date_text, last_moment
from windrow.formats.iso.elements import add, add_object
from windrow.formats.xml import GCO, GML32, Element
from windrow.model.records import Box, Record

_LONGITUDE_FIRST = "urn:ogc:def:crs:OGC:1.3:CRS84"
_ID = f"{{{GML32}}}id"


def write_extent(parent: Element, record: Record, space: str) -> None:
    """Adds the extent, where the record has one. `space` is that of the property: data and services differ."""
    places = record.bbox is not None or record.geometry is not None
    times = record.time_start is not None or record.time_end is not None
    if not places and not times:
        return
    extent = add(add(parent, "extent", space), "EX_Extent")
    for box in _boxes(record.bbox):
        _write_box(extent, box)
    for number, part in enumerate(_parts(record.geometry)):
        _write_geometry(extent, part, f"place-{number}")
    if times:
        _write_period(extent, record.time_start, record.time_end)


def _boxes(box: Box | None) -> Iterator[Box]:
    """A box that crosses the antimeridian, in two: many programs take a west beyond its east for a mistake."""
    if box is None:
        return
    west, south, east, north = box
    if west <= east:
        yield box
    else:
        yield (west, south, 180.0, north)
        yield (-180.0, south, east, north)


def _write_box(extent: Element, box: Box) -> None:
    west, south, east, north = box
    held = add_object(extent, "geographicElement", "EX_GeographicBoundingBox")
    sides = {"westBoundLongitude": west, "eastBoundLongitude": east}
    sides |= {"southBoundLatitude": south, "northBoundLatitude": north}
    for name, degrees in sides.items():
        add(add(held, name), "Decimal", GCO).text = _decimal(degrees)


def _parts(geometry: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """The single geometries: points, lines and polygons with their coordinates."""
    if geometry is None:
        return
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for member in geometry["geometries"]:
            yield from _parts(member)
    elif kind.startswith("Multi"):
        yield from ((kind[5:], each) for each in geometry["coordinates"])
    else:
        yield kind, geometry["coordinates"]


def _write_geometry(extent: Element, part: tuple[str, Any], name: str) -> None:
    kind, coordinates = part
    holder = add(add_object(extent, "geographicElement", "EX_BoundingPolygon"), "polygon")
    shape = add(holder, kind, GML32)
    shape.set(_ID, name)
    shape.set("srsName", _LONGITUDE_FIRST)
    match kind:
        case "Point":
            add(shape, "pos", GML32).text = _numbers([coordinates])
        case "LineString":
            add(shape, "posList", GML32).text = _numbers(coordinates)
        case _:
            for number, ring in enumerate(coordinates):
                side = add(shape, "interior" if number else "exterior", GML32)
                add(add(side, "LinearRing", GML32), "posList", GML32).text = _numbers(ring)


def _numbers(places: Sequence[Sequence[Any]]) -> str:
    return " ".join(_decimal(float(number)) for place in places for number in place[:2])


def _decimal(number: float) -> str:
    """Without an exponent, which xs:decimal does not know."""
    return format(Decimal(repr(float(number))), "f")


def _write_period(extent: Element, start: datetime | None, end: datetime | None) -> None:
    holder = add(add_object(extent, "temporalElement", "EX_TemporalExtent"), "extent")
    period = add(holder, "TimePeriod", GML32)
    period.set(_ID, "period")
    texts = {"beginPosition": date_text(start) if start else "", "endPosition": _last(end) if end else ""}
    for name, text in texts.items():
        position = add(period, name, GML32)
        if text:
            position.text = text
        else:
            position.set("indeterminatePosition", "unknown")


def _last(end: datetime) -> str:
    """Our periods do not include their end, those of GML do: the day before, or the moment before."""
    end = end.astimezone(UTC)
    last = last_moment(end)
    return last.date().isoformat() if end.time() == time(0) else date_text(last)
