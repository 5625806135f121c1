"""Where and when a dataset lies: dct:spatial and dct:temporal in the spellings of DCAT 1 to 3 and GeoDCAT-AP."""

from collections.abc import Iterator

from windrow.formats.dates import Period, between, span
from windrow.formats.dcat.texts import Texts
from windrow.formats.dcat.words import DCAT, DCT, GEO, GEONETWORK, LOCN, SCHEMA, SCHEMAS, TIME
from windrow.formats.place_texts import NOWHERE, Place, join, place_of, read_place
from windrow.formats.rdf.terms import Literal, Node

_SHAPES = (f"{LOCN}geometry", f"{GEO}hasGeometry")
_WRITTEN = (
    *(f"{GEO}asGeoJSON", f"{GEO}asWKT", f"{GEO}asGML", f"{LOCN}geometry"),
    *(f"{GEONETWORK}asWKT", f"{GEONETWORK}asGML"),
)
_BOXES = (f"{DCAT}bbox", f"{SCHEMA}box", f"{SCHEMAS}box")
_CENTRES = (f"{DCAT}centroid",)
_BEGINS = (f"{DCAT}startDate", f"{SCHEMA}startDate", f"{SCHEMAS}startDate")
_ENDS = (f"{DCAT}endDate", f"{SCHEMA}endDate", f"{SCHEMAS}endDate")
_MOMENTS = (f"{TIME}inXSDDateTimeStamp", f"{TIME}inXSDDateTime", f"{TIME}inXSDDate", f"{TIME}inXSDgYear")
_EASIEST = ("geojson", "geo+json", "wktLiteral", "gmlLiteral")


def read_spatial(texts: Texts, node: Node) -> Place:
    """The places of a dataset as one."""
    return join(
        [
            read_place(value.text) if isinstance(value, Literal) else _read_location(texts, value)
            for value in texts.said.values(node, f"{DCT}spatial")
        ]
    )


def _read_location(texts: Texts, location: Node) -> Place:
    """A geometry, with the box that is given beside it; else the box; else the point in its middle."""
    shape = _first(_shapes(texts, location))
    box = _first(texts.said.literals(location, *_BOXES))
    if shape.geometry is not None and box.box is not None:
        return place_of(shape.geometry, box.box)
    return next(
        (each for each in (shape, box, _first(texts.said.literals(location, *_CENTRES))) if each != NOWHERE),
        NOWHERE,
    )


def _shapes(texts: Texts, location: Node) -> Iterator[Literal]:
    yield from texts.said.literals(location, *_SHAPES, *_WRITTEN)
    for geometry in texts.said.nodes(location, *_SHAPES):
        yield from texts.said.literals(geometry, *_WRITTEN)


def _first(literals: Iterator[Literal]) -> Place:
    """The first that makes sense; the same place is often written in several ways, and GeoJSON is the surest."""
    ordered = sorted(literals, key=_effort)
    return next((place for each in ordered if (place := read_place(each.text)) != NOWHERE), NOWHERE)


def _effort(value: Literal) -> int:
    return next((place for place, end in enumerate(_EASIEST) if value.datatype.lower().endswith(end.lower())), 9)


def read_temporal(texts: Texts, node: Node) -> Period:
    """From the first begin to the last end of all its periods."""
    periods = [
        span(value.text) or Period(None, None) if isinstance(value, Literal) else _read_period(texts, value)
        for value in texts.said.values(node, f"{DCT}temporal")
    ]
    found = [each for each in periods if each != Period(None, None)]
    starts, ends = [each.start for each in found], [each.end for each in found]
    return Period(
        min((each for each in starts if each is not None), default=None) if None not in starts else None,
        max((each for each in ends if each is not None), default=None) if None not in ends else None,
    )


def _read_period(texts: Texts, period: Node) -> Period:
    begin = texts.plain(period, *_BEGINS) or _read_instant(texts, period, f"{TIME}hasBeginning")
    end = texts.plain(period, *_ENDS) or _read_instant(texts, period, f"{TIME}hasEnd")
    return between(begin, end)


def _read_instant(texts: Texts, period: Node, side: str) -> str:
    instants = texts.said.nodes(period, side)
    return next((text for each in instants if (text := texts.plain(each, *_MOMENTS))), "")
