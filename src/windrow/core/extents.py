"""Places and periods as the OGC's and STAC's APIs write them in a query, read strictly."""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from windrow.errors import BadInput
from windrow.formats.dates import period
from windrow.model.records import Box

Period: TypeAlias = tuple[datetime | None, datetime | None]

_BOX = "must be west,south,east,north in degrees (or six numbers, with the heights third and sixth)"
_PERIOD = "must be a moment such as 2026-01-01T00:00:00Z, or an interval start/end of which one end may be `..`"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:[Zz]|[+-]\d\d:\d\d))?")
"""RFC 3339, section 5.6: a date, or a date and time with its offset."""


def read_bbox(text: str) -> Box:
    """A box from a query: `west,south,east,north`. Raises `BadInput` for the parameter `bbox`."""
    try:
        numbers = [float(each) for each in text.split(",")]
    except ValueError as error:
        raise BadInput.of("bbox", _BOX) from error
    return box_of(numbers)


def box_of(numbers: Sequence[float]) -> Box:
    """A box from four numbers, or from six, of which the heights are dropped. Raises `BadInput`."""
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise BadInput.of("bbox", _BOX)
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    return float(west), float(south), float(east), float(north)


def read_period(text: str) -> Period:
    """A moment, a day or a closed interval, as start and end of which the end is not included.

    Raises `BadInput` for the parameter `datetime`.
    """
    begin, slash, end = text.strip().partition("/")
    if not slash:
        start, after = _read(begin)
        return start, after
    first, last = _read_end(begin), _read_end(end)
    if first is None and last is None:
        raise BadInput.of("datetime", "must not be open at both ends; leave it out instead")
    start, after = first[0] if first else None, last[1] if last else None
    if start is not None and after is not None and start >= after:
        raise BadInput.of("datetime", "must not end before it starts")
    return start, after


def _read_end(text: str) -> Period | None:
    return None if text in ("", "..") else _read(text)


def _read(text: str) -> Period:
    found = period(text) if _MOMENT.fullmatch(text) else None
    if found is None:
        # Year 9999 and later is how some clients write "no end".
        if _MOMENT.fullmatch(text) and text.startswith("9999"):
            return None, None
        raise BadInput.of("datetime", _PERIOD)
    return found
