"""The dialect of Quartz, as ArcGIS uses it: five fields, Sunday is 1; `?`, `L`, `L-3`, `LW`, `15W`, `6L` and `6#3`.

Quartz itself writes seconds before them, and a year behind them if it likes: 0 and * are taken, and mean nothing.
"""

from windrow.model.triggers.cron_dialects.fields import WEEKDAYS, CronFields, DayRule, MonthDays, WeekDays
from windrow.model.triggers.cron_dialects.reading import (
    DIGITS,
    Kind,
    Manners,
    Scanner,
    finish_item,
    read_item,
    read_value,
)
from windrow.model.triggers.cron_dialects.shared import MONTH_DAY, Days, items_of, understand

WEEK_DAY = Kind("day of week", 1, 7, WEEKDAYS, 1, (), ", 1 is Sunday; write names, such as SUN, to be sure")

MANNERS = Manners(wraps=True, tails=True, seconds=True)

EVERY_DAY = MonthDays(frozenset(range(1, 32)), star=True)
EVERY_WEEKDAY = WeekDays(frozenset(range(7)), star=True)


def read(text: str) -> CronFields:
    """What an expression means. Raises `BadInput` with the position of what is not understood."""
    return understand(text, MANNERS, _read_days)


def _read_days(month_day: Scanner, week_day: Scanner) -> Days:
    of_month, of_week = _read_month_days(month_day), _read_week_days(week_day)
    if of_month != EVERY_DAY and of_week != EVERY_WEEKDAY:
        week_day.refuse("day of month and day of week cannot both be given; write ? for one of them")
    return of_month, of_week, DayRule.BOTH


def _is_open(scanner: Scanner) -> bool:
    return scanner.text[scanner.at : scanner.end] in ("*", "?")


def _read_month_days(scanner: Scanner) -> MonthDays:
    if _is_open(scanner):
        return EVERY_DAY
    numbers: set[int] = set()
    from_end: set[int] = set()
    nearest: set[int] = set()
    nearest_to_last: set[int] = set()
    star = False
    for item in items_of(scanner):
        if item.accept("L"):
            back = _read_distance(item)
            (nearest_to_last if item.accept("W") else from_end).add(back)
        elif (day := _read_nearest(item)) is not None:
            nearest.add(day)
        else:
            found, wild = read_item(item, MONTH_DAY, MANNERS)
            numbers.update(found)
            star = star or wild
        finish_item(item)
    return MonthDays(frozenset(numbers), frozenset(from_end), frozenset(nearest), frozenset(nearest_to_last), star)


def _read_distance(item: Scanner) -> int:
    if not item.accept("-"):
        return 0
    start = item.at
    digits = item.take(DIGITS)
    if not digits or not 1 <= int(digits[:5]) <= 30:
        item.refuse("a number from 1 to 30 must follow L-: so many days before the last of the month", start)
    return int(digits)


def _read_nearest(item: Scanner) -> int | None:
    ahead = Scanner(item.text, item.at, item.end)
    if not ahead.take(DIGITS) or ahead.sign != "W":
        return None
    day = read_value(item, MONTH_DAY)
    item.accept("W")
    return day


def _read_week_days(scanner: Scanner) -> WeekDays:
    if _is_open(scanner):
        return EVERY_WEEKDAY
    numbers: set[int] = set()
    nth: set[tuple[int, int]] = set()
    last: set[int] = set()
    for item in items_of(scanner):
        special = _read_special(item)
        if special is None:
            numbers.update(day - 1 for day in read_item(item, WEEK_DAY, MANNERS)[0])
        elif special[1] is None:
            last.add(special[0])
        elif special[1] == 0:
            numbers.add(special[0])
        else:
            nth.add((special[0], special[1]))
        finish_item(item)
    return WeekDays(frozenset(numbers), frozenset(nth), frozenset(last))


def _read_special(item: Scanner) -> tuple[int, int | None] | None:
    """`6#3` is (5, 3), `6L` is (5, None), and L alone is (6, 0): Quartz's word for Saturday."""
    if item.text[item.at : item.end].upper() == "L":
        item.accept("L")
        return 6, 0
    text = item.text[item.at : item.end].upper()
    if "#" in text:
        day = read_value(item, WEEK_DAY)
        if not item.accept("#"):
            item.refuse("a # follows one day of the week, such as FRI#2")
        start = item.at
        which = item.take(DIGITS)
        if not which or not 1 <= int(which[:5]) <= 5:
            item.refuse("a number from 1 to 5 must follow the #: which one of the month", start)
        return day - 1, int(which)
    if len(text) in (2, 4) and text.endswith("L"):
        ahead = Scanner(item.text, item.at, item.end - 1)
        day = read_value(ahead, WEEK_DAY)
        item.at = item.end
        return day - 1, None
    return None
