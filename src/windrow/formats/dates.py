"""Dates as metadata writes them: a year, a month, a day or a moment, read as periods that do not include their end."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

INSTANT = timedelta(microseconds=1)
"""The length of a moment: a period does not include its end, so one that ends with a moment ends this much later."""

_DAY = timedelta(days=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LEAP_SECOND = timedelta(seconds=1)
_DATE = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?(?:Z|[+-]\d\d:?\d\d)?")
_MOMENT = re.compile(
    r"(\d{4}-?\d\d-?\d\d)[T ]+(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
_DCMI_PART = re.compile(r"\s*(start|end)\s*=\s*([^;]*?)\s*(?:;|$)", re.IGNORECASE)
_OPEN_YEAR = 9999
"""The year that people write when they mean "no end"."""


class Period(NamedTuple):
    """From `start` to `end` (UTC), the end not included; None is open or unknown."""

    start: datetime | None
    end: datetime | None


# Harvests repeat the same few dates over and over: a hit costs a twentieth of reading.
@lru_cache(maxsize=4096)
def period(text: str) -> Period | None:
    """What a date covers: `2001` a year, `2001-05` a month, `2001-05-03` a day, a moment just itself (`INSTANT`).

    A date without a zone is UTC. None for what is no date, and for the year 9999, which stands for "open".
    """
    text = text.strip()
    try:
        found = _DATE.fullmatch(text)
        if found:
            return _calendar_period(*found.groups())
        found = _MOMENT.fullmatch(text)
        if found:
            start = _moment(*found.groups())
            return None if start.year >= _OPEN_YEAR else Period(start, start + INSTANT)
    except (ValueError, OverflowError):
        # The 30th of February, month 0, a zone that leaves the calendar: as good as no date.
        return None
    return None


def moment(text: str) -> datetime | None:
    """The start of what a date covers."""
    found = period(text)
    return found.start if found else None


def last_moment(end: datetime) -> datetime:
    """The last moment of a period that ends there and does not include its end."""
    return max(end, _FIRST + INSTANT) - INSTANT


def date_text(when: datetime) -> str:
    """A day where the moment is its start (UTC), else the moment."""
    when = when.astimezone(UTC)
    if when.time() == time(0):
        return when.date().isoformat()
    return when.isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=4096)
def between(begin: str, end: str) -> Period:
    """From the start of one date to the end of another. Turned round where they stand in the wrong order."""
    first, last = period(begin), period(end)
    if first is None or last is None:
        return Period(first.start if first else None, last.end if last else None)
    if first.start and last.end and first.start > last.end:
        first, last = last, first
    return Period(first.start, last.end)


def span(text: str) -> Period | None:
    """A date or a range in one text: `2001-05`, `2001/2003`, `2001/..`, DCMI `start=2001; end=2003;`."""
    ends = {name.lower(): value for name, value in _DCMI_PART.findall(text)}
    if ends:
        found = between(ends.get("start", ""), ends.get("end", ""))
    elif "/" in text:
        begin, _, end = text.partition("/")
        found = between(begin, end)
    else:
        return period(text)
    return None if found == Period(None, None) else found


def _calendar_period(year: str, month: str | None, day: str | None) -> Period | None:
    if int(year) >= _OPEN_YEAR:
        return None
    first = date(int(year), int(month or 1), int(day or 1))
    if day:
        after = first + _DAY
    elif month:
        after = (first.replace(day=28) + 4 * _DAY).replace(day=1)
    else:
        after = first.replace(year=first.year + 1)
    return Period(_midnight(first), _midnight(after))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _moment(
    day: str, hour: str, minute: str | None, second: str | None, fraction: str | None, zone: str | None
) -> datetime:
    # A time of 24:00:00 and a leap second 60 are legal in ISO 8601, so the time is added to its day.
    time = timedelta(hours=int(hour), minutes=int(minute or 0), seconds=int(second or 0))
    if time > _DAY + _LEAP_SECOND or int(minute or 0) > 59 or int(second or 0) > 60:
        raise ValueError(f"No such time of day: {hour}:{minute}:{second}")
    time += timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + time - _offset(zone or "Z")


def _offset(zone: str) -> timedelta:
    if not zone.startswith(("+", "-")):
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if zone.startswith("-") else size
