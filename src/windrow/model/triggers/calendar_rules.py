"""Reading calendar rules (RFC 5545, 3.3.10): every word is understood, or refused with its position."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NoReturn

from windrow.errors import BadInput

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

LONGEST = 500
MOST_COUNT = 10_000


class Frequency(StrEnum):
    """How long the periods are; for shorter ones there are intervals and cron."""

    YEARLY = "YEARLY"
    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    DAILY = "DAILY"


@dataclass(frozen=True, slots=True)
class Rule:
    """A calendar rule. Negative days and positions count from the end.

    week_days    0 is Monday; with which one of the month or year, 0 is every one
    positions    which of the moments of a period count
    weeks        of the year, counted from its first that has four days in it, or from its last; by `week_start`
    until        the last moment that counts: by the wall clock, or aware in UTC
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    seconds: frozenset[int] = frozenset()
    week_days: frozenset[tuple[int, int]] = frozenset()
    hours: frozenset[int] = frozenset()
    minutes_of_hour: frozenset[int] = frozenset()
    positions: frozenset[int] = frozenset()
    week_start: int = 0

    @property
    def names_days(self) -> bool:
        """Whether the rule itself says which days; else the first day does."""
        return bool(self.month_days or self.year_days or self.week_days)

    def minutes(self, first: datetime) -> tuple[int, ...]:
        """Minutes since midnight; what is left open is that of the first."""
        hours, minutes = self.hours or {first.hour}, self.minutes_of_hour or {first.minute}
        return tuple(sorted(hour * 60 + minute for hour in hours for minute in minutes))


@lru_cache(maxsize=1_000)
def read_rule(text: str) -> Rule:
    """A rule from its text, with or without `RRULE:`. Raises `BadInput` with the position of what is wrong."""
    start = len("RRULE:") if text.upper().startswith("RRULE:") else 0
    if len(text) > LONGEST:
        _refuse(f"a rule has at most {LONGEST} signs", LONGEST)
    found: dict[str, Any] = {}
    place = start
    for part in text[start:].split(";"):
        name, equals, value = part.partition("=")
        word = name.upper()
        if word not in _READERS:
            _refuse(f"{name!r} is not known; use {', '.join(_READERS)}{_hint_of(word)}", place)
        field, read = _READERS[word]
        if not equals or not value:
            _refuse(f"a value must follow {word}=", place + len(name))
        if field in found:
            _refuse(f"{word} is there twice", place)
        found[field] = read(value.upper(), place + len(name) + 1)
        place += len(part) + 1
    if "frequency" not in found:
        _refuse("FREQ is missing, such as FREQ=MONTHLY", start)
    return _checked(Rule(found.pop("frequency")), found, start)


def _checked(rule: Rule, found: dict[str, Any], start: int) -> Rule:
    rule = replace(rule, **found)
    if rule.count is not None and rule.until is not None:
        _refuse("COUNT and UNTIL exclude each other", start)
    if rule.frequency in (Frequency.WEEKLY, Frequency.DAILY) and any(which for _, which in rule.week_days):
        _refuse(f"a number before a weekday, such as 2TU, goes with MONTHLY and YEARLY, not {rule.frequency}", start)
    if rule.frequency is Frequency.WEEKLY and rule.month_days:
        _refuse("BYMONTHDAY does not go with WEEKLY (RFC 5545)", start)
    if rule.frequency is not Frequency.YEARLY and rule.year_days:
        _refuse("BYYEARDAY goes with YEARLY (RFC 5545)", start)
    if rule.weeks:
        _check_weeks(rule, start)
    if rule.positions and not (rule.names_days or rule.months or rule.hours or rule.minutes_of_hour):
        _refuse("BYSETPOS needs another BY… beside it (RFC 5545)", start)
    return rule


def _check_weeks(rule: Rule, start: int) -> None:
    if rule.frequency is not Frequency.YEARLY:
        _refuse("BYWEEKNO goes with YEARLY (RFC 5545)", start)
    if any(which for _, which in rule.week_days):
        _refuse("a number before a weekday, such as 2TU, does not go with BYWEEKNO (RFC 5545)", start)
    if not rule.names_days:
        _refuse("BYWEEKNO needs BYDAY beside it: programs differ on which day of the week is meant", start)


def _refuse(problem: str, at: int) -> NoReturn:
    raise BadInput.of("trigger.rule", f"position {at + 1}: {problem}")


def _hint_of(word: str) -> str:
    if word in ("BYEASTER", "RSCALE", "SKIP"):
        return f"; {word} is not supported"
    return "; say by `first` and `zone` when it begins" if word == "DTSTART" else ""


def _read_frequency(value: str, at: int) -> Frequency:
    if value in ("SECONDLY", "MINUTELY", "HOURLY"):
        _refuse(f"{value} is better said by an interval or a cron expression", at)
    if value not in set(Frequency):
        _refuse(f"{value!r} is no frequency; use {', '.join(Frequency)}", at)
    return Frequency(value)


def _whole(low: int, high: int) -> Callable[[str, int], int]:
    def read(value: str, at: int) -> int:
        if not re.fullmatch("[+-]?[0-9]{1,5}", value) or not low <= int(value) <= high or (low < 0 and not int(value)):
            _refuse(f"{value!r} must be a whole number from {low} to {high}{' but 0' if low < 0 else ''}", at)
        return int(value)

    return read


def _several(read: Callable[[str, int], Any]) -> Callable[[str, int], frozenset[Any]]:
    def read_all(value: str, at: int) -> frozenset[Any]:
        found, place = set(), at
        for item in value.split(","):
            found.add(read(item, place))
            place += len(item) + 1
        return frozenset(found)

    return read_all


def _read_weekday(value: str, at: int) -> tuple[int, int]:
    match = re.fullmatch("([+-]?[0-9]{1,2})?([A-Z]{2})", value)
    which = int(match[1]) if match and match[1] else 0
    if not match or match[2] not in WEEKDAYS or not -53 <= which <= 53 or (match[1] and not which):
        _refuse(f"{value!r} is no weekday; use {', '.join(WEEKDAYS)}, or 2TU for the second Tuesday", at)
    return WEEKDAYS.index(match[2]), which


def _read_week_start(value: str, at: int) -> int:
    if value not in WEEKDAYS:
        _refuse(f"{value!r} is no weekday; use one of {', '.join(WEEKDAYS)}", at)
    return WEEKDAYS.index(value)


def _read_until(value: str, at: int) -> datetime:
    if re.fullmatch("[0-9]{8}(T[0-9]{6}Z?)?", value):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is not None:
            return found if "T" in value else found.replace(hour=23, minute=59)
    _refuse(f"{value!r} is no date such as 20271231, 20271231T180000, or 20271231T170000Z in UTC", at)


def _read_second(value: str, at: int) -> int:
    if value not in ("0", "00"):
        _refuse("BYSECOND must be 0: a schedule is right to the minute", at)
    return 0


_READERS: dict[str, tuple[str, Callable[[str, int], Any]]] = {
    "FREQ": ("frequency", _read_frequency),
    "INTERVAL": ("interval", _whole(1, 1_000)),
    "COUNT": ("count", _whole(1, MOST_COUNT)),
    "UNTIL": ("until", _read_until),
    "BYMONTH": ("months", _several(_whole(1, 12))),
    "BYMONTHDAY": ("month_days", _several(_whole(-31, 31))),
    "BYYEARDAY": ("year_days", _several(_whole(-366, 366))),
    "BYWEEKNO": ("weeks", _several(_whole(-53, 53))),
    "BYDAY": ("week_days", _several(_read_weekday)),
    "BYHOUR": ("hours", _several(_whole(0, 23))),
    "BYMINUTE": ("minutes_of_hour", _several(_whole(0, 59))),
    "BYSECOND": ("seconds", _several(_read_second)),
    "BYSETPOS": ("positions", _several(_whole(-366, 366))),
    "WKST": ("week_start", _read_week_start),
}
