"""How schedules and the calendar are shown: clock changes marked, faults pointed at, dense ones folded, days right."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.storage.making import OWNER, TENANT
from windrow.console.forms import Form
from windrow.console.views.calendar import day_of, read_asked, week_of
from windrow.console.views.schedules import tell, tell_form
from windrow.core.agenda.expanding import expand
from windrow.core.agenda.loading import load_hours
from windrow.core.agenda.looking import CalendarView, hours_of
from windrow.core.closing import Keeping, Keepings
from windrow.errors import BadInput
from windrow.model.runs import RunState
from windrow.model.schedules import Overlap, Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import AnyTrigger, Calendar, Clocked, Cron, Elapsed, Interval
from windrow.model.windows import Hours, Window
from windrow.ports.agenda import Met

NOW = datetime(2027, 3, 12, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WALL = datetime(2027, 1, 1, 2, 30)  # noqa: DTZ001 - of a wall clock


def marks(trigger: AnyTrigger, now: datetime, count: int = 3) -> list[tuple[str, str, str]]:
    return [(each.local[-5:], each.offset, each.mark) for each in tell(Schedule(trigger), now=now, count=count).moments]


def test_a_moment_that_clocks_going_forward_leave_out_is_marked() -> None:
    assert marks(Cron("30 2 * * *", "America/New_York"), NOW) == [
        ("02:30", "-05:00", ""),
        ("03:00", "-04:00", "moved: clocks go forward by 1 h over its time"),
        ("02:30", "-04:00", ""),
    ]
    rule = Calendar("FREQ=DAILY", WALL, "America/New_York")
    assert marks(rule, NOW)[1][2].startswith("moved")
    assert marks(Cron("0 3 * * *", "America/New_York"), NOW, 2)[1][2] == "clocks went forward before this"


def test_a_moment_in_the_hour_that_comes_twice_is_marked() -> None:
    autumn = datetime(2027, 11, 6, 12, tzinfo=UTC)

    assert marks(Cron("30 1 * * *", "America/New_York"), autumn, 2) == [
        ("01:30", "-04:00", "this hour comes twice: the first time"),
        ("01:30", "-05:00", "clocks went back before this"),
    ]
    assert [mark for _, _, mark in marks(Cron("30 * * * *", "America/New_York"), autumn, 20) if "twice" in mark] == [
        "this hour comes twice: the first time",
        "this hour comes twice: the second time",
    ]


def test_what_holds_around_a_trigger_is_told() -> None:
    schedule = Schedule(
        Interval(HOUR, NOW),
        occurrences=3,
        jitter=timedelta(minutes=5),
        overlap=Overlap.QUEUE,
        pause_after=0,
        windows=(Window(time(22), time(6), "Europe/Berlin", frozenset({0, 4})),),
    )

    told = tell(schedule, now=NOW)

    assert told.sentence == "Every hour"
    assert told.notes == [
        *("3 times still", "each begins up to 5 min later", "only Mon, Fri 22:00 to 06:00, Europe/Berlin"),
        *("while the last run goes on: wait for its end", "never pauses by itself"),
    ]
    assert (len(told.moments), told.more) == (3, False)


def test_a_paused_schedule_shows_what_would_come_and_an_ended_one_nothing() -> None:
    assert len(tell(Schedule(Interval(HOUR, NOW), enabled=False), now=NOW).moments) == 10
    assert tell(Schedule(Clocked(NOW - HOUR)), now=NOW).moments == []
    assert "what comes after that depends on when it starts" in tell(Schedule(Elapsed(HOUR)), now=NOW).notes


def test_an_error_in_an_expression_is_pointed_at() -> None:
    typed = {"scheduled": "on", "when.trigger": "cron", "when.expression": "  0 25 * * *", "when.jitter": "x"}

    told = tell_form(Form(typed.items()), now=NOW)

    assert told is not None
    assert [(each.title, each.text, each.position) for each in told.faults] == [
        ("Expression", "0 25 * * *", 2),
        ("Jitter", "", None),
    ]
    assert tell_form(Form([("when.trigger", "cron")]), now=NOW) is None
    kept = tell_form(Form([("scheduled", "on"), ("when.trigger", "kept")]), now=NOW)
    assert kept is not None
    assert kept.faults == ()


def a_task(name: str, trigger: AnyTrigger) -> Task:
    schedule = Schedule(trigger)
    return Task(name, name, "errand", TENANT, OWNER, schedule=replace(schedule, next_due=schedule.due_after(NOW)))


def seen(day: str, zone: str, *tasks: Task, met: tuple[Met, ...] = (), view: str = "day") -> CalendarView:
    begin, end = read_asked(day, zone, view, NOW).bounds
    ahead = expand(tasks, begin, end)
    hours = load_hours(hours_of(begin, end), [], ahead.steady, {})
    return CalendarView(
        begin, end, met, None, ahead.moments, ahead.steady, ahead.complete_until, hours, (), {}, slots=4
    )


@pytest.mark.parametrize(
    ("day", "zone", "length", "labels"),
    [
        ("2027-03-14", "America/New_York", 23, ["00:00 -05:00", "01:00 -05:00", "03:00 -04:00"]),
        ("2027-11-07", "America/New_York", 25, ["00:00 -04:00", "01:00 -04:00", "01:00 -05:00"]),
        ("2027-03-13", "America/New_York", 24, ["00:00", "01:00", "02:00"]),
        ("2027-04-04", "Australia/Lord_Howe", 24.5, ["00:00 +11:00", "01:00 +11:00", "01:30 +10:30"]),
    ],
)
def test_a_day_has_the_hours_that_it_has(day: str, zone: str, length: float, labels: list[str]) -> None:
    shown = day_of(seen(day, zone, a_task("every minute", Cron("* * * * *"))), read_asked(day, zone, "day", NOW), NOW)

    assert (shown.length, shown.total) == (length, length * 60)
    assert [each.label for each in shown.hours[:3]] == labels
    assert sum(each.load.runs for each in shown.hours) == shown.total


def test_dense_schedules_are_one_band_with_how_their_past_ended() -> None:
    asked = read_asked("2027-03-12", "UTC", "day", NOW)
    states = (RunState.SUCCEEDED, RunState.SUCCEEDED, RunState.FAILED)
    past = tuple(
        Met(f"r{n}", "poll", "poll", "errand", states[n], NOW - (3 - n) * HOUR, None, None, "") for n in range(3)
    )
    nightly = a_task("evening", Cron("0 20 * * *"))

    poll = a_task("poll", Interval(timedelta(minutes=1), NOW))
    shown = day_of(seen("2027-03-12", "UTC", poll, nightly, met=past), asked, NOW)

    (band,) = shown.bands
    assert (band.name, band.place, band.told) == ("poll", "/tasks/poll", "09:00 to 00:00")
    assert (band.total, band.to_come, band.states) == (
        722,
        719,
        [(RunState.SUCCEEDED, 2), (RunState.FAILED, 1)],
    )
    assert [(each.local, each.name) for hour in shown.hours for each in hour.entries] == [("20:00", "evening")]


def test_past_moments_lead_to_their_runs() -> None:
    asked = read_asked("2027-03-12", "Europe/Berlin", "day", NOW)
    past = Met("r1", "t1", "sync", "errand", RunState.FAILED, NOW - HOUR, NOW, NOW, "no answer")

    shown = day_of(seen("2027-03-12", "Europe/Berlin", met=(past,)), asked, NOW)

    assert [(each.local, each.place, each.told) for each in shown.hours[12].entries] == [
        ("12:00", "/runs/r1", "no answer")
    ]


def test_a_week_begins_on_monday() -> None:
    asked = read_asked("2027-03-12", "Europe/Berlin", "week", NOW)

    shown = week_of(seen("2027-03-12", "Europe/Berlin", a_task("daily", Cron("0 20 * * *")), view="week"), asked, NOW)

    assert [each.day.isoformat()[-2:] for each in shown.days] == ["08", "09", "10", "11", "12", "13", "14"]
    assert [each.total for each in shown.days] == [0, 0, 0, 0, 1, 1, 1]
    assert (asked.before, asked.after) == ("2027-03-05", "2027-03-19")


@pytest.mark.parametrize(("day", "zone"), [("yesterday", "UTC"), ("0001-01-01", "UTC"), ("2027-01-01", "Mars/Base")])
def test_days_and_zones_that_are_none_are_refused(day: str, zone: str) -> None:
    with pytest.raises(BadInput):
        read_asked(day, zone, "day", NOW)


NIGHT = Keeping("a.test:443", (Hours(windows=(Window(time(22), time(6)),)),))


def test_moments_tell_until_when_they_wait_for_a_host_to_open() -> None:
    told = tell(Schedule(Cron("0 */8 * * *", "Europe/Berlin")), now=NOW, count=3, keeping=NIGHT)

    waits = {moment.local[-5:]: moment.waits for moment in told.moments}
    assert waits == {
        "00:00": "",
        "08:00": "waits until 23:00: a.test is closed",
        "16:00": "waits until 23:00: a.test is closed",
    }


def test_the_calendar_tells_who_waits_for_a_host_to_open() -> None:
    asked = read_asked("2027-03-14", "UTC", "day", NOW)
    view = seen("2027-03-14", "UTC", a_task("early", Cron("0 3 * * *")), a_task("late", Cron("0 21 * * *")))
    view = replace(view, keepings=Keepings({"early": NIGHT, "late": NIGHT}))

    entries = [entry for hour in day_of(view, asked, NOW).hours for entry in hour.entries]

    assert [(each.name, each.waits) for each in entries] == [
        ("early", ""),
        ("late", "waits until 22:00: a.test is closed"),
    ]
