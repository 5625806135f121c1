"""Cron as this protocol sends it, in five fields of their own, and our triggers as such fields.

The fields are read as ArcGIS reads them: by Quartz, where 1 is Sunday. What Quartz refuses, and Unix means without a
doubt, is read as Unix: its own documentation tells people to write `0 0 * * 0` for Sundays.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from windrow.errors import BadInput
from windrow.model.triggers import AnyTrigger, Cron, Dialect, Interval

FIELDS = ("minute", "hour", "dayOfMonth", "month", "dayOfWeek")

_POSITION = re.compile(r"position (\d+): ")
_ZERO = re.compile(r"(?<!\d)0(?!\d)")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

NOTHING: Mapping[str, str | None] = dict.fromkeys(FIELDS)
"""What is shown of a trigger that cron cannot say: clients send nothing of it back, and so it stays."""


def read_cron(fields: Mapping[str, str]) -> Cron:
    """The trigger that five fields name, in UTC. Raises `BadInput` that names the field at fault."""
    for name in FIELDS:
        if not fields[name] or re.search(r"\s", fields[name]):
            raise BadInput.of(name, "must be one field of cron, such as * or 0")
    expression = " ".join(fields[name] for name in FIELDS)
    try:
        return Cron(expression, "UTC", Dialect.QUARTZ)
    except BadInput as error:
        if not _is_unix(fields["dayOfMonth"], fields["dayOfWeek"]):
            raise _at_fault(fields, error) from error
    try:
        return Cron(expression, "UTC", Dialect.UNIX)
    except BadInput as error:
        raise _at_fault(fields, error) from error


def show_cron(trigger: AnyTrigger) -> Mapping[str, str | None]:
    """The five fields of a trigger: as they were written, or worked out where a period fits cron."""
    match trigger:
        case Cron(expression) if len(words := expression.split()) >= len(FIELDS):
            # Elsewhere in the house there may be seconds before them, and a year behind.
            return dict(zip(FIELDS, words[1:6] if len(words) > len(FIELDS) else words, strict=True))
        case Interval(every, anchor) if anchor.second == 0 == anchor.microsecond:
            return _of_period(every, anchor)
        case _:
            return NOTHING


def period_of(trigger: AnyTrigger, now: datetime) -> int:
    """Seconds between the next moment and the one after it; 0 where there are no two."""
    first: datetime | None = trigger.next_after(now)
    second: datetime | None = None if first is None else trigger.next_after(first)
    return 0 if first is None or second is None else round((second - first).total_seconds())


def _is_unix(days_of_month: str, days_of_week: str) -> bool:
    """Whether days that Quartz refuses mean the same to everybody: they have a 0, or no numbers, and no sign of its."""
    if re.search(r"[?LW]", days_of_month, re.IGNORECASE) or re.search(r"[?#]", days_of_week):
        return False
    return _ZERO.search(days_of_week) is not None or not re.search(r"\d", days_of_week)


def _at_fault(fields: Mapping[str, str], error: BadInput) -> BadInput:
    problem = error.problems[0].problem
    found = _POSITION.match(problem)
    if found is None:
        return BadInput.of("dayOfMonth", problem)
    position, start, at_fault = int(found[1]), 1, FIELDS[0]
    for name in FIELDS:
        if start <= position:
            at_fault = name
        start += len(fields[name]) + 1
    return BadInput.of(at_fault, problem[found.end() :])


def _of_period(every: timedelta, anchor: datetime) -> Mapping[str, str | None]:
    minutes, rest = divmod(every, timedelta(minutes=1))
    if rest:
        return NOTHING
    minute, hour = str(anchor.minute), str(anchor.hour)
    if minutes < 60 and 60 % minutes == 0:
        return _fields(_steps(anchor.minute, minutes, 59), "*", "?", "*")
    if minutes % 60 == 0 and minutes < 1440 and 1440 % minutes == 0:
        return _fields(minute, _steps(anchor.hour, minutes // 60, 23), "?", "*")
    if minutes == 1440:
        return _fields(minute, hour, "?", "*")
    if minutes == 7 * 1440:
        return _fields(minute, hour, "?", _DAYS[anchor.isoweekday() % 7])
    return NOTHING


def _fields(minute: str, hour: str, day: str, weekday: str) -> Mapping[str, str | None]:
    return dict(zip(FIELDS, (minute, hour, day, "*", weekday), strict=True))


def _steps(first: int, step: int, last: int) -> str:
    begin = first % step
    if step == 1:
        return "*"
    return f"*/{step}" if begin == 0 else f"{begin}-{last}/{step}"
