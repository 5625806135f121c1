"""The fields of a schedule: what stands in them is what comes back, and what was typed is never lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windrow.console.forms import Form
from windrow.console.presets import PRESETS, filled
from windrow.console.schedule_forms import ScheduleForm, read_schedule, to_fields, typed_fields
from windrow.console.window_forms import WindowForm
from windrow.errors import BadInput
from windrow.model.schedules import Misfire, Overlap, Schedule
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
)
from windrow.model.windows import Window

NOW = datetime(2027, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)

WALL = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01"))
MINUTES = WALL.map(lambda at: at.replace(second=0, microsecond=0))
MOMENTS = WALL.map(lambda at: at.replace(tzinfo=UTC))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
UNIT = st.sampled_from([timedelta(seconds=1), timedelta(minutes=7), timedelta(days=7)])
SECONDS = st.integers(-43_200, 43_200).map(lambda seconds: timedelta(seconds=seconds))
CRON = st.sampled_from(["30 2 * * *", "*/5  * * * MON", "@daily"])

TRIGGERS = st.one_of(
    st.builds(lambda number, unit, at: Interval(number * unit, at), st.integers(1, 5000), UNIT, MOMENTS),
    st.builds(lambda number, last: Elapsed(timedelta(minutes=number), last), st.integers(1, 5000), st.none() | MOMENTS),
    st.builds(Cron, CRON, ZONES, st.sampled_from([Dialect.UNIX, Dialect.CELERY])),
    st.builds(Clocked, MOMENTS),
    st.builds(Solar, st.sampled_from(SolarEvent), st.floats(-90, 90), st.floats(-180, 180), SECONDS),
    st.builds(
        Calendar, st.just("FREQ=MONTHLY;BYDAY=2TU"), WALL.map(lambda at: at.replace(second=0, microsecond=0)), ZONES
    ),
)
WINDOWS = st.builds(
    Window,
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    ZONES,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.none() | st.just(date(2027, 1, 1)),
    st.none() | st.just(date(2027, 6, 1)),
)
SCHEDULES = st.builds(
    Schedule,
    trigger=TRIGGERS,
    enabled=st.booleans(),
    start=st.none() | MOMENTS,
    end=st.none() | MOMENTS,
    occurrences=st.none() | st.integers(0, 99),
    misfire=st.sampled_from(Misfire),
    overlap=st.sampled_from(Overlap),
    grace=st.integers(0, 3600).map(lambda n: timedelta(seconds=n)),
    most_missed=st.integers(1, 1000),
    jitter=st.integers(0, 1440).map(lambda n: timedelta(minutes=n)),
    pause_after=st.integers(0, 100),
    windows=st.lists(WINDOWS, max_size=2).map(tuple),
    blackouts=st.lists(WINDOWS, max_size=2).map(tuple),
)


@given(schedule=SCHEDULES)
def test_a_schedule_survives_the_form(schedule: Schedule) -> None:
    form = Form(sent(to_fields(schedule)))

    assert read_schedule(form, now=NOW, kept=schedule) == schedule


@given(schedule=SCHEDULES)
def test_what_was_typed_stands_there_again(schedule: Schedule) -> None:
    shown = to_fields(schedule)

    assert sent(typed_fields(Form(sent(shown)))) == sent(shown)


def test_a_trigger_that_cannot_be_read_stays_as_it_is_kept() -> None:
    kept = Schedule(Unreadable({"type": "tide"}, "the type is not known"))
    shown = to_fields(kept)

    assert (shown.trigger, shown.unreadable) == ("kept", "the type is not known")
    assert read_schedule(Form(sent(shown)), now=NOW, kept=kept) == kept


@pytest.mark.parametrize(
    ("fields", "trigger"),
    [
        ({"when.trigger": "interval", "every": "90", "unit": "minutes"}, Interval(timedelta(minutes=90), NOW)),
        (
            {"when.trigger": "interval", "every": "1", "unit": "days", "when.anchor": "2027-01-01T06:00"},
            Interval(timedelta(days=1), datetime(2027, 1, 1, 5, tzinfo=UTC)),
        ),
        ({"when.trigger": "elapsed", "every": "2", "unit": "hours"}, Elapsed(timedelta(hours=2))),
        (
            {"when.trigger": "cron", "when.expression": " 0 4 ? * 7 ", "when.dialect": "quartz"},
            Cron("0 4 ? * 7", "Europe/Berlin", Dialect.QUARTZ),
        ),
        (
            {"when.trigger": "clocked", "when.at": "2027-07-01T06:00:30"},
            Clocked(datetime(2027, 7, 1, 4, 0, 30, tzinfo=UTC)),
        ),
        (
            {
                "when.trigger": "solar",
                "when.event": "sunset",
                "when.offset": "-20",
                "when.latitude": "52,5",
                "when.longitude": "13.4",
            },
            Solar(SolarEvent.SUNSET, 52.5, 13.4, timedelta(minutes=-20)),
        ),
        (
            {"when.trigger": "calendar", "when.rule": "FREQ=DAILY", "when.first": "2027-01-01T06:00"},
            Calendar("FREQ=DAILY", datetime.fromisoformat("2027-01-01T06:00"), "Europe/Berlin"),
        ),
    ],
)
def test_each_trigger_is_read(fields: dict[str, str], trigger: AnyTrigger) -> None:
    form = Form([("scheduled", "on"), ("when.zone", "Europe/Berlin"), *fields.items()])

    schedule = read_schedule(form, now=NOW)

    assert schedule is not None
    assert schedule.trigger == trigger


def test_everything_wrong_is_told_by_its_field_at_once() -> None:
    fields = {
        "when.trigger": "cron",
        "when.expression": "0 25 * * *",
        "when.jitter": "x",
        "when.windows.0.begin": "9",
        "when.windows.0.end": "10:00",
    }

    with pytest.raises(BadInput) as raised:
        read_schedule(Form([("scheduled", "on"), *fields.items()]), now=NOW)

    assert {each.field for each in raised.value.problems} == {"when.expression", "when.jitter", "when.windows"}
    for wrong in ({"when.trigger": "tide"}, {"when.zone": "Nowhere/At/All"}, {"when.end": "soon"}, {"every": "0"}):
        with pytest.raises(BadInput) as raised:
            read_schedule(Form([("scheduled", "on"), ("when.trigger", "interval"), *wrong.items()]), now=NOW)


@pytest.mark.parametrize(
    "row", [{"begin": "9"}, {"begin": "25:00"}, {"first": "2027"}, {"begin": "08:00", "days": "9"}]
)
def test_a_row_that_is_wrong_is_named(row: dict[str, str]) -> None:
    fields = {"when.trigger": "interval", **{f"when.blackouts.0.{name}": value for name, value in row.items()}}

    with pytest.raises(BadInput) as raised:
        read_schedule(Form([("scheduled", "on"), *fields.items()]), now=NOW)

    ((problem),) = raised.value.problems
    assert (problem.field, problem.problem.startswith("row 1:")) == ("when.blackouts", True)


def test_a_form_that_knows_of_no_policies_leaves_them() -> None:
    kept = Schedule(Interval(timedelta(hours=1), NOW), jitter=timedelta(minutes=5), windows=(Window(time(8), time(9)),))

    found = read_schedule(Form([("scheduled", "on"), ("every", "2"), ("unit", "hours")]), now=NOW, kept=kept)

    assert found == replace(kept, trigger=Interval(timedelta(hours=2), NOW))


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("preset", list(PRESETS))
def test_every_preset_can_be_read_in_every_dialect(preset: str, dialect: Dialect) -> None:
    blank = to_fields(None)
    form = filled(replace(blank, values={**blank.values, "when.dialect": dialect.value}), preset)

    schedule = read_schedule(Form(sent(form)), now=NOW)

    assert schedule is not None
    assert schedule.due_after(NOW) is not None
    assert filled(form, "nothing") == form


def sent(form: ScheduleForm) -> list[tuple[str, str]]:
    """What a browser sends of these fields."""
    pairs = [("when.trigger", form.trigger), *form.values.items()]
    pairs += [(name, "on") for name, ticked in (("scheduled", form.scheduled), ("paused", form.paused)) if ticked]
    return [*pairs, *rows("windows", form.windows), *rows("blackouts", form.blackouts)]


def rows(group: str, some: Sequence[WindowForm]) -> list[tuple[str, str]]:
    """What a browser sends of rows."""
    pairs = []
    for place, row in enumerate(some):
        base = f"when.{group}.{place}."
        pairs += [(base + name, getattr(row, name)) for name in ("begin", "end", "zone", "first", "last")]
        pairs += [(base + "days", day) for day in row.days]
    return pairs
