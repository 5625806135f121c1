"""What can be set for a STAC source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

from windrow.errors import BadInput
from windrow.formats import dates
from windrow.formats.geojson import read_box
from windrow.model.records import Box, Record

_SECOND = timedelta(seconds=1)


class Follow(StrEnum):
    """Which links of a static catalogue are followed: below its own folder, on its own host, or wherever they lead."""

    FOLDER = "folder"
    HOST = "host"
    ANYWHERE = "anywhere"


SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "include": {
            "type": "array",
            "items": {"enum": ["items", "collections"]},
            "minItems": 1,
            "uniqueItems": True,
            "title": "What to harvest",
            "description": "Items, collections, or both.",
            "default": ["items", "collections"],
        },
        "collections": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "uniqueItems": True,
            "title": "Collections",
            "description": "Only these collections, by their id; in a static catalogue also what lies below them. "
            "Without any, the whole catalogue.",
            "default": [],
        },
        "page_size": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10_000,
            "title": "Page size",
            "description": "How many items to ask an API for at a time; the server may send fewer.",
            "default": 100,
        },
        "bbox": {
            "type": "array",
            "items": {"type": "number"},
            "oneOf": [{"maxItems": 0}, {"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
            "title": "Bounding box",
            "description": "Only items that touch this box: west, south, east, north in degrees. West is greater than "
            "east for a box across the antimeridian.",
            "default": [],
        },
        "datetime": {
            "type": "string",
            "title": "Time",
            "description": "Only items of this time: a date, a moment, or a range such as 2024-01-01/2024-12-31 or "
            "2024-01-01/.. (UTC).",
            "default": "",
        },
        "incremental": {
            "type": "boolean",
            "title": "Ask for changes only",
            "description": "Between full passes, ask an API for items updated since the last one, where all its items "
            "say when they were updated. Switch it off for an API that does not keep that up to date.",
            "default": True,
        },
        "follow": {
            "enum": [each.value for each in Follow],
            "title": "Links to follow",
            "description": "In a static catalogue: links below the catalogue's own folder, on its own host, or "
            "anywhere. Other links are left out.",
            "default": Follow.HOST.value,
        },
    },
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A source's settings, checked and with their defaults."""

    items: bool = True
    collections: bool = True
    only: tuple[str, ...] = ()
    page_size: int = 100
    box: Box | None = None
    time: dates.Period | None = None
    incremental: bool = True
    follow: Follow = Follow.HOST

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Raises `BadInput` for what the JSON Schema cannot check."""
        include = settings.get("include", ["items", "collections"])
        return cls(
            items="items" in include,
            collections="collections" in include,
            only=tuple(settings.get("collections", ())),
            page_size=settings.get("page_size", 100),
            box=_box_of(settings.get("bbox", [])),
            time=_time_of(settings.get("datetime", "")),
            incremental=settings.get("incremental", True),
            follow=Follow(settings.get("follow", Follow.HOST)),
        )

    @property
    def datetime(self) -> str:
        """The time as an API wants it: two moments (RFC 3339, the second included) with `..` for an open end."""
        if self.time is None:
            return ""
        start = f"{self.time.start:%Y-%m-%dT%H:%M:%SZ}" if self.time.start else ".."
        end = f"{self.time.end - _SECOND:%Y-%m-%dT%H:%M:%SZ}" if self.time.end else ".."
        return f"{start}/{end}"

    @property
    def narrows(self) -> bool:
        """Whether a box or a time is set."""
        return self.box is not None or self.time is not None

    def wants(self, record: Record) -> bool:
        """Whether an item lies in the box and the time that are set."""
        in_box = self.box is None or (record.bbox is not None and _touch(self.box, record.bbox))
        return in_box and (self.time is None or _overlap(self.time, dates.Period(record.time_start, record.time_end)))


def _box_of(value: Any) -> Box | None:
    if not value:
        return None
    box = read_box(list(value))
    if box is None:
        raise BadInput.of(
            "settings.bbox", "must be west, south, east, north in degrees, such as [5.9, 47.3, 15.0, 55.1]"
        )
    return box


def _time_of(text: str) -> dates.Period | None:
    if not text.strip():
        return None
    time = dates.span(text)
    if time is None:
        raise BadInput.of("settings.datetime", "must be a date, a moment or a range such as 2024-01-01/2024-12-31")
    return time


def _touch(one: Box, other: Box) -> bool:
    if one[1] > other[3] or other[1] > one[3]:
        return False
    return any(a[0] <= b[1] and b[0] <= a[1] for a in _spans(one) for b in _spans(other))


def _spans(box: Box) -> list[tuple[float, float]]:
    """The box's longitudes, as two spans where it crosses the antimeridian."""
    west, _, east, _ = box
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]


def _overlap(one: dates.Period, other: dates.Period) -> bool:
    if other == dates.Period(None, None):
        return False  # Nothing is known of its time.
    begins = one.start is None or other.end is None or one.start < other.end
    return begins and (one.end is None or other.start is None or other.start < one.end)
