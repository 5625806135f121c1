"""What the emulator reads of a record: the fields that its catalogue's columns hold, and no more."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from lxml import etree

_GMD = "{http://www.isotc211.org/2005/gmd}"
_GML = "{http://www.opengis.net/gml}"


class Read(NamedTuple):
    """A record's fields. `bbox` is west, south, east, north; `start`, `end` and `modified` are dates as texts."""

    identifier: str
    type: str
    title: str
    abstract: str
    keywords: Sequence[str]
    standard: str
    modified: str | None
    start: str | None
    end: str | None
    bbox: tuple[float | None, float | None, float | None, float | None]


def read_list(body: bytes) -> list[tuple[str, str]]:
    """Identifier and title of each record on a page of JSON."""
    return [(each["id"], each["properties"]["title"]) for each in json.loads(body)["features"]]


def read(body: bytes) -> Read:
    """A single record: JSON, or ISO 19139."""
    return _read_json(body) if body[:1] == b"{" else _read_iso(body)


def _read_json(body: bytes) -> Read:
    document = json.loads(body)
    properties = document["properties"]
    parts = document["geometry"]["coordinates"]
    ring = parts[0] if document["geometry"]["type"] == "Polygon" else parts[0][0]
    (west, south), (east, north) = ring[0], ring[2]
    start, end = document["time"]["interval"]
    return Read(
        identifier=document["id"],
        type=properties["type"],
        title=properties["title"],
        abstract=properties["description"],
        keywords=properties["keywords"],
        standard="ogc-record",
        modified=properties["updated"],
        start=start,
        end=end,
        bbox=(west, south, east, north),
    )


def _read_iso(body: bytes) -> Read:
    root = etree.fromstring(body)

    def text(name: str) -> str:
        return root.findtext(f".//{_GMD}{name}/*") or ""

    def degrees(name: str) -> float | None:
        return float(found) if (found := text(name)) else None

    return Read(
        identifier=text("fileIdentifier"),
        type=text("hierarchyLevel"),
        title=text("title"),
        abstract=text("abstract"),
        keywords=[each.text or "" for each in root.iterfind(f".//{_GMD}keyword/*")],
        standard="iso19139",
        modified=text("dateStamp") or None,
        start=root.findtext(f".//{_GML}beginPosition") or None,
        end=root.findtext(f".//{_GML}endPosition") or None,
        bbox=(
            degrees("westBoundLongitude"),
            degrees("southBoundLatitude"),
            degrees("eastBoundLongitude"),
            degrees("northBoundLatitude"),
        ),
    )
