"""Periods: which time a report tells of, by whose wall clock, and the days and longer spans that it has."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from windrow.errors import BadInput
from windrow.model.triggers.zones import resolve, zone_of
from windrow.ports.reporting import Offset

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
SHORTEST = timedelta(minutes=15)

LONGEST = timedelta(days=5 * 366)


class Span(StrEnum):
    """A length of the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to before `until` (UTC), told by the wall clock of `zone`."""

    since: datetime
    until: datetime
    zone: ZoneInfo

    def days(self) -> Iterator[date]:
        """Its days, also those of which it has only a part."""
        day, last = self.since.astimezone(self.zone).date(), (self.until - SECOND).astimezone(self.zone).date()
        while day <= last:
            yield day
            day += DAY

    def offsets(self) -> list[Offset]:
        """What the wall clock is ahead of UTC: each difference with the moment it ends at."""
        found: list[Offset] = []
        moments = [self.since + number * DAY for number in range((self.until - self.since) // DAY + 1)]
        for before, after in pairwise([*moments, self.until]):
            if self._ahead(before) != self._ahead(after):
                found.append(Offset(self._change_between(before, after), self._ahead(before)))
        return [*found, Offset(self.until, self._ahead(self.until))]

    def _change_between(self, before: datetime, after: datetime) -> datetime:
        ahead = self._ahead(before)
        while after - before > SECOND:  # some clocks were changed a minute after midnight
            middle = before + (after - before) // SECOND // 2 * SECOND
            before, after = (middle, after) if self._ahead(middle) == ahead else (before, middle)
        return after

    def _ahead(self, moment: datetime) -> int:
        offset = moment.astimezone(self.zone).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())


def last_whole(span: Span, before: datetime, zone: str) -> Period:
    """The last day, week, month, ... that had ended at a moment."""
    where = zone_named(zone)
    end = first_day(span, before.astimezone(where).date())
    return Period(_midnight(first_day(span, end - DAY), where), _midnight(end, where), where)


def between(since: str, until: str, zone: str) -> Period:
    """From one moment or day to before another, both in ISO 8601. Raises `BadInput`."""
    where = zone_named(zone)
    period = Period(_moment(since, where, "from"), _moment(until, where, "to"), where)
    if not SHORTEST <= period.until - period.since <= LONGEST:
        raise BadInput.of("to", "must lie behind `from`, and at most five years")
    return period


def first_day(span: Span, day: date) -> date:
    """The first day of the week, month, ... that a day is in."""
    match span:
        case Span.DAY:
            return day
        case Span.WEEK:
            return day - day.weekday() * DAY
        case Span.MONTH:
            return day.replace(day=1)
        case Span.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Span.YEAR:
            return day.replace(month=1, day=1)


def name_of(span: Span, day: date) -> str:
    """How the week, month, ... is called that begins at a day."""
    match span:
        case Span.DAY | Span.WEEK:
            return day.isoformat()
        case Span.MONTH:
            return f"{day:%Y-%m}"
        case Span.QUARTER:
            return f"{day.year} Q{(day.month + 2) // 3}"
        case Span.YEAR:
            return str(day.year)


def zone_named(name: str) -> ZoneInfo:
    """A time zone. Raises `BadInput`."""
    try:
        return zone_of(name)
    except BadInput as error:
        raise BadInput.of("zone", error.problems[0].problem) from error


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return resolve(datetime.combine(day, time()), zone)


def _moment(text: str, zone: ZoneInfo, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput.of(field, "must be a day or moment in ISO 8601, such as 2026-01-31") from None
    return resolve(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)
