"""Schedules in Jaseci's words: what is told of a trigger, read again, is that trigger, or says that it cannot be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from windrow.faces.jaseci.schedules import read_schedule, show_trigger
from windrow.model.triggers import AnyTrigger, Calendar, Clocked, Cron, Dialect, Elapsed, Interval, Solar, SolarEvent

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("trigger", "conf"),
    [
        (Interval(timedelta(seconds=90), NOW), {"every": 90, "period": "seconds"}),
        (Interval(timedelta(days=2), NOW), {"every": 2, "period": "days"}),
        (Interval(timedelta(seconds=1.5), NOW), {"every": 1_500_000, "period": "microseconds"}),
        (Clocked(NOW), {"clocked_time": "2026-03-01T12:00:00Z"}),
        (Solar(SolarEvent.DAWN_CIVIL, 1.5, -2.5), {"event": "dawn_civil", "latitude": 1.5, "longitude": -2.5}),
        (
            Cron("*/5 1 13 * fri", "Europe/Berlin", Dialect.CELERY),
            {
                "minute": "*/5",
                "hour": "1",
                "day_of_month": "13",
                "month_of_year": "*",
                "day_of_week": "fri",
                "timezone": "Europe/Berlin",
            },
        ),
    ],
)
def test_what_is_told_is_read_as_the_same(trigger: AnyTrigger, conf: dict[str, Any]) -> None:
    told = show_trigger(trigger)

    assert told["conf"] == conf
    assert read_schedule(told, now=NOW, everything=True).schedule.trigger == trigger


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        (
            Cron("0 0 * * 7"),
            {"minute": "0", "hour": "0", "day_of_month": "*", "month_of_year": "*", "day_of_week": "SUN"},
        ),
        (Cron("0 0 13 * FRI"), {"expression": "0 0 13 * FRI", "dialect": "unix"}),
        (Cron("0 0 ? * 6L", "UTC", Dialect.QUARTZ), {"expression": "0 0 ? * 6L", "dialect": "quartz"}),
        (Elapsed(timedelta(hours=1), None), {"every": 1, "period": "hours"}),
        (Calendar("FREQ=DAILY", NOW.replace(tzinfo=None), "UTC"), {"rule": "FREQ=DAILY"}),
        (None, {}),
    ],
)
def test_what_others_made_is_told_as_far_as_it_goes(trigger: AnyTrigger | None, told: dict[str, Any]) -> None:
    assert show_trigger(trigger)["conf"] == told


def test_an_interval_counts_from_its_anchor_its_start_or_now() -> None:
    every: dict[str, Any] = {"type": "interval", "conf": {"every": "2"}}
    begun = {**every, "start_time": "2026-01-01"}

    anchors = [
        read_schedule(every, now=NOW, everything=True).schedule.trigger,
        read_schedule(begun, now=NOW, everything=True).schedule.trigger,
        read_schedule(begun, now=NOW, everything=True, anchor=NOW - timedelta(days=1)).schedule.trigger,
    ]

    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert anchors == [Interval(timedelta(minutes=2), each) for each in (NOW, start, NOW - timedelta(days=1))]


@pytest.mark.parametrize(("said", "meant"), [("7", "0"), ("5-7", "5-0"), ("0-7", "*"), ("*/5", "*/5"), ("1, 7", "1,0")])
def test_seven_is_sunday(said: str, meant: str) -> None:
    read = read_schedule({"conf": {"day_of_week": said}}, now=NOW, everything=False)

    assert read.schedule.trigger == Cron(f"* * * * {meant}", "UTC", Dialect.CELERY)
    assert read.said["conf"]["day_of_week"] == said
