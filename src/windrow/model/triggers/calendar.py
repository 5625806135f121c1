"""Moments by a calendar rule (RFC 5545, RRULE), in a time zone: the second Tuesday, the last working day.

Written here and not left to dateutil, whose rules count by the wall clock alone, have no answer in the hours that
clocks leave out, and search until the year 9999 where nothing matches.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from windrow.errors import BadInput
from windrow.model.triggers.calendar_rules import Frequency, Rule, read_rule
from windrow.model.triggers.cron import tell_zone
from windrow.model.triggers.walking import YEARS, first_after
from windrow.model.triggers.zones import zone_of

DAY = timedelta(days=1)

Dated = tuple[date, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Moments by a calendar rule, counted from a first day.

    rule    RFC 5545: `FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1`
    first   date and time by the wall clock of the zone; gives what the rule leaves open (the time, the day), and
            nothing is due before it
    zone    IANA name
    """

    rule: str
    first: datetime
    zone: str = "UTC"

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if self.first.tzinfo is not None or self.first.second or self.first.microsecond:
            told = "is a date and time of the wall clock to the minute, without a zone, such as 2027-01-01T06:00"
            raise BadInput.of("trigger.first", told)
        if not 1900 <= self.first.year <= 2999:
            raise BadInput.of("trigger.first", "must lie between the years 1900 and 2999")
        if not _comes(_rule_of(self.rule, self.zone), self.first):
            raise BadInput.of("trigger.rule", f"no day matches within {YEARS} years: this would never run")

    def next_after(self, moment: datetime) -> datetime | None:
        """The first moment later than `moment`."""
        return first_after(moment, self._days, zone_of(self.zone))

    def describe(self) -> str:
        """`by the calendar rule FREQ=DAILY from 2027-01-01 06:00, UTC`."""
        return f"by the calendar rule {self.rule} from {self.first:%Y-%m-%d %H:%M}, {tell_zone(self.zone)}"

    def _days(self, begin: date) -> Iterator[Dated]:
        return _days_of(_rule_of(self.rule, self.zone), self.first, begin)


@lru_cache(maxsize=1_000)
def _rule_of(text: str, zone: str) -> Rule:
    """The rule, with its end by the wall clock of the zone."""
    rule = read_rule(text)
    if rule.until is None or rule.until.tzinfo is None:
        return rule
    return replace(rule, until=rule.until.astimezone(zone_of(zone)).replace(tzinfo=None))


@lru_cache(maxsize=1_000)
def _comes(rule: Rule, first: datetime) -> bool:
    return next(_days_of(rule, first, first.date()), None) is not None


def _days_of(rule: Rule, first: datetime, begin: date) -> Iterator[Dated]:
    """The days of a rule from a date on, as its count and its end allow."""
    left = rule.count
    # What is counted must be counted from the beginning.
    for day, named in _expand(rule, first, begin if left is None else first.date()):
        minutes = named
        if rule.until is not None:
            if day > rule.until.date():
                return
            minutes = tuple(each for each in named if _at(day, each) <= rule.until)
        if left is not None:
            minutes, left = minutes[:left], left - len(minutes)
        if minutes and day >= begin:
            yield day, minutes
        if left is not None and left <= 0:
            return


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60))


def _expand(rule: Rule, first: datetime, begin: date) -> Iterator[Dated]:
    """The days of a rule that are not before the first, from a date on, for `YEARS` years."""
    minutes = rule.minutes(first)
    started = first.hour * 60 + first.minute
    last = date(min(begin.year + YEARS, 9_998), 12, 31)
    for period in _periods(rule, first.date(), begin, last):
        for day, found in _of_period(rule, period, first.date(), minutes):
            named = found if day > first.date() else tuple(each for each in found if each >= started)
            if named and day >= max(begin, first.date()):
                yield day, named


def _of_period(rule: Rule, days: list[date], first: date, minutes: tuple[int, ...]) -> Iterator[Dated]:
    matching = [day for day in days if _matches(rule, day, first)]
    if not rule.positions:
        yield from ((day, minutes) for day in matching)
        return
    each = [(day, minute) for day in matching for minute in minutes]
    chosen = {place - 1 if place > 0 else len(each) + place for place in rule.positions}
    kept: dict[date, list[int]] = {}
    for place, (day, minute) in enumerate(each):
        if place in chosen:
            kept.setdefault(day, []).append(minute)
    yield from ((day, tuple(found)) for day, found in kept.items())


def _periods(rule: Rule, first: date, begin: date, last: date) -> Iterator[list[date]]:
    """The days of each period that counts, from the one on that `begin` lies in."""
    step = rule.interval
    if rule.frequency is Frequency.YEARLY:
        for year in range(first.year + _skipped(begin.year - first.year, step), last.year + 1, step):
            yield [date(year, month, day) for month in range(1, 13) for day in range(1, _length(year, month) + 1)]
    elif rule.frequency is Frequency.MONTHLY:
        start = first.year * 12 + first.month - 1
        now = begin.year * 12 + begin.month - 1
        for number in range(start + _skipped(now - start, step), last.year * 12 + 12, step):
            year, month = divmod(number, 12)
            yield [date(year, month + 1, day) for day in range(1, _length(year, month + 1) + 1)]
    else:
        length = 7 if rule.frequency is Frequency.WEEKLY else 1
        start_day = first - (first.weekday() - rule.week_start) % 7 * DAY if length == 7 else first
        skipped = _skipped((begin - start_day).days // length, step)
        for number in range(skipped, (last - start_day).days // length, step):
            yield [start_day + (number * length + each) * DAY for each in range(length)]


def _skipped(periods: int, step: int) -> int:
    return max(0, periods) // step * step


@lru_cache(maxsize=1_000)
def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _matches(rule: Rule, day: date, first: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if not rule.names_days:
        return _is_like_first(rule, day, first)
    length = _length(day.year, day.month)
    if rule.month_days and day.day not in rule.month_days and day.day - length - 1 not in rule.month_days:
        return False
    if rule.year_days and not _is_year_day(rule, day):
        return False
    if rule.weeks and rule.weeks.isdisjoint(_week_numbers(day, rule.week_start)):
        return False
    return not rule.week_days or any(_is_weekday(rule, day, weekday, which) for weekday, which in rule.week_days)


def _is_like_first(rule: Rule, day: date, first: date) -> bool:
    """What the first day says where the rule names no days."""
    if rule.frequency is Frequency.DAILY:
        return True
    if rule.frequency is Frequency.WEEKLY:
        return day.weekday() == first.weekday()
    same_month = rule.frequency is Frequency.MONTHLY or bool(rule.months) or day.month == first.month
    return same_month and day.day == first.day


def _is_year_day(rule: Rule, day: date) -> bool:
    number = (day - date(day.year, 1, 1)).days + 1
    length = 366 if _length(day.year, 2) == 29 else 365
    return number in rule.year_days or number - length - 1 in rule.year_days


def _week_numbers(day: date, week_start: int) -> tuple[int, int]:
    """Which week of its year a day lies in, from the first and from the last, as RFC 5545 (3.3.10) counts them.

    A week belongs to the year that has four of its days at least: the first days of January may lie in week 53, and the
    last of December in week 1.
    """
    begin = day - (day.weekday() - week_start) % 7 * DAY
    year = (begin + 3 * DAY).year
    first, following = _first_week(year, week_start), _first_week(year + 1, week_start)
    return (begin - first).days // 7 + 1, (begin - following).days // 7


@lru_cache(maxsize=1_000)
def _first_week(year: int, week_start: int) -> date:
    fourth = date(year, 1, 4)
    return fourth - (fourth.weekday() - week_start) % 7 * DAY


def _is_weekday(rule: Rule, day: date, weekday: int, which: int) -> bool:
    if day.weekday() != weekday or not which:
        return day.weekday() == weekday
    if rule.frequency is Frequency.YEARLY and not rule.months:
        number, length = (day - date(day.year, 1, 1)).days + 1, 366 if _length(day.year, 2) == 29 else 365
    else:
        number, length = day.day, _length(day.year, day.month)
    return (number + 6) // 7 == which or -((length - number) // 7) - 1 == which
