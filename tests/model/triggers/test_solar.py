"""The sun's moments: in order, to the second, with an offset, and none where the sun does not do it."""

# ruff: noqa: DTZ001 - what a wall clock shows has no zone

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windrow.errors import BadInput
from windrow.model.triggers import Solar, SolarEvent

LONDON = (51.4733, -0.0008)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_nine_events_come_in_the_order_of_a_day() -> None:
    midnight = NOON - timedelta(hours=12)

    found = [Solar(event, *LONDON).next_after(midnight) for event in SolarEvent]

    assert all(each is not None and each.date() == NOON.date() for each in found)
    assert found == sorted(found, key=str)
    for due, hour, minute in ((found[3], 7, 33), (found[5], 16, 0)):  # as almanacs have it
        assert due is not None
        assert abs(due - NOON.replace(hour=hour, minute=minute)) < timedelta(minutes=3)


def test_an_offset_goes_before_or_after() -> None:
    sunset = Solar(SolarEvent.SUNSET, *LONDON).next_after(NOON)
    assert sunset is not None

    for minutes in (-90, 20, 11 * 60):
        offset = timedelta(minutes=minutes)
        assert Solar(SolarEvent.SUNSET, *LONDON, offset).next_after(NOON) == sunset + offset


def test_a_polar_day_is_passed_over() -> None:
    tromso = Solar(SolarEvent.SUNRISE, 69.65, 18.96)

    due = tromso.next_after(datetime(2026, 6, 1, tzinfo=UTC))

    assert due is not None
    assert datetime(2026, 7, 20, tzinfo=UTC) < due < datetime(2026, 8, 1, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SolarEvent),
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_moment_lies_ahead_and_none_lies_between(
    event: SolarEvent, latitude: float, longitude: float, moment: datetime
) -> None:
    trigger = Solar(event, latitude, longitude)

    due = trigger.next_after(moment)

    if due is not None:
        assert due > moment
        assert trigger.next_after(moment + (due - moment) / 2) == due
    if abs(latitude) < 48:
        assert due is not None
        assert due - moment < timedelta(hours=25)


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        (Solar(SolarEvent.SUNRISE, 52.5, 13.4), "at sunrise at 52.5, 13.4"),
        (Solar(SolarEvent.DAWN_CIVIL, 0, 0), "at civil dawn at 0, 0"),
        (Solar(SolarEvent.SOLAR_NOON, 0, 0, timedelta(hours=1)), "1 hour after solar noon at 0, 0"),
        (Solar(SolarEvent.SUNSET, 0, 0, timedelta(minutes=-20)), "20 minutes before sunset at 0, 0"),
    ],
)
def test_it_is_told_in_plain_words(trigger: Solar, told: str) -> None:
    assert trigger.describe() == told


@pytest.mark.parametrize(
    ("latitude", "longitude", "offset", "field"),
    [
        (90.5, 0, 0, "trigger.latitude"),
        (float("nan"), 0, 0, "trigger.latitude"),
        (0, -181, 0, "trigger.longitude"),
        (0, 0, 13, "trigger.offset_seconds"),
    ],
)
def test_places_off_the_earth_are_refused(latitude: float, longitude: float, offset: float, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        Solar(SolarEvent.SUNRISE, latitude, longitude, timedelta(hours=offset))

    assert [each.field for each in refused.value.problems] == [field]
