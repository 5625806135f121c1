"""Windows: hours of days by the wall clock of a zone, in which something may run, or may not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from windrow.errors import BadInput
from windrow.model.triggers.zones import resolve, zone_of

DAY = timedelta(days=1)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of days: from `begin`, included, to `end`, which is not; over midnight where the end is not later.

    weekdays          0 is Monday, on which it begins; none means every day
    first, last       the days on which it begins for the first and the last time, both included; None is without end
    """

    begin: time = time()
    end: time = time()
    zone: str = "UTC"
    weekdays: frozenset[int] = frozenset()
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if not self.weekdays <= frozenset(range(7)):
            raise BadInput.of("window.weekdays", "go from 0 (Monday) to 6 (Sunday)")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise BadInput.of("window.last", "must not lie before the first day")

    def describe(self) -> str:
        """For people, and as commands take it: `Mon-Fri 22:00-06:00 Europe/Berlin`, `2026-12-24..2026-12-27 UTC`."""
        days = sorted(self.weekdays)
        names = [DAYS[day] for day in days]
        if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
            names = [f"{names[0]}-{names[-1]}"]
        dates = "" if self.first is self.last is None else f"{self.first or ''}..{self.last or ''}"
        hours = "" if self.begin == self.end == time() else f"{_told(self.begin)}-{_told(self.end)}"
        return " ".join(filter(None, [",".join(names), dates, hours, self.zone]))

    def closes(self, moment: datetime) -> datetime | None:
        """When it closes, if it is open at that moment; else None."""
        day = moment.astimezone(zone_of(self.zone)).date()
        spans = (self._span(each) for each in (day - DAY, day) if self._counts(each))
        return max((end for begin, end in spans if begin <= moment < end), default=None)

    def opens(self, moment: datetime) -> datetime | None:
        """When it opens next, later than that moment; None if never again."""
        starts = (self._span(each)[0] for each in self._days(moment.astimezone(zone_of(self.zone)).date()))
        return next((each for each in starts if each > moment), None)

    def _days(self, day: date) -> Iterator[date]:
        begin = day if self.first is None else max(day, self.first)
        return (each for number in range(9) if self._counts(each := begin + number * DAY))

    def _counts(self, day: date) -> bool:
        if (self.first is not None and day < self.first) or (self.last is not None and day > self.last):
            return False
        return not self.weekdays or day.weekday() in self.weekdays

    def _span(self, day: date) -> tuple[datetime, datetime]:
        zone = zone_of(self.zone)
        until = day if self.end > self.begin else day + DAY
        return resolve(datetime.combine(day, self.begin), zone), resolve(datetime.combine(until, self.end), zone)


def _told(moment: time) -> str:
    return moment.isoformat("minutes" if moment.replace(second=0, microsecond=0) == moment else "seconds")


MOST_STEPS = 20
"""How many windows may follow one another without a gap."""


def free_from(moment: datetime, windows: tuple[Window, ...], blackouts: tuple[Window, ...]) -> datetime | None:
    """The first moment from this one on that lies in one of the windows, if there are any, and in no blackout.

    None where there is none.
    """
    for _ in range(MOST_STEPS):
        closes = max((end for each in blackouts if (end := each.closes(moment)) is not None), default=None)
        if closes is not None:
            moment = closes
        elif windows and all(each.closes(moment) is None for each in windows):
            opens = min((start for each in windows if (start := each.opens(moment)) is not None), default=None)
            if opens is None:
                return None
            moment = opens
        else:
            return moment
    return None


@dataclass(frozen=True, slots=True)
class Hours:
    """When something may be done: in one of the windows, if there are any, and in no blackout."""

    windows: tuple[Window, ...] = ()
    blackouts: tuple[Window, ...] = ()

    def closed_until(self, moment: datetime) -> datetime | None:
        """When it may be done again, if it may not be done at that moment; else None.

        Where no moment is left at all that is a day later: somebody may have changed it by then.
        """
        free = free_from(moment, self.windows, self.blackouts)
        if free is None:
            return moment + DAY
        return free if free > moment else None
