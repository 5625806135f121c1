"""Dates are read leniently, as periods that run to the end of what they name and do not include it."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.formats.dates import INSTANT, Period, between, moment, period, span


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2001", utc(2001, 1, 1), utc(2002, 1, 1)),
        ("2001-05", utc(2001, 5, 1), utc(2001, 6, 1)),
        ("2001-12", utc(2001, 12, 1), utc(2002, 1, 1)),
        ("2000-02", utc(2000, 2, 1), utc(2000, 3, 1)),
        ("2001-05-03", utc(2001, 5, 3), utc(2001, 5, 4)),
        (" 20010503 ", utc(2001, 5, 3), utc(2001, 5, 4)),
        ("2001-05-03Z", utc(2001, 5, 3), utc(2001, 5, 4)),
        ("2001-05-03+02:00", utc(2001, 5, 3), utc(2001, 5, 4)),
    ],
)
def test_a_partial_date_covers_all_of_it(text: str, start: datetime, end: datetime) -> None:
    assert period(text) == Period(start, end)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2001-05-03T10:20:30Z", utc(2001, 5, 3, 10, 20, 30)),
        ("2001-05-03T10:20:30", utc(2001, 5, 3, 10, 20, 30)),
        ("2001-05-03 10:20", utc(2001, 5, 3, 10, 20)),
        ("2001-05-03T10", utc(2001, 5, 3, 10)),
        ("2001-05-03T10:20:30.123456789Z", utc(2001, 5, 3, 10, 20, 30, 123456)),
        ("2001-05-03T10:20:30,5+02:00", utc(2001, 5, 3, 8, 20, 30, 500000)),
        ("2001-05-03T10:20:30-0330", utc(2001, 5, 3, 13, 50, 30)),
        ("20010503T102030Z", utc(2001, 5, 3, 10, 20, 30)),
        ("2001-05-03T24:00:00Z", utc(2001, 5, 4)),
        ("2016-12-31T23:59:60Z", utc(2017, 1, 1)),
        ("2001-05-03T10:20:30 GMT", utc(2001, 5, 3, 10, 20, 30)),
    ],
)
def test_a_moment_covers_just_itself(text: str, expected: datetime) -> None:
    assert period(text) == Period(expected, expected + INSTANT)
    assert moment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unknown",
        "2001-13",
        "2001-02-30",
        "0000",
        "2001-00-00",
        "03/05/2001",
        "2001-05-03T25:00",
        "9999",
        "9999-12-31",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "12001-01-01",
        "2001-05-03T10:61",
    ],
)
def test_what_is_no_date_or_stands_for_open_is_none(text: str) -> None:
    assert period(text) is None


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)))
def test_every_day_is_a_day_long(day: date) -> None:
    found = period(day.isoformat())

    assert found is not None
    assert found.start == datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert found.end == found.start + timedelta(days=1)


@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - as it must be
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_a_moment_is_the_same_in_every_zone(when: datetime, zone: timezone) -> None:
    assert moment(when.astimezone(zone).isoformat()) == when


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = span(text)

    assert found is None or found.start is None or found.end is None or found.start < found.end


def test_from_one_date_to_another() -> None:
    assert between("2001", "2003-05") == Period(utc(2001, 1, 1), utc(2003, 6, 1))
    assert between("2003-05", "2001") == Period(utc(2001, 1, 1), utc(2003, 6, 1))
    assert between("2001", "") == Period(utc(2001, 1, 1), None)
    assert between("now", "2001") == Period(None, utc(2002, 1, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2001-05", Period(utc(2001, 5, 1), utc(2001, 6, 1))),
        ("2001/2003", Period(utc(2001, 1, 1), utc(2004, 1, 1))),
        ("2001/..", Period(utc(2001, 1, 1), None)),
        ("../2001", Period(None, utc(2002, 1, 1))),
        ("start=1999-09-25; end=1999; scheme=W3C-DTF;", Period(utc(1999, 9, 25), utc(2000, 1, 1))),
        ("name=The Great Depression; start=1929; end=1939;", Period(utc(1929, 1, 1), utc(1940, 1, 1))),
        ("Jurassic", None),
        ("Land/Water", None),
    ],
)
def test_a_range_in_one_text(text: str, expected: Period | None) -> None:
    assert span(text) == expected
