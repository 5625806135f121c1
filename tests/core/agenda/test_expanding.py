"""Expanding schedules into moments: soonest first, dense ones counted, in bounded work that says where it ends."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.making import OWNER, TENANT
from windrow.core.agenda.expanding import expand, is_dense
from windrow.model.schedules import INSTANT, Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import AnyTrigger, Clocked, Cron, Elapsed, Interval
from windrow.model.windows import Window

NOW = datetime(2027, 3, 27, 10, 17, 30, tzinfo=UTC)
"""The day before clocks go forward in Europe."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def a_task(name: str, trigger: AnyTrigger, **changes: object) -> Task:
    schedule = replace(Schedule(trigger), **changes)  # type: ignore[arg-type]  # fields of the test
    schedule = replace(schedule, next_due=schedule.due_after(NOW))
    return Task(name, name, "errand", TENANT, OWNER, schedule=schedule)


def test_moments_of_all_tasks_come_in_their_order() -> None:
    hourly = a_task("hourly", Cron("0 * * * *"))
    odd = a_task("odd", Interval(90 * timedelta(minutes=1), NOW))
    once = a_task("once", Clocked(NOW + 2 * HOUR))

    found = expand([hourly, odd, once], NOW, NOW + 4 * HOUR)

    assert [(f"{each.due:%H:%M}", each.task.name) for each in found.moments] == [
        *(("11:00", "hourly"), ("11:47", "odd"), ("12:00", "hourly"), ("12:17", "once")),
        *(("13:00", "hourly"), ("13:17", "odd"), ("14:00", "hourly")),
    ]
    assert (found.steady, found.complete_until) == ([], None)


def test_a_day_that_is_not_the_next_begins_where_it_begins() -> None:
    daily = a_task("daily", Cron("30 2 * * *", "Europe/Berlin"))
    counted = a_task("counted", Interval(HOUR, NOW), occurrences=30)
    elapsed = a_task("elapsed", Elapsed(HOUR))

    found = expand([elapsed, counted, daily], NOW + DAY, NOW + 2 * DAY)

    assert [each.due - NOW for each in found.moments if each.task is counted] == [n * HOUR for n in range(24, 31)]
    assert [each.task.name for each in found.moments if each.task is not counted] == ["daily"]


def test_jitter_moves_the_beginning_and_not_the_moment() -> None:
    task = a_task("late", Cron("0 12 * * *"), jitter=HOUR)

    (moment,) = expand([task], NOW, NOW + DAY).moments

    assert moment.due == datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert timedelta() < moment.begins - moment.due < HOUR


def test_where_there_are_too_many_what_is_found_is_complete_up_to_a_moment() -> None:
    tasks = [a_task(f"{n}", Interval(HOUR, NOW + n * timedelta(minutes=1))) for n in range(10)]

    found = expand(tasks, NOW, NOW + DAY, most=25)

    assert len(found.moments) == 25
    assert found.complete_until is not None
    every = sorted(each.due for each in expand(tasks, NOW, NOW + DAY).moments)
    assert [each for each in every if each < found.complete_until] == [each.due for each in found.moments]


def test_dense_ones_are_bounded_too() -> None:
    tasks = [a_task(f"{n}", Cron("* * * * *")) for n in range(5)]

    found = expand(tasks, NOW, NOW + DAY, most_hours=50)

    assert (len(found.steady), found.complete_until) == (2, tasks[2].schedule and tasks[2].schedule.next_due)


@pytest.mark.parametrize(
    ("trigger", "dense"),
    [
        (Interval(timedelta(minutes=1), NOW), True),
        (Interval(HOUR, NOW), False),
        (Cron("*/5 * * * *"), True),
        (Cron("*/5 3 * * *"), False),
        (Cron("0,10,20,30,40,50 0-23 * * *"), False),
        (Elapsed(timedelta(minutes=1)), False),
    ],
)
def test_what_is_dense_and_regular_is_counted(trigger: AnyTrigger, dense: bool) -> None:
    assert is_dense(Schedule(trigger)) is dense
    assert not is_dense(Schedule(trigger, windows=(Window(time(8), time(9)),)))
    assert not is_dense(Schedule(trigger, occurrences=9))


@given(
    trigger=st.one_of(
        st.integers(30, 1100).map(lambda seconds: Interval(timedelta(seconds=seconds), NOW - 3 * DAY)),
        st.builds(
            lambda step, zone, days: Cron(f"*/{step} * * * {days}", zone),
            st.integers(1, 15),
            st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"]),
            st.sampled_from(["*", "SUN", "MON-SAT"]),
        ),
    ),
    start=st.none() | st.integers(0, 30).map(lambda hours: NOW + hours * HOUR),
    end=st.none() | st.integers(20, 60).map(lambda hours: NOW + hours * HOUR + timedelta(minutes=11)),
)
def test_counting_finds_as_many_in_each_hour_as_walking(
    trigger: AnyTrigger, start: datetime | None, end: datetime | None
) -> None:
    task = a_task("dense", trigger, start=start, end=end)
    assert task.schedule is not None
    until = NOW + 2 * DAY
    walked: dict[datetime, int] = {}
    due = task.schedule.due_after(NOW - INSTANT)
    while due is not None and due < until:
        if due >= (task.schedule.next_due or until):
            hour = due.replace(minute=0, second=0, microsecond=0)
            walked[hour] = walked.get(hour, 0) + 1
        due = task.schedule.due_after(due)

    found = expand([task], NOW, until)

    assert is_dense(task.schedule)
    assert (found.steady[0].hours if found.steady else {}) == walked
