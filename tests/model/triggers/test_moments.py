"""Cron in every zone and at every hour of the year: fixed times once for each local day, wildcards in real time."""

# ruff: noqa: DTZ001 - what a wall clock shows has no zone

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from cronsim.cronsim import Field
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.triggers.zones import HOUR, ZONES, changes
from windrow.errors import BadInput
from windrow.model.triggers import Cron, Dialect

MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)
NEW_YORK = "America/New_York"


def moments(trigger: Cron, start: datetime, end: datetime) -> Iterator[datetime]:
    due = trigger.next_after(start)
    while due is not None and due < end:
        yield due
        due = trigger.next_after(due)


def shown(trigger: Cron, day: str, days: int = 1) -> list[str]:
    """What a wall clock shows at the moments of some local days: `02:30-0500`."""
    zone = ZoneInfo(trigger.zone)
    start = datetime.fromisoformat(day).replace(tzinfo=zone)
    end = (datetime.fromisoformat(day) + timedelta(days=days)).replace(tzinfo=zone)
    found = moments(trigger, start.astimezone(UTC) - MINUTE, end.astimezone(UTC))
    return [f"{each.astimezone(zone):%H:%M%z}" for each in found]


@pytest.mark.parametrize(
    ("expression", "zone", "day", "expected"),
    [
        ("30 2 * * *", NEW_YORK, "2027-03-14", ["03:00-0400"]),
        ("0,30 2,3 * * *", NEW_YORK, "2027-03-14", ["03:00-0400", "03:30-0400"]),
        ("30 1 * * *", NEW_YORK, "2027-11-07", ["01:30-0400"]),
        ("0 * * * *", NEW_YORK, "2027-11-07", [f"{hour:02}:00" for hour in range(24)]),
        ("15 2 * * *", "Australia/Lord_Howe", "2027-10-03", ["02:30+1100"]),
        ("30 1 * * *", "Europe/London", "2027-03-28", ["02:00+0100"]),
        ("30 0 * * *", "America/Santiago", "2027-09-05", ["01:00-0300"]),
        ("30 23 * * *", "America/Santiago", "2027-04-03", ["23:30-0300"]),
        ("0 3 * * *", "Australia/Lord_Howe", "2026-10-04", ["03:00+1100"]),
        ("0 */3 * * *", "Australia/Lord_Howe", "2026-10-04", None),
        ("45 1 * * *", "Antarctica/Troll", "2027-03-28", ["03:00+0200"]),
        ("0 10 * * *", "Pacific/Apia", "2011-12-30", []),
    ],
)
def test_the_days_on_which_clocks_are_changed(expression: str, zone: str, day: str, expected: list[str] | None) -> None:
    found = shown(Cron(expression, zone), day)

    if expected is None:
        assert [each[:5] for each in found] == ["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]
    elif len(expected) == 24:
        assert [each[:5] for each in found] == [*expected[:2], "01:00", *expected[2:]]
    else:
        assert found == expected


@pytest.mark.parametrize("expression", ["*/15 * * * *", "0 * * * *", "* * * * *"])
@pytest.mark.parametrize("day", ["2027-03-14", "2027-11-07"])
def test_wildcards_run_in_real_time(expression: str, day: str) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    found = list(moments(Cron(expression, NEW_YORK), start, start + timedelta(days=2)))

    assert len({later - earlier for earlier, later in pairwise(found)}) == 1


def firsts(dialect: Dialect, expression: str, count: int = 4) -> list[str]:
    start = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    found = moments(Cron(expression, "UTC", dialect), start, datetime(9000, 1, 1, tzinfo=UTC))
    return [f"{each:%Y-%m-%d}" for each in islice(found, count)]


@pytest.mark.parametrize(
    ("dialect", "expression", "expected"),
    [
        (Dialect.UNIX, "0 0 13 * 5", ["2027-01-01", "2027-01-08", "2027-01-13", "2027-01-15"]),  # either
        (Dialect.CELERY, "0 0 13 * 5", ["2027-08-13", "2028-10-13", "2029-04-13", "2029-07-13"]),  # both
        (Dialect.UNIX, "0 0 */2 * 1", ["2027-01-11", "2027-01-25", "2027-02-01", "2027-02-15"]),  # both: a star
        (Dialect.UNIX, "0 0 1-31 * 1", ["2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04"]),  # either: no star
        (Dialect.UNIX, "0 0 * * 0", ["2027-01-03", "2027-01-10", "2027-01-17", "2027-01-24"]),
        (Dialect.QUARTZ, "0 0 ? * 1", ["2027-01-03", "2027-01-10", "2027-01-17", "2027-01-24"]),
        (Dialect.QUARTZ, "0 4 ? * 7", ["2027-01-02", "2027-01-09", "2027-01-16", "2027-01-23"]),  # as Esri's sample
        (Dialect.QUARTZ, "0 0 L * ?", ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        (Dialect.QUARTZ, "0 0 L-3 * ?", ["2027-01-28", "2027-02-25", "2027-03-28", "2027-04-27"]),
        (Dialect.QUARTZ, "0 0 0 L-3W * ?", ["2027-01-28", "2027-02-25", "2027-03-29", "2027-04-27"]),
        (Dialect.QUARTZ, "0 0 L-30W * ?", ["2027-01-01", "2027-03-01", "2027-05-03", "2027-07-01"]),  # in the month
        (Dialect.QUARTZ, "0 0 LW * ?", ["2027-01-29", "2027-02-26", "2027-03-31", "2027-04-30"]),
        (Dialect.QUARTZ, "0 0 15W * ?", ["2027-01-15", "2027-02-15", "2027-03-15", "2027-04-15"]),
        (Dialect.QUARTZ, "0 0 1W 5,8 ?", ["2027-05-03", "2027-08-02", "2028-05-01", "2028-08-01"]),  # in the month
        (Dialect.QUARTZ, "0 0 31W * ?", ["2027-01-29", "2027-03-31", "2027-05-31", "2027-07-30"]),
        (Dialect.QUARTZ, "0 0 ? * MON#2", ["2027-01-11", "2027-02-08", "2027-03-08", "2027-04-12"]),
        (Dialect.QUARTZ, "0 0 ? * 6L", ["2027-01-29", "2027-02-26", "2027-03-26", "2027-04-30"]),
        (Dialect.QUARTZ, "0 0 ? * 6#5", ["2027-01-29", "2027-04-30", "2027-07-30", "2027-10-29"]),
        (Dialect.UNIX, "0 0 29 2 *", ["2028-02-29", "2032-02-29", "2036-02-29", "2040-02-29"]),
    ],
)
def test_days_are_those_that_the_dialect_means(dialect: Dialect, expression: str, expected: list[str]) -> None:
    assert firsts(dialect, expression) == expected


def test_what_is_rarest_is_found_over_the_year_without_a_leap_day() -> None:
    rare = Cron("0 0 29 2 1", "UTC", Dialect.CELERY)

    assert rare.next_after(datetime(2072, 3, 1, tzinfo=UTC)) == datetime(2112, 2, 29, tzinfo=UTC)
    assert Cron("0 0 29 2 *").next_after(datetime(2096, 3, 1, tzinfo=UTC)) == datetime(2104, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("time", ["0 0", "30 0", "15 1", "30 1", "0 2", "15 2", "45 2", "0 3", "30 23", "59 23"])
def test_a_fixed_time_runs_once_for_each_local_day(zone: str, time: str) -> None:
    trigger, place = Cron(f"{time} * * *", zone), ZoneInfo(zone)
    # Around every change of three years.
    for change in changes(zone, 2026, 3):
        start = (change - 48 * HOUR).astimezone(place).replace(hour=12, minute=0, fold=0)
        found = list(moments(trigger, start.astimezone(UTC), start.astimezone(UTC) + timedelta(days=5)))

        days = [each.astimezone(place).date() for each in found]
        assert days == [days[0] + timedelta(days=number) for number in range(len(days))], change
        assert 4 <= len(days) <= 6


def random_field(chance: random.Random, low: int, high: int, star: float) -> str:
    if chance.random() < star:
        return "*" if chance.random() < 0.5 else f"*/{chance.randint(2, (high - low) // 2)}"
    items = []
    for _ in range(chance.randint(1, 3)):
        first = chance.randint(low, high)
        last = chance.randint(first, high)
        step = f"/{chance.randint(1, (high - low) // 2)}" if last > first and chance.random() < 0.4 else ""
        items.append(f"{first}-{last}{step}" if chance.random() < 0.4 and last > first else str(first))
    return ",".join(items)


def random_expression(chance: random.Random, *, stars: float = 0.4) -> str:
    fields = ((0, 59, stars), (0, 23, stars), (1, 31, 0.6), (1, 12, 0.7), (0, 6, 0.6))
    return " ".join(random_field(chance, low, high, star) for low, high, star in fields)


def test_random_expressions_agree_with_cronsim_in_utc() -> None:
    """CronSim is Debian's cron in Python, and right wherever no clock is changed."""
    chance = random.Random(5)
    agreed = 0
    for _ in range(1_500):
        expression = random_expression(chance)
        start = datetime(2026, chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 23), 7, 31, tzinfo=UTC)
        try:
            trigger = Cron(expression)
        except BadInput:
            continue  # a day that never comes
        expected = list(islice(CronSim(expression, start), 3))
        assert list(islice(moments(trigger, start, datetime(9000, 1, 1, tzinfo=UTC)), 3)) == expected, expression
        agreed += 1

    assert agreed > 1_200


def random_month_day(chance: random.Random) -> str:
    """One of the ways in which Quartz names days of a month."""
    number, back = chance.randint(1, 31), chance.randint(1, 30)
    return chance.choice([f"{number}", f"{number}W", "L", f"L-{back}", "LW", f"L-{back}W", f"{number}-31/2"])


def random_week_day(chance: random.Random) -> str:
    """One of the ways in which Quartz names days of a week."""
    number = chance.randint(1, 7)
    name = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")[number - 1]
    which = chance.randint(1, 5)
    return chance.choice([f"{number}", name, f"{number}L", f"{name}L", f"{number}#{which}", f"{name}#{which}", "L"])


def is_named(day: date, item: str) -> bool:
    """Whether Quartz means that day, by counting its neighbours."""
    month = [day + timedelta(number) for number in range(-31, 32)]
    month = [each for each in month if each.month == day.month and abs((each - day).days) < 31]
    if item.endswith("W"):
        target = len(month) - int(item[2:-1] or 0) if item.startswith("L") else int(item[:-1])
        workdays = [each for each in month if each.isoweekday() <= 5]
        return 1 <= target <= len(month) and day == min(workdays, key=lambda each: abs(each.day - target))
    if item.startswith("L-") or item == "L":
        return day == (month[-1 - int(item[2:] or 0)] if int(item[2:] or 0) < len(month) else None)
    first, _, step = item.partition("/")
    low, _, high = first.partition("-")
    return day.day in range(int(low), int(high or low) + 1, int(step or 1))


def is_weekday_named(day: date, item: str) -> bool:
    """The same for a day of the week."""
    names = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
    if item == "L":
        return day.isoweekday() == 6
    word, _, which = item.partition("#")
    word, last = (word[:-1], True) if word.endswith("L") else (word, False)
    number = names.index(word) if word in names else int(word) - 1
    if day.isoweekday() % 7 != number:
        return False
    if last:
        return (day + timedelta(7)).month != day.month
    return not which or (day.day - 1) // 7 + 1 == int(which)


def test_random_days_of_quartz_agree_with_looking_at_every_day() -> None:
    chance = random.Random(11)
    every, agreed = [date(2027, 7, 1) + timedelta(number) for number in range(365)], 0  # with a leap day
    for _ in range(300):
        by_month = chance.random() < 0.6
        items = [random_month_day(chance) if by_month else random_week_day(chance) for _ in range(chance.randint(1, 2))]
        days = f"{','.join(items)} * ?" if by_month else f"? * {','.join(items)}"
        try:
            trigger = Cron(f"0 30 4 {days}", "UTC", Dialect.QUARTZ)
        except BadInput:
            continue  # a range of one value with a step, such as 31-31/2
        named = is_named if by_month else is_weekday_named
        expected = [day for day in every if any(named(day, item) for item in items)]
        found = moments(trigger, datetime(2027, 7, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC) + YEAR)
        assert [each.date() for each in found] == expected, days
        agreed += 1

    assert agreed > 250


def test_random_expressions_of_celery_agree_with_looking_at_every_minute() -> None:
    """As crontab of Celery does: every field must match, and ranges may go over the end."""
    chance = random.Random(13)
    start = datetime(2026, 2, 25, tzinfo=UTC)
    every = [start + number * MINUTE for number in range(10 * 24 * 60)]
    for _ in range(60):
        expression = random_expression(chance, stars=0.7)
        try:
            trigger = Cron(expression, "UTC", Dialect.CELERY)
        except BadInput:
            continue  # a day that never comes
        fields = [set(field.parse(part)) for field, part in zip(list(Field)[1:], expression.split(), strict=True)]
        minutes, hours, days, months, weekdays = fields
        expected = [
            each
            for each in every
            if each.minute in minutes
            and each.hour in hours
            and each.day in days
            and each.month in months
            and each.isoweekday() % 7 in weekdays
        ]
        assert list(moments(trigger, start - MINUTE, every[-1] + MINUTE)) == expected, expression


Shown = list[tuple[datetime, datetime]]


def shown_around(zone: str, change: datetime) -> Shown:
    """Every minute around a change, with what the clock shows."""
    place, start = ZoneInfo(zone), change.replace(minute=0) - 5 * HOUR
    every = (start + number * MINUTE for number in range(11 * 60))
    return [(each, each.astimezone(place).replace(tzinfo=None, fold=0)) for each in every]


def matcher(expression: str) -> Callable[[datetime], bool]:
    minutes, hours, days, months, weekdays = (
        field.parse(part) for field, part in zip(list(Field)[1:], expression.split(), strict=True)
    )
    both = any(part.startswith("*") for part in (expression.split()[2], expression.split()[4]))

    def matches(local: datetime) -> bool:
        if local.minute not in minutes or local.hour not in hours or local.month not in months:
            return False
        of_month, of_week = local.day in days, not weekdays.isdisjoint({local.isoweekday(), local.isoweekday() % 7})
        return of_month and of_week if both else of_month or of_week

    return matches


def by_brute_force(expression: str, around: Shown) -> list[datetime]:
    """Looks at every minute. A fixed time is met when the clock first shows it, or first shows more than it."""
    matches = matcher(expression)
    if any(part.startswith("*") for part in expression.split()[:2]):
        return [moment for moment, local in around if matches(local)]
    found, latest = [], around[0][1]
    for moment, local in around[1:]:
        passed = (latest + number * MINUTE for number in range(1, max(0, (local - latest) // MINUTE) + 1))
        if any(matches(each) for each in passed):
            found.append(moment)
        latest = max(latest, local)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_random_expressions_agree_with_looking_at_every_minute(zone: str) -> None:
    chance = random.Random(zone)
    turns = changes(zone, 2026, 2) or [datetime(2026, 6, 1, tzinfo=UTC)]
    turns = [*turns, *([datetime(2011, 12, 30, 9, tzinfo=UTC)] if zone == "Pacific/Apia" else [])]
    for change in turns:
        around = shown_around(zone, change)
        for _ in range(8):
            minute, hour = random_field(chance, 0, 59, 0.5), random_field(chance, 0, 23, 0.6)
            expression = f"{minute} {hour} * * {chance.choice(['*', '*', '1-5', '0,6'])}"
            expected = by_brute_force(expression, around)
            found = list(moments(Cron(expression, zone), around[0][0], around[-1][0] + MINUTE))
            assert found == [each for each in expected if each > around[0][0]], (expression, change)


@settings(max_examples=100)
@given(
    st.integers(0, 10**6).map(lambda seed: random_expression(random.Random(seed))),
    st.sampled_from(ZONES),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_moment_lies_ahead_and_none_lies_between(expression: str, zone: str, moment: datetime) -> None:
    try:
        trigger = Cron(expression, zone)
    except BadInput:
        return  # a day that never comes

    due = trigger.next_after(moment)

    assert due is not None
    assert due > moment
    assert trigger.next_after(moment + (due - moment) / 2) == due
    assert trigger.next_after(due - timedelta(microseconds=1)) == due


@pytest.mark.parametrize("expression", ["* * * * *", "30 2 * * *", "0 0 29 2 *", "*/7 3 * * 1-5", "0 0 1 1 0"])
def test_an_answer_takes_a_moment_only(expression: str) -> None:
    trigger, moment = Cron(expression, "Australia/Lord_Howe"), datetime(2026, 11, 23, tzinfo=UTC)
    trigger.next_after(moment)

    began = perf_counter()
    for _ in range(50):
        trigger.next_after(moment)

    assert (perf_counter() - began) / 50 < 0.02, "a hundred times what it takes on a machine at rest"


def test_far_ahead_there_is_an_end() -> None:
    assert Cron("0 0 * * *").next_after(datetime(9950, 1, 1, tzinfo=UTC)) is None
