"""Cron in five fields: in whose words it is read, and how other triggers are shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput
from windrow.faces.arcgis.cron import FIELDS, NOTHING, period_of, read_cron, show_cron
from windrow.model.triggers import AnyTrigger, Clocked, Cron, Dialect, Interval

SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)


def fields(text: str) -> dict[str, str]:
    return dict(zip(FIELDS, text.split(" "), strict=True))


@pytest.mark.parametrize(
    ("text", "dialect", "canonical"),
    [
        ("0 4 ? * 7", Dialect.QUARTZ, "0 4 * * SAT"),  # ArcGIS's own sample, which ran on a Saturday
        ("*/15 * ? * 1,2,3,4,5,6,7", Dialect.QUARTZ, "*/15 * * * *"),
        ("0 4 * * 1", Dialect.QUARTZ, "0 4 * * SUN"),
        ("0 4 * * 2-6", Dialect.QUARTZ, "0 4 * * MON-FRI"),
        ("0 4 * * MON", Dialect.QUARTZ, "0 4 * * MON"),
        ("0 4 L * ?", Dialect.QUARTZ, None),
        ("0 4 15W * ?", Dialect.QUARTZ, None),
        ("0 4 ? * 6#3", Dialect.QUARTZ, None),
        ("0 0 * * 0", Dialect.UNIX, "0 0 * * SUN"),  # what ArcGIS's documentation tells people to write
        ("0 0 * * 0-4", Dialect.UNIX, "0 0 * * SUN-THU"),
        ("0 0 13 * FRI", Dialect.UNIX, None),
        ("0 0 13 * 0", Dialect.UNIX, None),
        ("0 0 * * *", Dialect.QUARTZ, "0 0 * * *"),
    ],
)
def test_quartz_is_read_first_and_unix_where_only_it_can_be_meant(
    text: str, dialect: Dialect, canonical: str | None
) -> None:
    trigger = read_cron(fields(text))

    assert (trigger.dialect, trigger.zone, trigger.expression) == (dialect, "UTC", text)
    if canonical is not None:
        assert trigger.fields.days_of_month(2026, 11) == Cron(canonical, "UTC").fields.days_of_month(2026, 11)
    assert show_cron(trigger) == fields(text)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("60 * * * *", "minute"),
        ("@reboot * * * *", "minute"),
        ("0 24 * * *", "hour"),
        ("0 0 32 * *", "dayOfMonth"),
        ("0 0 0W * ?", "dayOfMonth"),
        ("0 0 31 2 *", "dayOfMonth"),
        ("0 0 1 13 ?", "month"),
        ("0 0 ? * 8", "dayOfWeek"),
        ("0 0 13 * 5", "dayOfWeek"),  # 5 is Thursday to the one and Friday to the other
        ("0 0 ? * 0#2", "dayOfWeek"),
    ],
)
def test_what_is_not_understood_names_its_field(text: str, field: str) -> None:
    with pytest.raises(BadInput) as found:
        read_cron(fields(text))

    assert [each.field for each in found.value.problems] == [field]


@given(st.lists(st.text(alphabet="0123456789*/,-?LW#SUNMOFRI @", max_size=6), min_size=5, max_size=5))
def test_whatever_is_sent_is_read_or_refused_by_the_name_of_a_field(sent: list[str]) -> None:
    given = dict(zip(FIELDS, sent, strict=True))
    try:
        found = show_cron(read_cron(given))
    except BadInput as error:
        refused = [each.field for each in error.problems]
    else:
        refused = []
        assert found == given
    assert set(refused) <= set(FIELDS)


@pytest.mark.parametrize(
    ("trigger", "shown"),
    [
        (Interval(timedelta(minutes=15), SUNDAY), "*/15 * ? * *"),
        (Interval(timedelta(minutes=15), SUNDAY.replace(minute=7)), "7-59/15 * ? * *"),
        (Interval(timedelta(minutes=1), SUNDAY), "* * ? * *"),
        (Interval(timedelta(hours=6), SUNDAY.replace(hour=2, minute=30)), "30 2-23/6 ? * *"),
        (Interval(timedelta(hours=1), SUNDAY), "0 * ? * *"),
        (Interval(timedelta(days=1), SUNDAY.replace(hour=3)), "0 3 ? * *"),
        (Interval(timedelta(days=7), SUNDAY), "0 0 ? * SUN"),
    ],
)
def test_a_period_is_shown_by_the_cron_that_means_the_same(trigger: Interval, shown: str) -> None:
    assert show_cron(trigger) == fields(shown)
    same, moment = read_cron(fields(shown)), SUNDAY + timedelta(days=3)
    for _ in range(50):
        assert same.next_after(moment) == trigger.next_after(moment)
        moment = trigger.next_after(moment)


@pytest.mark.parametrize(
    "trigger",
    [
        Interval(timedelta(minutes=7), SUNDAY),
        Interval(timedelta(hours=36), SUNDAY),
        Interval(timedelta(minutes=15), SUNDAY.replace(second=3)),
        Interval(timedelta(seconds=90), SUNDAY),
        Clocked(SUNDAY),
    ],
)
def test_what_cron_cannot_say_is_not_said(trigger: AnyTrigger) -> None:
    assert show_cron(trigger) == NOTHING


@pytest.mark.parametrize("expression", ["0 5 4 ? * 7", "0 5 4 ? * 7 *"])
def test_what_has_seconds_elsewhere_is_shown_without_them(expression: str) -> None:
    assert show_cron(Cron(expression, "UTC", Dialect.QUARTZ)) == fields("5 4 ? * 7")


def test_the_period_is_what_lies_between_the_next_two_moments() -> None:
    assert period_of(read_cron(fields("0 4 ? * 7")), SUNDAY) == 604_800
    assert period_of(read_cron(fields("* * * * *")), SUNDAY) == 60
    assert period_of(Clocked(SUNDAY), SUNDAY) == 0
