"""Triggers as JSON: what goes out comes back, what older releases kept is still read, and nothing else is."""

# ruff: noqa: DTZ001 - what a wall clock shows has no zone

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.errors import BadInput
from windrow.model.schedules import Schedule
from windrow.model.triggers import (
    AnyTrigger,
    Calendar,
    Clocked,
    Cron,
    Dialect,
    Elapsed,
    Interval,
    Solar,
    SolarEvent,
    Unreadable,
    kept_trigger,
    trigger_from_json,
    trigger_to_json,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

TRIGGERS: list[AnyTrigger] = [
    Interval(timedelta(hours=6), NOW),
    Elapsed(timedelta(minutes=90)),
    Elapsed(timedelta(minutes=90), NOW),
    Cron("30 2 * * *", "Europe/Berlin"),
    Cron("0 4 ? * 7", "UTC", Dialect.QUARTZ),
    Cron("@daily", "UTC", Dialect.CELERY),
    Clocked(NOW),
    Solar(SolarEvent.DUSK_CIVIL, 52.5, 13.4, timedelta(minutes=-5)),
    Calendar("FREQ=MONTHLY;BYDAY=2TU", datetime(2027, 1, 1, 6), "Asia/Kathmandu"),
]


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda each: type(each).__name__)
def test_what_goes_out_comes_back(trigger: AnyTrigger) -> None:
    assert trigger_from_json(trigger_to_json(trigger), now=NOW) == trigger


def test_a_cron_keeps_what_was_written_and_what_it_means() -> None:
    assert trigger_to_json(Cron("0 4 ? * 7", "UTC", Dialect.QUARTZ)) == {
        "type": "cron",
        "expression": "0 4 ? * 7",
        "dialect": "quartz",
        "zone": "UTC",
        "canonical": "0 4 * * SAT",
    }


@pytest.mark.parametrize(
    ("kept", "trigger"),
    [
        (
            {"type": "interval", "every_seconds": 60.0, "anchor": "2026-11-23T12:00:00Z"},
            Interval(timedelta(minutes=1), NOW),
        ),
        ({"type": "elapsed", "every_seconds": 60, "last": None}, Elapsed(timedelta(minutes=1))),
        (
            {"type": "elapsed", "every_seconds": 60, "last": "2026-11-23T12:00:00+00:00"},
            Elapsed(timedelta(minutes=1), NOW),
        ),
    ],
)
def test_what_older_releases_kept_is_read(kept: dict[str, Any], trigger: AnyTrigger) -> None:
    assert trigger_from_json(kept, now=NOW) == trigger


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "trigger.type"),
        ({"type": ["cron"]}, "trigger.type"),
        ({"type": "moon"}, "trigger.type"),
        ({"type": "interval"}, "trigger.every_seconds"),
        ({"type": "cron"}, "trigger.expression"),
        ({"type": "cron", "expression": "0 0 * * *", "dialect": "cobol"}, "trigger.dialect"),
        ({"type": "cron", "expression": "0 0 * * *", "zone": "Mars"}, "trigger.zone"),
        ({"type": "clocked"}, "trigger.at"),
        ({"type": "clocked", "at": "2027-01-01T00:00:00"}, "trigger.at"),
        ({"type": "clocked", "at": "soon"}, "trigger.at"),
        ({"type": "solar", "event": "eclipse"}, "trigger.event"),
        ({"type": "solar", "event": "sunset", "longitude": 1}, "trigger.latitude"),
        ({"type": "solar", "event": "sunset", "latitude": 1, "longitude": "1"}, "trigger.longitude"),
        ({"type": "calendar", "rule": "FREQ=DAILY", "first": "2027-01-01T00:00:00Z"}, "trigger.first"),
        ({"type": "calendar"}, "trigger.rule"),
    ],
)
def test_what_is_wrong_is_named(value: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        trigger_from_json(value, now=NOW)

    assert [each.field for each in refused.value.problems] == [field]


def test_what_cannot_be_read_any_more_is_never_due_and_stays_as_it_is() -> None:
    kept = {"type": "cron", "expression": "0 0 * * *", "zone": "Moon/Base", "dialect": "unix"}

    trigger = kept_trigger(kept, now=NOW)

    assert isinstance(trigger, Unreadable)
    assert trigger_to_json(trigger) == kept
    assert Schedule(trigger).due_after(NOW) is None
    assert trigger.describe() == "cannot be read: 'Moon/Base' is no IANA time zone such as Europe/Berlin or UTC"


def test_a_clocked_moment_comes_once() -> None:
    trigger = Clocked(NOW)

    assert trigger.next_after(NOW - timedelta(microseconds=1)) == NOW
    assert trigger.next_after(NOW) is None
    assert trigger.describe() == "once, on 23 November 2026 at 12:00 UTC"


@given(st.integers(1, 10**6), st.integers(-(10**9), 10**9))
def test_an_interval_does_not_drift(every: int, seconds: int) -> None:
    trigger = Interval(timedelta(seconds=every), NOW)
    moment = NOW + timedelta(seconds=seconds)

    due = trigger.next_after(moment)

    assert due > moment
    assert (due - NOW) % trigger.every == timedelta()
    assert due - moment <= trigger.every or due == NOW


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, "every second"), (90, "every 90 seconds"), (3600, "every hour"), (172_800, "every 2 days")],
)
def test_intervals_are_told_in_plain_words(seconds: int, told: str) -> None:
    assert Interval(timedelta(seconds=seconds), NOW).describe() == told
    assert Elapsed(timedelta(seconds=seconds)).describe() == f"{told}, counted from its last start"
