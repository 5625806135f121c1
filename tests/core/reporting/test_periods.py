"""Periods are whole days, weeks, months, ... of a wall clock, and know where it is changed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.core.reporting.parameters import FORMATS, SCHEMA, read_parameters, report_parameters
from windrow.core.reporting.periods import Span, between, last_whole, name_of
from windrow.core.validating import fill
from windrow.errors import BadInput
from windrow.model.reports import Subject
from windrow.ports.reporting import Offset

EARLY, LATE = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2100-01-01")
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span.DAY, date(2026, 3, 31), date(2026, 3, 31)),
        (Span.WEEK, date(2026, 3, 23), date(2026, 3, 29)),
        (Span.MONTH, date(2026, 3, 1), date(2026, 3, 31)),
        (Span.QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
        (Span.YEAR, date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_last_whole_one_had_ended(span: Span, first: date, last: date) -> None:
    days = list(last_whole(span, NOON, "Europe/Berlin").days())

    assert (days[0], days[-1]) == (first, last)


def test_a_day_begins_by_the_wall_clock_and_may_have_23_hours() -> None:
    period = last_whole(Span.DAY, datetime(2026, 3, 30, 1, tzinfo=UTC), "Europe/Berlin")

    assert period.since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert period.until == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert period.offsets() == [
        Offset(datetime(2026, 3, 29, 1, tzinfo=UTC), 3600),
        Offset(period.until, 7200),
    ]


@given(
    st.datetimes(EARLY, LATE),
    st.sampled_from(Span),
    st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_periods_follow_one_another_and_their_offsets_cover_them(moment: datetime, span: Span, zone: str) -> None:
    now = moment.replace(tzinfo=UTC)
    period = last_whole(span, now, zone)
    before = last_whole(span, period.until - timedelta(microseconds=1), zone)

    assert before.until == period.since < period.until <= now
    offsets = period.offsets()
    assert offsets[-1].until == period.until
    assert all(one.until < other.until and one.seconds != other.seconds for one, other in pairwise(offsets))
    for each in (period.since, offsets[0].until - timedelta(seconds=1), period.until - timedelta(seconds=1)):
        ahead = next(offset.seconds for offset in offsets if each < offset.until)
        assert each.astimezone(period.zone).utcoffset() == timedelta(seconds=ahead)


def test_days_and_moments_may_be_named() -> None:
    period = between("2026-01-01", "2026-01-02T06:00:00+00:00", "Europe/Berlin")

    assert (period.since, period.until) == (
        datetime(2025, 12, 31, 23, tzinfo=UTC),
        datetime(2026, 1, 2, 6, tzinfo=UTC),
    )
    assert list(period.days()) == [date(2026, 1, 1), date(2026, 1, 2)]


@pytest.mark.parametrize(
    ("since", "until", "zone", "field"),
    [
        ("yesterday", "2026-01-01", "UTC", "from"),
        ("2026-01-01", "2026-01-01", "UTC", "to"),
        ("2016-01-01", "2026-01-01", "UTC", "to"),
        ("2026-01-01", "2026-02-01", "Europe/Nowhere", "zone"),
    ],
)
def test_what_is_no_period_is_refused_by_its_field(since: str, until: str, zone: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        between(since, until, zone)

    assert [each.field for each in refused.value.problems] == [field]


def test_spans_have_names() -> None:
    assert [name_of(each, date(2026, 4, 1)) for each in Span] == [
        "2026-04-01",
        "2026-04-01",
        "2026-04",
        "2026 Q2",
        "2026",
    ]


def test_parameters_have_their_defaults() -> None:
    wanted = read_parameters(fill(SCHEMA, {"report": "usage"}, field="parameters"), nominal=NOON)

    assert (wanted.subject, wanted.period, wanted.aggregate) == (
        Subject.USAGE,
        last_whole(Span.MONTH, NOON, "UTC"),
        Span.DAY,
    )
    assert (wanted.formats, wanted.source_ids, wanted.send_to) == (FORMATS, (), ())


def test_a_long_period_has_longer_steps() -> None:
    steps = [read_parameters({"report": "usage", "period": each}, nominal=NOON).aggregate for each in Span]

    assert steps == [Span.DAY, Span.DAY, Span.DAY, Span.WEEK, Span.MONTH]


@pytest.mark.parametrize("wrong", [{}, {"report": "usage", "from": "2026-01-01"}, {"report": "weather"}])
def test_parameters_that_say_too_little_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        fill(SCHEMA, wrong, field="parameters")


def test_arcgis_options_are_understood() -> None:
    arcgis = {
        "reportType": "org",
        "reportSubType": "content",
        "timeDuration": "monthly",
        "startTime": 1769904000000,  # 2026-02-01
        "timeAggregate": "week",
    }

    assert report_parameters(arcgis) == {
        "report": "catalogue_growth",
        "period": "month",
        "aggregate": "week",
        "from": "2026-02-01",
        "to": "2026-03-01",
    }
    assert report_parameters({"reportSubType": "users", "timeDuration": "daily"}) == {
        "report": "usage",
        "period": "day",
    }
    assert report_parameters({"report": "usage", "send_to": ["me"]}) == {"report": "usage", "send_to": ["me"]}
    assert fill(SCHEMA, report_parameters(arcgis), field="parameters")["from"] == "2026-02-01"


@pytest.mark.parametrize(
    ("arcgis", "told"),
    [
        ({"reportSubType": "weather"}, "activity, content, credits, itemUsages, serviceUsages, users"),
        ({"reportSubType": "users", "reportType": "item"}, "reportType"),
        ({"reportSubType": "users", "timeDuration": "hourly"}, "daily, weekly"),
        ({"reportSubType": "users", "timeAggregate": "hour"}, "day, week, month"),
        ({"reportSubType": "users", "startTime": "now"}, "milliseconds"),
        ({"reportSubType": ["users"]}, "reportSubType"),
    ],
)
def test_what_arcgis_does_not_know_is_refused_with_what_there_is(arcgis: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        report_parameters(arcgis)


def test_a_month_from_its_last_day_ends_in_the_next() -> None:
    january = int(datetime(2026, 1, 31, tzinfo=UTC).timestamp() * 1000)

    asked = report_parameters({"reportSubType": "users", "timeDuration": "monthly", "startTime": january})

    assert (asked["from"], asked["to"]) == ("2026-01-31", "2026-03-01")
