"""Telling what cron fields mean, in a plain sentence."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from windrow.model.triggers.cron_dialects.fields import CronFields, DayRule, MonthDays, WeekDays

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ORDINALS = ("", "first", "second", "third", "fourth", "fifth")

FEW = 6
"""How many times are named one by one."""


def tell(fields: CronFields) -> str:
    """`at 02:30 on Monday in January`."""
    told = [_tell_times(fields), _tell_days(fields)]
    if len(fields.months) < 12:
        told.append(f"in {name_all([MONTHS[month - 1] for month in sorted(fields.months)])}")
    return " ".join(each for each in told if each)


def name_all(words: Sequence[str], last: str = "and") -> str:
    """`one, two and three`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _tell_times(fields: CronFields) -> str:
    if len(fields.minutes) <= FEW and not fields.in_real_time:
        return f"at {name_all([clock(each) for each in fields.minutes])}"
    hours, minutes = sorted({each // 60 for each in fields.minutes}), sorted({each % 60 for each in fields.minutes})
    told = _tell_part(minutes, 60, "minute")
    if len(hours) == 24:
        return f"{told} of every hour" if told.startswith("at") else told
    every = _tell_part(hours, 24, "hour")
    return f"{told}, {every}" if every.startswith("every") else f"{told} past {_join(hours)} o'clock"


def _tell_part(values: Sequence[int], size: int, word: str) -> str:
    if len(values) == size:
        return f"every {word}"
    steps = {later - earlier for earlier, later in pairwise(values)}
    if len(steps) == 1 and values[0] == 0:
        (step,) = steps
        if values[-1] + step >= size and size % step == 0:
            return f"every {step} {word}s"
    return f"at {word} {_join(values)}" if len(values) == 1 else f"at {word}s {_join(values)}"


def _join(values: Iterable[int]) -> str:
    return name_all([str(each) for each in values])


def clock(minute: int) -> str:
    """`02:30`, of minutes since midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _tell_days(fields: CronFields) -> str:
    month_days, week_days = fields.month_days, fields.week_days
    every = month_days.is_every or week_days.is_every
    if fields.rule is DayRule.EITHER and every:
        return "every day"
    told = [] if month_days.is_every else [f"on {_tell_month_days(month_days)}"]
    told += [] if week_days.is_every else [f"on {_tell_week_days(week_days)}"]
    if not told:
        return "" if fields.in_real_time else "every day"
    joined = " that is also ".join(told) if fields.rule is DayRule.BOTH else ", and ".join(told)
    return joined.replace(" that is also on ", ", where that is ")


def _tell_month_days(days: MonthDays) -> str:
    words = [f"day {name_all([str(each) for each in sorted(days.numbers)])}"] if days.numbers else []
    words += [f"the weekday nearest to day {day}" for day in sorted(days.nearest)]
    words += ["the last day" if not back else f"day {back} before the last" for back in sorted(days.from_end)]
    for back in sorted(days.nearest_to_last):
        words.append(f"the weekday nearest to day {back} before the last" if back else "the last weekday")
    return f"{name_all(words)} of the month"


def _tell_week_days(days: WeekDays) -> str:
    words = [WEEKDAYS[day] for day in sorted(days.numbers)]
    words += [f"the {ORDINALS[which]} {WEEKDAYS[day]} of the month" for day, which in sorted(days.nth)]
    return name_all([*words, *(f"the last {WEEKDAYS[day]} of the month" for day in sorted(days.last))])
