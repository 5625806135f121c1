"""What all dialects have in common: fields and lists, the names of the whole, and the canonical spelling."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from windrow.model.triggers.cron_dialects.fields import MONTHS, WEEKDAYS, CronFields, DayRule, MonthDays, WeekDays
from windrow.model.triggers.cron_dialects.reading import Kind, Manners, Scanner, finish_item, read_item, refuse

MINUTE = Kind("minute", 0, 59)
HOUR = Kind("hour", 0, 23)
MONTH_DAY = Kind("day of month", 1, 31)
MONTH = Kind("month", 1, 12, MONTHS, 1)

LONGEST = 500

ALIASES = {
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "midnight": "0 0 * * *",
    "weekly": "0 0 * * SUN",
    "monthly": "0 0 1 * *",
    "yearly": "0 0 1 1 *",
    "annually": "0 0 1 1 *",
}
"""Known with and without an @, in every dialect."""


def spread(text: str) -> str:
    """The expression that an alias stands for, or the text itself. Raises `BadInput`."""
    word = text.strip().lower().removeprefix("@")
    start = len(text) - len(text.lstrip())
    if word in ALIASES:
        return ALIASES[word]
    if word == "reboot":
        refuse("reboot names no moment: a schedule runs by the clock, whatever is started when", start)
    if text.strip().startswith("@"):
        refuse(f"{text.strip()} is not known; use one of {', '.join(f'@{each}' for each in ALIASES)}", start)
    return text


def divide(text: str, manners: Manners) -> list[Scanner]:
    """The five fields. Raises `BadInput` where there are more or fewer."""
    if len(text) > LONGEST:
        refuse(f"an expression has at most {LONGEST} signs", LONGEST)
    found = list(re.finditer(r"[^ \t]+", text))
    if len(found) < 5:
        names = ("minute", "hour", "day of month", "month", "day of week")
        refuse(f"the {names[len(found)]} is missing; an expression has five fields: {', '.join(names)}", len(text))
    if manners.seconds and len(found) in (6, 7):
        found = _without_seconds(found)
    if len(found) > 5:
        told = "there are more than five fields; leave out seconds (they come first) and years (they come last)"
        refuse(told, found[5].start())
    return [Scanner(text, each.start(), each.end()) for each in found]


def _without_seconds(found: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Five fields of six or seven. Raises `BadInput` where the others say something."""
    if found[0][0] not in ("0", "00"):
        told = "of six fields the first are seconds, which must be 0: a schedule is right to the minute"
        refuse(told, found[0].start())
    if len(found) == 7 and found[6][0] != "*":
        refuse("of seven fields the last are years, which must be *: say by start and end when", found[6].start())
    return list(found[1:6])


def items_of(scanner: Scanner) -> list[Scanner]:
    """The items of a list, which commas part. Raises `BadInput` for an empty one."""
    items, start = [], scanner.at
    for place in [*(at for at in range(start, scanner.end) if scanner.text[at] == ","), scanner.end]:
        if place == start:
            refuse("there is nothing before or after this comma", min(place, scanner.end - 1))
        items.append(Scanner(scanner.text, start, place))
        start = place + 1
    return items


@dataclass(frozen=True, slots=True)
class Plain:
    """The values of a field without special signs; `star` tells that it begins with a wildcard."""

    values: frozenset[int]
    star: bool
    spelled: str


def read_plain(scanner: Scanner, kind: Kind, manners: Manners) -> Plain:
    """A list of numbers, names, ranges and steps. Raises `BadInput`."""
    values: set[int] = set()
    star = False
    for place, item in enumerate(items_of(scanner)):
        found, wild = read_item(item, kind, manners)
        finish_item(item)
        values.update(found)
        star = star or (wild and place == 0)
    return Plain(frozenset(values), star, spell(values, kind, star))


def spell(values: Iterable[int], kind: Kind, star: bool) -> str:
    """`*`, `*/15` or `0,5,10`, so that every spelling of the same values comes out alike."""
    ordered = sorted(set(values))
    whole = list(range(kind.low, kind.high + 1))
    if star and ordered == whole:
        return "*"
    step = ordered[1] - ordered[0] if len(ordered) > 1 else 0
    if star and step and ordered == whole[::step]:
        return f"*/{step}"
    return ",".join(map(str, ordered))


def spell_weekdays(days: WeekDays) -> str:
    """`*`, or the names of the days: `MON,FRI#2,SATL`."""
    if days.is_every:
        return "*"
    words = [WEEKDAYS[day] for day in sorted(days.numbers)]
    words += [f"{WEEKDAYS[day]}#{which}" for day, which in sorted(days.nth)]
    return ",".join([*words, *(f"{WEEKDAYS[day]}L" for day in sorted(days.last))])


def spell_month_days(days: MonthDays) -> str:
    """`*`, or `1,15,15W,L,L-3,LW,L-3W`."""
    words = [spell(days.numbers, MONTH_DAY, days.star)] if days.numbers else []
    words += [f"{day}W" for day in sorted(days.nearest)]
    words += ["L" if not back else f"L-{back}" for back in sorted(days.from_end)]
    return ",".join([*words, *("LW" if not back else f"L-{back}W" for back in sorted(days.nearest_to_last))])


Days = tuple[MonthDays, WeekDays, DayRule]


def understand(text: str, manners: Manners, read_days: Callable[[Scanner, Scanner], Days]) -> CronFields:
    """The fields of an expression. Raises `BadInput` for what is not understood, and for what never comes."""
    scanners = divide(spread(text), manners)
    minute, hour = read_plain(scanners[0], MINUTE, manners), read_plain(scanners[1], HOUR, manners)
    month_days, week_days, rule = read_days(scanners[2], scanners[4])
    month = read_plain(scanners[3], MONTH, manners)
    spelled: Sequence[str] = (spell_month_days(month_days), month.spelled, spell_weekdays(week_days))
    fields = CronFields(
        minutes=tuple(each * 60 + other for each in sorted(hour.values) for other in sorted(minute.values)),
        month_days=month_days,
        months=month.values,
        week_days=week_days,
        rule=rule,
        in_real_time=minute.star or hour.star,
        canonical=" ".join((minute.spelled, hour.spelled, *spelled)),
    )
    if fields.never_comes():
        scanners[2].refuse("no month has such a day: this would never run")
    return fields
