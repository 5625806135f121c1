"""Cron expressions are understood as their dialect means them, or refused with the position: never misread."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput
from windrow.model.triggers import Cron, Dialect

UNIX, QUARTZ, CELERY = Dialect.UNIX, Dialect.QUARTZ, Dialect.CELERY
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dialect", "expression", "canonical"),
    [
        (UNIX, "30 2 * * *", "30 2 * * *"),
        (UNIX, "0 0 * * 0", "0 0 * * SUN"),
        (UNIX, "0 0 * * 7", "0 0 * * SUN"),
        (UNIX, "0 0 * * 5-7", "0 0 * * SUN,FRI,SAT"),
        (UNIX, "0 0 * * fri-sun", "0 0 * * SUN,FRI,SAT"),
        (UNIX, " */15  05 1-5/2 jan-mar MON,wed ", "*/15 5 1,3,5 1,2,3 MON,WED"),
        (UNIX, "5-5 * * * *", "5 * * * *"),
        (UNIX, "0 0 */2 * 1", "0 0 */2 * MON"),
        (QUARTZ, "0 4 ? * 7", "0 4 * * SAT"),
        (QUARTZ, "0 4 ? * 1", "0 4 * * SUN"),
        (QUARTZ, "0 4 ? * L", "0 4 * * SAT"),
        (QUARTZ, "0 4 ? * 6L", "0 4 * * FRIL"),
        (QUARTZ, "0 4 ? * FRIL", "0 4 * * FRIL"),
        (QUARTZ, "0 4 ? * MON#2,6#3", "0 4 * * MON#2,FRI#3"),
        (QUARTZ, "0 4 L-3,15W,LW,L * ?", "0 4 15W,L,L-3,LW * *"),
        (QUARTZ, "0 4 L-3W,lw,l-30w * ?", "0 4 LW,L-3W,L-30W * *"),
        (QUARTZ, "0 0 4 ? * 7", "0 4 * * SAT"),
        (QUARTZ, "00 */5 4 L * ? *", "*/5 4 L * *"),
        (QUARTZ, "0/15 8 * * FRI-MON", "*/15 8 * * SUN,MON,FRI,SAT"),
        (QUARTZ, "50-10/5 * * * *", "0,5,10,50,55 * * * *"),
        (CELERY, "0 0 13 * 5", "0 0 13 * FRI"),
        (CELERY, "0 22-2 * * friday", "0 0,1,2,22,23 * * FRI"),
    ],
)
def test_what_is_understood_has_one_spelling(dialect: Dialect, expression: str, canonical: str) -> None:
    assert Cron(expression, "UTC", dialect).canonical == canonical


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("at", ["", "@"])
def test_whole_schedules_have_names_with_and_without_an_at(dialect: Dialect, at: str) -> None:
    names = ["hourly", "daily", "MIDNIGHT", "weekly", "monthly", "yearly", "annually"]

    assert [Cron(at + each, "UTC", dialect).canonical for each in names] == [
        "0 * * * *",
        "0 0 * * *",
        "0 0 * * *",
        "0 0 * * SUN",
        "0 0 1 * *",
        "0 0 1 1 *",
        "0 0 1 1 *",
    ]


@pytest.mark.parametrize(
    ("dialect", "expression", "problem"),
    [
        (UNIX, "0 0 * * MON#2", "position 12: '#' does not belong here; # is for days, and in the dialect quartz"),
        (CELERY, "0 0 * * mon#2", "position 12: '#' does not belong here; # is for days, and in the dialect quartz"),
        (UNIX, "5-5/2 * * * *", "position 1: a range of one value takes no step; write 5, or 5-59/2"),
        (UNIX, "5/15 * * * *", "position 1: a step needs a range before it; write 5-59/15"),
        (UNIX, "0 0 31 2 *", "position 5: no month has such a day: this would never run"),
        (UNIX, "0 0 30 2 *", "position 5: no month has such a day: this would never run"),
        (QUARTZ, "0 0 31W 4,6 ?", "position 5: no month has such a day: this would never run"),
        (UNIX, "0 0 31 4-4,6,9,11 *", "position 5: no month has such a day: this would never run"),
        (UNIX, "0 60 2 * *", "position 3: hour goes from 0 to 23"),
        (UNIX, "0 0 0 * *", "position 5: day of month goes from 1 to 31"),
        (UNIX, "* * * 13 *", "position 7: month goes from 1 to 12"),
        (UNIX, "0 0 * * 8", "position 9: day of week goes from 0 to 7"),
        (CELERY, "0 0 * * 7", "position 9: day of week goes from 0 to 6; write 0 or SUN for Sunday"),
        (
            QUARTZ,
            "0 0 * * 0",
            "position 9: day of week goes from 1 to 7, 1 is Sunday; write names, such as SUN, to be sure",
        ),
        (
            QUARTZ,
            "0 0 13 * FRI",
            "position 10: day of month and day of week cannot both be given; write ? for one of them",
        ),
        (
            UNIX,
            "0 0 4 * * 7",
            "position 11: there are more than five fields; leave out seconds (they come first) and years (they come "
            "last)",
        ),
        (
            QUARTZ,
            " 30 0 4 ? * 7",
            "position 2: of six fields the first are seconds, which must be 0: a schedule is right to the minute",
        ),
        (
            QUARTZ,
            "0 0 4 ? * 7 2027",
            "position 13: of seven fields the last are years, which must be *: say by start and end when",
        ),
        (
            QUARTZ,
            "0 0 4 ? * 0",
            "position 11: day of week goes from 1 to 7, 1 is Sunday; write names, such as SUN, to be sure",
        ),
        (QUARTZ, "0 0 4 L-3WW * ?", "position 11: 'W' does not belong here; W is for days, and in the dialect quartz"),
        (QUARTZ, "0 4 L-30W 2 ?", "position 5: no month has such a day: this would never run"),
        (
            UNIX,
            "0 0 4 *",
            "position 8: the day of week is missing; an expression has five fields: minute, hour, day of month, month, "
            "day of week",
        ),
        (
            UNIX,
            "@reboot",
            "position 1: reboot names no moment: a schedule runs by the clock, whatever is started when",
        ),
        (
            UNIX,
            " @every",
            "position 2: @every is not known; use one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, "
            "@annually",
        ),
        (
            UNIX,
            "*/90 * * * *",
            "position 3: a step of the minute lies between 1 and 59; for longer spans use an interval",
        ),
        (UNIX, "*/0 * * * *", "position 3: a step of the minute lies between 1 and 59"),
        (UNIX, "*/ * * * *", "position 3: a number must follow the /, such as */15"),
        (UNIX, "1,,2 * * * *", "position 3: there is nothing before or after this comma"),
        (UNIX, "1, * * * *", "position 2: there is nothing before or after this comma"),
        (UNIX, "50-10 * * * *", "position 1: a range goes from the smaller to the larger value; write 50-59,0-10"),
        (
            UNIX,
            "0 0 L * *",
            "position 5: 'L' is no day of month; use a number from 1 to 31; L is for days, and in the dialect quartz",
        ),
        (
            UNIX,
            "0 0 ? * *",
            "position 5: '?' is no day of month; use a number from 1 to 31; ? is for days, and in the dialect quartz",
        ),
        (UNIX, "0 0 * * 5L", "position 10: 'L' does not belong here; L is for days, and in the dialect quartz"),
        (UNIX, "0 0 15W * *", "position 7: 'W' does not belong here; W is for days, and in the dialect quartz"),
        (QUARTZ, "0 0 5C * ?", "position 6: 'C' does not belong here; no calendars are kept for C"),
        (QUARTZ, "0 0 ? * MON#6", "position 13: a number from 1 to 5 must follow the #: which one of the month"),
        (QUARTZ, "0 0 ? * 2-4#2", "position 10: a # follows one day of the week, such as FRI#2"),
        (
            QUARTZ,
            "0 0 L-31 * ?",
            "position 7: a number from 1 to 30 must follow L-: so many days before the last of the month",
        ),
        (UNIX, "0 0 * * Mo", "position 9: 'MO' is no day of week; use a number from 0 to 7 or SUN to SAT"),
        (UNIX, "٣ * * * *", "position 1: '٣' is no minute; use a number from 0 to 59"),
        (UNIX, "99999999999 * * * *", "position 1: minute goes from 0 to 59"),
        (UNIX, "-5 * * * *", "position 1: '-' is no minute; use a number from 0 to 59"),
        (UNIX, "*-5 * * * *", "position 2: '-' does not belong here"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_position(dialect: Dialect, expression: str, problem: str) -> None:
    with pytest.raises(BadInput) as refused:
        Cron(expression, "UTC", dialect)

    (found,) = refused.value.problems
    assert (found.field, found.problem) == ("trigger.expression", problem)


@pytest.mark.parametrize("zone", ["", "Mars", "localtime", "right/Europe/Berlin", "../etc/passwd", "America", "Utc+1"])
def test_a_zone_that_there_is_not_is_refused(zone: str) -> None:
    with pytest.raises(BadInput, match="is no IANA time zone"):
        Cron("0 0 * * *", zone)


@given(
    st.text(st.sampled_from("0123456789*/-,#?LWC@ MONFRIdaily\t\n٣"), max_size=30) | st.text(max_size=20),
    st.sampled_from(Dialect),
)
def test_any_text_is_understood_or_refused(text: str, dialect: Dialect) -> None:
    try:
        trigger = Cron(text, "UTC", dialect)
    except BadInput as error:
        wrong = [each.field for each in error.problems]
    else:
        wrong = []
        assert trigger.next_after(datetime(2026, 11, 23, tzinfo=UTC)) is not None
        assert trigger.describe()

    assert wrong in ([], ["trigger.expression"])


@given(st.sampled_from(["0 4 ? * 7", "0 4 L * ?", "0/15 8 ? * MON", "30 2 1,15 * ?", "0 0 ? 2 1#5", "0 0 4 L-3W * ?"]))
def test_the_canonical_form_means_the_same(expression: str) -> None:
    trigger = Cron(expression, "Europe/Berlin", QUARTZ)
    again = Cron(trigger.canonical, "Europe/Berlin", QUARTZ)

    assert again.canonical == trigger.canonical
    assert again.next_after(NOW) == trigger.next_after(NOW)


@pytest.mark.parametrize(
    ("dialect", "expression", "told"),
    [
        (UNIX, "30 2 * * *", "at 02:30 every day, UTC"),
        (UNIX, "*/15 * * * *", "every 15 minutes, UTC"),
        (UNIX, "0 * * * *", "at minute 0 of every hour, UTC"),
        (UNIX, "0 */6 * * *", "at minute 0, every 6 hours, UTC"),
        (UNIX, "*/20 8,9 * * 1-2", "every 20 minutes past 8 and 9 o'clock on Monday and Tuesday, UTC"),
        (UNIX, "0 6 1 1,7 *", "at 06:00 on day 1 of the month in January and July, UTC"),
        (UNIX, "0 0 13 * 5", "at 00:00 on day 13 of the month, and on Friday, UTC"),
        (CELERY, "0 0 13 * 5", "at 00:00 on day 13 of the month, where that is Friday, UTC"),
        (QUARTZ, "0 4 ? * 6#3,2L", "at 04:00 on the third Friday of the month and the last Monday of the month, UTC"),
        (QUARTZ, "0 4 L-3 * ?", "at 04:00 on day 3 before the last of the month, UTC"),
        (QUARTZ, "0 4 L-3W * ?", "at 04:00 on the weekday nearest to day 3 before the last of the month, UTC"),
        (QUARTZ, "0 4 15W,L * ?", "at 04:00 on the weekday nearest to day 15 and the last day of the month, UTC"),
        (UNIX, "* * * * *", "every minute, UTC"),
    ],
)
def test_expressions_are_told_in_plain_words(dialect: Dialect, expression: str, told: str) -> None:
    assert Cron(expression, "UTC", dialect).describe() == told
