"""How records are shown: results with their boxes, facets with their words, one record as a GeoJSON feature."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from windrow.console.searches import Asked
from windrow.core.windrow import Windrow
from windrow.errors import NotAllowed, NotFound
from windrow.model.accounts import Principal
from windrow.model.copies import Copy, Role
from windrow.model.records import Box, Record
from windrow.model.resources import Resource
from windrow.ports.catalogue import Document, Entry, Facet
from windrow.ports.sources import ResourceFilter

SHOWN_FACETS = 12
SHOWN_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a search can be narrowed to."""

    value: str
    word: str
    count: int | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The values of one facet; `name` is the address's parameter."""

    name: str
    title: str
    choices: Sequence[Choice]

    @property
    def chosen(self) -> int:
        """How many are chosen."""
        return sum(each.chosen for each in self.choices)


def menus_of(windrow: Windrow, principal: Principal, asked: Asked, facets: Mapping[str, Sequence[Facet]]) -> list[Menu]:
    """Menus for type, source, standard and collection; what is chosen stands in them though nothing matches it."""
    chosen = {"type": asked.types, "source": asked.sources, "standard": asked.standards}
    titles = {"type": "Type", "source": "Source", "standard": "Standard"}
    names = _SourceNames(windrow, principal)
    return [
        Menu(name, titles[name], list(_choices(name, facets.get(name, ()), values, names)))
        for name, values in chosen.items()
    ]


def _choices(name: str, found: Sequence[Facet], chosen: Sequence[str], names: "_SourceNames") -> Iterator[Choice]:
    counts = {each.value: each.count for each in found[:SHOWN_FACETS]}
    for value in [*(each for each in chosen if each not in counts), *counts]:
        word = names.of(value) if name == "source" else value
        yield Choice(value, word or "none", counts.get(value), value in chosen)


@dataclass(frozen=True, slots=True)
class _SourceNames:
    windrow: Windrow
    principal: Principal

    def of(self, number: str) -> str:
        """A source's name; its number alone for one of another team, whose records are public."""
        with suppress(NotFound, NotAllowed, ValueError):
            return self.windrow.sources.get(self.principal, int(number)).name
        return f"source {number}"


def spell_box(box: Box | None) -> str:
    """`west,south,east,north`, as scripts and addresses want it; empty where there is none."""
    return "" if box is None else ",".join(f"{each:.6g}" for each in box)


def spell_period(start: datetime | None, end: datetime | None) -> str:
    """A time extent for people."""
    if start is None and end is None:
        return ""
    return f"{_day(start)} to {_day(end)}" if start != end else _day(start)


def _day(moment: datetime | None) -> str:
    return "…" if moment is None else f"{moment:%-d %b %Y}"


def feature_of(entry: Entry) -> bytes:
    """A record as a GeoJSON feature (RFC 7946)."""
    properties = asdict(entry.record)
    geometry = properties.pop("geometry") or _outline(properties.pop("bbox"))
    feature: dict[str, Any] = {"type": "Feature", "id": entry.id, "geometry": geometry, "properties": properties}
    if entry.record.bbox is not None:
        feature["bbox"] = list(entry.record.bbox)
    properties["source"] = entry.source_name
    return orjson.dumps(feature)


def _outline(box: Box | None) -> dict[str, Any] | None:
    if box is None:
        return None
    west, south, east, north = box
    if west <= east:
        return {"type": "Polygon", "coordinates": [_ring(west, south, east, north)]}
    # Cut at the antimeridian (RFC 7946, 3.1.9).
    parts = [[_ring(west, south, 180.0, north)], [_ring(-180.0, south, east, north)]]
    return {"type": "MultiPolygon", "coordinates": parts}


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def geometry_of(record: Record) -> str:
    """What a map draws of a record: its geometry where it has one, else nothing (the box is told apart)."""
    return "" if record.geometry is None else orjson.dumps(record.geometry).decode()


def text_of(document: Document) -> tuple[str, bool]:
    """A raw document for reading, JSON indented, and whether it was cut off."""
    content = document.content
    if "json" in document.media_type and len(content) <= SHOWN_BYTES:
        with suppress(ValueError):
            content = orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2)
    return content[:SHOWN_BYTES].decode("utf-8", "replace"), len(content) > SHOWN_BYTES


def resource_of(windrow: Windrow, principal: Principal, entry: Entry) -> Resource | None:
    """The resource behind a record; None where its source is another team's."""
    with suppress(NotFound, NotAllowed):
        which = ResourceFilter(words=entry.record.identifier)
        found = windrow.sources.resources(principal, entry.source_id, which, limit=50).items
        return next((each for each in found if each.id == entry.id), None)
    return None


@dataclass(frozen=True, slots=True)
class Copied:
    """The files of a record that are copied, or are to be; `picture` is the first that can be shown."""

    files: Sequence[Copy]
    more: bool
    picture: Copy | None


SHOWN_COPIES = 100


def copies_of(windrow: Windrow, principal: Principal, entry: Entry) -> Copied:
    """What there is of copies, the first hundred."""
    page = windrow.copies.page(principal, entry.id, limit=SHOWN_COPIES)
    pictures = (each for each in page.items if each.is_here and each.wanted.role is Role.THUMBNAIL)
    return Copied(page.items, page.next is not None, next(pictures, None))
