"""What a cron expression means, whatever dialect it was written in: one set of fields for all of them."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from windrow.model.triggers.walking import YEARS

WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class DayRule(StrEnum):
    """What a day must match where day of month and day of week are both given: both of them, or either."""

    BOTH = "both"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days of a month. `star` tells that the field began with a star.

    numbers    1 to 31
    from_end   0 is the last day of the month, 3 the third before it
    nearest    the weekday (Monday to Friday) nearest to this day, within the month
    nearest_to_last   the same nearest to the last day (0), or to the third before it (3)
    """

    numbers: frozenset[int] = frozenset()
    from_end: frozenset[int] = frozenset()
    nearest: frozenset[int] = frozenset()
    nearest_to_last: frozenset[int] = frozenset()
    star: bool = False

    @property
    def is_every(self) -> bool:
        """Whether every day is meant."""
        return len(self.numbers) == 31

    def in_month(self, year: int, month: int) -> frozenset[int]:
        """The days of one month that match."""
        first, length = _month(year, month)
        found = {day for day in self.numbers if day <= length} | {length - back for back in self.from_end}
        nearest = self.nearest | {length - back for back in self.nearest_to_last}
        found |= {_nearest_weekday(day, first, length) for day in nearest if 1 <= day <= length}
        return frozenset(day for day in found if day >= 1)


@dataclass(frozen=True, slots=True)
class WeekDays:
    """Days of the week, 0 is Sunday: every week's, the n-th of the month (1 to 5), or the last of the month."""

    numbers: frozenset[int] = frozenset()
    nth: frozenset[tuple[int, int]] = frozenset()
    last: frozenset[int] = frozenset()
    star: bool = False

    @property
    def is_every(self) -> bool:
        """Whether every day is meant."""
        return len(self.numbers) == 7

    def in_month(self, year: int, month: int) -> frozenset[int]:
        """The days of one month that match."""
        first, length = _month(year, month)
        return frozenset(
            day
            for day in range(1, length + 1)
            if (weekday := (first + day - 1) % 7) in self.numbers
            or (weekday, (day + 6) // 7) in self.nth
            or (weekday in self.last and day + 7 > length)
        )


@dataclass(frozen=True, slots=True)
class CronFields:
    """A cron expression, understood.

    minutes        of the day, in order, that the minute and hour fields name together
    months         1 to 12
    rule           how days of month and days of week go together
    in_real_time   minute or hour is a wildcard: it runs by the real clock, not once for each local time
    canonical      the same in five fields, with names for weekdays
    """

    minutes: tuple[int, ...]
    month_days: MonthDays
    months: frozenset[int]
    week_days: WeekDays
    rule: DayRule
    in_real_time: bool
    canonical: str

    def days(self, begin: date) -> Iterator[tuple[date, tuple[int, ...]]]:
        """The days that match, from a date on, each with the minutes of it."""
        year, month = begin.year, begin.month
        for _ in range(12 * YEARS):
            if month in self.months:
                for number in self.days_of_month(year, month):
                    day = date(year, month, number)
                    if day >= begin:
                        yield day, self.minutes
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def days_of_month(self, year: int, month: int) -> list[int]:
        """The days of one month that match, in order, if the month does."""
        of_month = self.month_days.in_month(year, month)
        if self.rule is DayRule.BOTH and self.week_days.is_every:
            return sorted(of_month)
        of_week = self.week_days.in_month(year, month)
        return sorted(of_month & of_week if self.rule is DayRule.BOTH else of_month | of_week)

    def never_comes(self) -> bool:
        """Whether no day of any year matches: 28 years hold every kind of year that there is."""
        years = range(2000, 2028)
        return not any(self.days_of_month(year, month) for month in self.months for year in years)


@lru_cache(maxsize=1_000)
def _month(year: int, month: int) -> tuple[int, int]:
    """The weekday of the first (0 is Sunday), and how many days there are."""
    first, length = monthrange(year, month)
    return (first + 1) % 7, length


def _nearest_weekday(day: int, first: int, length: int) -> int:
    weekday = (first + day - 1) % 7
    if weekday == 6:
        return day - 1 if day > 1 else day + 2
    if weekday == 0:
        return day + 1 if day < length else day - 2
    return day
