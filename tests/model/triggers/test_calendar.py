"""Calendar rules: those of RFC 5545, by the wall clock of a zone; what never comes or is not understood is refused."""

# ruff: noqa: DTZ001 - what a wall clock shows has no zone

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput
from windrow.model.triggers import Calendar
from windrow.model.triggers.calendar import _week_numbers

FIRST = datetime(2027, 1, 1, 6, 30)


def moments(trigger: Calendar, moment: datetime | None) -> Iterator[datetime]:
    while moment is not None and (moment := trigger.next_after(moment)) is not None:
        yield moment


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY", ["01-01", "01-02", "01-03"]),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", ["01-12", "01-14", "01-26"]),
        ("freq=monthly;byday=mo,tu,we,th,fr;bysetpos=-1", ["01-29", "02-26", "03-31"]),
        ("FREQ=MONTHLY;BYDAY=2TU", ["01-12", "02-09", "03-09"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["01-31", "02-28", "03-31"]),
        ("FREQ=YEARLY;BYMONTH=3,9;BYDAY=-1SU", ["03-28", "09-26", "03-26"]),
        ("FREQ=MONTHLY;BYDAY=FR,3SA", ["01-01", "01-08", "01-15"]),
        ("FREQ=YEARLY;BYYEARDAY=-1", ["12-31", "12-31", "12-31"]),
        ("FREQ=DAILY;COUNT=2", ["01-01", "01-02"]),
        ("FREQ=DAILY;UNTIL=20270102", ["01-01", "01-02"]),
        ("FREQ=DAILY;UNTIL=20270103T063000Z;BYSECOND=0", ["01-01", "01-02", "01-03"]),
        ("FREQ=DAILY;UNTIL=20270103T062900Z", ["01-01", "01-02"]),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,SU", ["01-04", "01-10", "01-03"]),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR", ["01-01", "12-31", "12-29"]),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU", ["05-17", "05-15", "05-14"]),
    ],
)
def test_rules_name_their_days(rule: str, expected: list[str]) -> None:
    found = moments(Calendar(rule, FIRST), datetime(2026, 11, 23, tzinfo=UTC))

    assert [f"{each:%m-%d}" for each in islice(found, 3)] == expected


def random_bounds(chance: random.Random, parts: list[str]) -> list[str]:
    """What may stand behind the days and hours of a rule."""
    found = []
    if len(parts) > 2 and any(part.startswith("BY") for part in parts) and chance.random() < 0.3:
        found.append(
            f"BYSETPOS={','.join(sorted(set(chance.choices(['1', '2', '-1', '-2'], k=chance.randint(1, 2)))))}"
        )
    if chance.random() < 0.2:
        found.append(f"COUNT={chance.randint(1, 5)}")
    if chance.random() < 0.3:
        found.append(f"WKST={chance.choice(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])}")
    return found


def random_rule(chance: random.Random) -> str:
    frequency = chance.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"])
    parts = [f"FREQ={frequency}"]
    days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    def some(values: list[str], most: int) -> str:
        return ",".join(sorted(set(chance.choices(values, k=chance.randint(1, most)))))

    if chance.random() < 0.5:
        parts.append(f"INTERVAL={chance.randint(1, 5)}")
    if chance.random() < 0.4:
        parts.append(f"BYMONTH={some([str(each) for each in range(1, 13)], 4)}")
    if chance.random() < 0.5:
        # Not mixed: dateutil takes "FR,3SA" for days that are both.
        numbered = [f"{chance.choice([1, 2, 3, 4, -1, -2])}{day}" for day in days]
        may_be_numbered = frequency in ("YEARLY", "MONTHLY") and chance.random() < 0.5
        parts.append(f"BYDAY={some(numbered if may_be_numbered else days, 3)}")
    if frequency != "WEEKLY" and chance.random() < 0.4:
        parts.append(f"BYMONTHDAY={some([str(each) for each in [*range(1, 29), -1, -2, -10]], 12)}")
    if frequency == "YEARLY" and "BYDAY" in parts[-1] and not any(sign.isdigit() for sign in parts[-1]):
        parts.append(f"BYWEEKNO={some([str(each) for each in [*range(1, 54), -1, -2, -10]], 12)}")
    if chance.random() < 0.4:
        parts.append(f"BYHOUR={some([str(each) for each in range(24)], 3)}")
    parts += random_bounds(chance, parts)
    return ";".join(parts)


def test_random_rules_agree_with_dateutil() -> None:
    chance, agreed = random.Random(7), 0
    for _ in range(200):
        rule = random_rule(chance)
        first = datetime(2026, chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 23), 15)
        try:
            trigger = Calendar(rule, first)
        except BadInput:
            continue  # what never comes; dateutil would look until the year 9999
        found = [each.replace(tzinfo=None) for each in islice(moments(trigger, datetime(2026, 1, 1, tzinfo=UTC)), 6)]
        expected = list(islice(rrulestr(rule, dtstart=first), len(found)))
        assert found == expected, (rule, first)
        agreed += 1

    assert agreed > 150


def test_an_end_in_utc_is_read_by_the_clock_of_the_zone() -> None:
    berlin = Calendar("FREQ=DAILY;UNTIL=20270701T043000Z", datetime(2027, 6, 29, 6, 30), "Europe/Berlin")
    tokyo = Calendar("FREQ=DAILY;UNTIL=20270630T213000Z", datetime(2027, 6, 29, 6, 30), "Asia/Tokyo")

    for trigger in (berlin, tokyo):
        found = [each.astimezone(ZoneInfo(trigger.zone)) for each in moments(trigger, datetime(2027, 1, 1, tzinfo=UTC))]
        assert [f"{each:%m-%d %H:%M}" for each in found] == ["06-29 06:30", "06-30 06:30", "07-01 06:30"]


@pytest.mark.parametrize("start", range(7))
def test_weeks_are_numbered_as_the_standard_does(start: int) -> None:
    """Week 1 is the first with four days of the year in it, whatever day it begins on."""
    day = date(2026, 1, 1)
    while day < date(2034, 1, 1):
        week = [day + timedelta(number - (day.weekday() - start) % 7) for number in range(7)]
        year = max({each.year for each in week}, key=lambda year: sum(each.year == year for each in week))
        of_year = [
            begin
            for number in range(-8, 375)
            if (begin := date(year, 1, 1) + timedelta(number)).weekday() == start
            and sum((begin + timedelta(each)).year == year for each in range(7)) >= 4
        ]
        place = of_year.index(week[0])
        assert _week_numbers(day, start) == (place + 1, place - len(of_year))
        day += timedelta(days=1 if day.month in (12, 1) else 13)


def test_it_is_right_where_clocks_are_changed() -> None:
    trigger = Calendar("FREQ=DAILY;BYHOUR=1,2;BYMINUTE=30", datetime(2027, 1, 1), "America/New_York")
    zone = ZoneInfo("America/New_York")

    spring = islice(moments(trigger, datetime(2027, 3, 14, 5, tzinfo=UTC)), 3)
    autumn = islice(moments(trigger, datetime(2027, 11, 7, 4, tzinfo=UTC)), 3)

    assert [f"{each.astimezone(zone):%d %H:%M%z}" for each in spring] == [
        "14 01:30-0500",
        "14 03:00-0400",
        "15 01:30-0400",
    ]
    assert [f"{each.astimezone(zone):%d %H:%M%z}" for each in autumn] == [
        "07 01:30-0400",
        "07 02:30-0500",
        "08 01:30-0500",
    ]


@given(st.text(st.sampled_from("FREQ=DAILYMONTHWK;BYSP0123456789,-"), max_size=40) | st.text(max_size=20))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        trigger = Calendar(text, FIRST)
    except BadInput as error:
        wrong = [each.field for each in error.problems]
    else:
        wrong = []
        assert trigger.next_after(datetime(2026, 11, 23, tzinfo=UTC)) is not None
        assert trigger.describe()

    assert wrong in ([], ["trigger.rule"])


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("FREQ=HOURLY", "position 6: HOURLY is better said by an interval or a cron expression"),
        ("BYDAY=MO", "position 1: FREQ is missing, such as FREQ=MONTHLY"),
        ("FREQ=DAILY;BYWEEKNO=3;BYDAY=MO", "position 1: BYWEEKNO goes with YEARLY (RFC 5545)"),
        ("FREQ=YEARLY;BYWEEKNO=3", "position 1: BYWEEKNO needs BYDAY beside it: programs differ"),
        ("FREQ=YEARLY;BYWEEKNO=3;BYDAY=2TU", "a number before a weekday, such as 2TU, does not go with BYWEEKNO"),
        ("FREQ=YEARLY;BYWEEKNO=1,54;BYDAY=TU", "position 24: '54' must be a whole number from -53 to 53 but 0"),
        ("FREQ=DAILY;BYSECOND=0,30", "position 23: BYSECOND must be 0: a schedule is right to the minute"),
        ("FREQ=YEARLY;BYEASTER=0", "BYEASTER is not supported"),
        ("FREQ=DAILY;DTSTART=2027", "say by `first` and `zone` when it begins"),
        ("FREQ=DAILY;FREQ=DAILY", "position 12: FREQ is there twice"),
        ("FREQ=DAILY;BYHOUR=7,24", "position 21: '24' must be a whole number from 0 to 23"),
        ("FREQ=DAILY;BYDAY=2TU", "goes with MONTHLY and YEARLY"),
        ("FREQ=DAILY;UNTIL=20270101T0000Z", "position 18: '20270101T0000Z' is no date such as 20271231"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20270101", "COUNT and UNTIL exclude each other"),
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "this would never run"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", "this would never run"),
    ],
)
def test_what_is_not_understood_is_refused(rule: str, problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        Calendar(rule, FIRST)

    assert problem in str(refused.value)


def test_the_first_is_by_the_wall_clock() -> None:
    for first in (FIRST.replace(tzinfo=UTC), FIRST + timedelta(seconds=1)):
        with pytest.raises(BadInput, match="a date and time of the wall clock"):
            Calendar("FREQ=DAILY", first)
