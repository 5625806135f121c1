"""What schedules do when runs overlap, fail, were missed, or may not run at this hour."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update

from tests.storage.making import OWNER, TENANT
from tests.storage.office import HOUR, HOURLY, NOON, Office, ending, states
from windrow.core.runs import scheduled
from windrow.errors import BadInput
from windrow.model.identity import new_id
from windrow.model.runs import RunState
from windrow.model.schedules import Misfire, Overlap, Schedule
from windrow.model.tasks import Limit, Task
from windrow.model.triggers import AnyTrigger, Clocked, Cron, Elapsed, Interval, Unreadable
from windrow.model.windows import Window
from windrow.storage.tables import tasks

MINUTE = timedelta(minutes=1)


def test_runs_that_are_allowed_to_overlap_run_side_by_side(office: Office) -> None:
    task = office.add(replace(HOURLY, overlap=Overlap.ALLOW))
    for _ in range(2):
        office.scheduling.tick()
        office.now += HOUR

    assert [office.claim() is not None for _ in range(3)] == [True, True, False]
    assert states(office.of(task)) == [RunState.RUNNING] * 2


def test_a_queued_run_waits_for_the_end_of_the_one_before(office: Office) -> None:
    task = office.add(replace(HOURLY, overlap=Overlap.QUEUE))
    for _ in range(2):
        office.scheduling.tick()
        office.now += HOUR

    first = office.claim()
    assert first is not None
    assert office.claim() is None
    office.runs.finish(first.id, first.attempt, ending(RunState.SUCCEEDED), now=office.now)
    assert office.claim() is not None
    assert states(office.of(task)) == [RunState.SUCCEEDED, RunState.RUNNING]


def test_a_run_that_replaces_cancels_what_is_active_and_waits_until_it_has_stopped(office: Office) -> None:
    task = office.add(replace(HOURLY, overlap=Overlap.REPLACE))
    office.scheduling.tick()
    first = office.claim()
    assert first is not None
    office.now += HOUR

    office.scheduling.tick()

    assert states(office.of(task)) == [RunState.CANCELLING, RunState.QUEUED]
    assert office.claim() is None
    office.runs.finish(first.id, first.attempt, ending(RunState.CANCELLED), now=office.now)
    assert office.claim() is not None
    assert states(office.of(task)) == [RunState.CANCELLED, RunState.RUNNING]


def test_a_run_that_had_not_begun_is_replaced_at_once(office: Office) -> None:
    task = office.add(replace(HOURLY, overlap=Overlap.REPLACE))
    for _ in range(3):
        office.scheduling.tick()
        office.now += HOUR

    assert states(office.of(task)) == [RunState.CANCELLED, RunState.CANCELLED, RunState.QUEUED]


@pytest.mark.parametrize("overlap", Overlap)
@pytest.mark.parametrize("misfire", Misfire)
def test_several_clocks_at_once_meet_each_moment_once(office: Office, overlap: Overlap, misfire: Misfire) -> None:
    tasks = [office.add(replace(HOURLY, overlap=overlap, misfire=misfire)) for _ in range(5)]
    office.now = NOON + 3 * HOUR
    barrier = Barrier(4)

    def tick() -> int:
        barrier.wait(30)
        return office.scheduling.tick()

    with ThreadPoolExecutor(4) as pool:
        met = sum(each.result(30) for each in [pool.submit(tick) for _ in range(4)])

    assert met == 5
    expected = {
        Misfire.SKIP: [NOON + 3 * HOUR],
        Misfire.ONCE: [NOON],
        Misfire.ALL: [NOON + number * HOUR for number in range(4)],
    }
    assert [[run.due for run in office.of(task)] for task in tasks] == [expected[misfire]] * 5


def test_after_a_night_off_each_missed_moment_has_its_run_one_after_another(office: Office) -> None:
    nightly = Cron("0 2 * * *", "Europe/Berlin")
    due = datetime(2026, 3, 28, 1, tzinfo=UTC)
    task = office.add(Schedule(nightly, misfire=Misfire.ALL, next_due=due))
    office.now = due + timedelta(days=2, hours=5)

    office.scheduling.tick()

    assert [run.due for run in office.of(task)] == [due, due + timedelta(days=1), due + timedelta(hours=47)]
    done = [office.work(RunState.SUCCEEDED).due for _ in range(3)]
    assert done == [run.due for run in office.of(task)]
    assert office.schedule(task).next_due == datetime(2026, 3, 31, 0, tzinfo=UTC)


def test_no_more_is_made_up_for_than_was_said(office: Office) -> None:
    capped = office.add(replace(HOURLY, misfire=Misfire.ALL, most_missed=3))
    counted = office.add(replace(HOURLY, misfire=Misfire.ALL, occurrences=2))
    office.now = NOON + 1000 * HOUR

    office.scheduling.tick()

    assert [run.due for run in office.of(capped)] == [NOON + number * HOUR for number in (998, 999, 1000)]
    assert len(office.of(counted)) == 2
    assert office.schedule(counted).next_due is None


def test_runs_begin_up_to_so_much_later_each_time_the_same(office: Office) -> None:
    jittered = replace(HOURLY, jitter=timedelta(minutes=10), overlap=Overlap.ALLOW)
    tasks = [office.add(jittered) for _ in range(20)]

    office.scheduling.tick()

    runs = [office.of(task)[0] for task in tasks]
    assert {run.due for run in runs} == {NOON}
    assert all(NOON <= run.ready_at < NOON + timedelta(minutes=10) for run in runs)
    assert len({run.ready_at for run in runs}) > 10
    assert [run.ready_at for run in runs] == [jittered.ready_at(NOON, NOON, task.id) for task in tasks]


NIGHT = Window(time(22), time(6), "Europe/Berlin")
WEEKDAYS = Window(time(), time(), "Europe/Berlin", weekdays=frozenset(range(5)))


def test_only_moments_in_a_window_count() -> None:
    schedule = Schedule(Interval(HOUR, NOON), windows=(NIGHT,))

    found = schedule.due_after(NOON)

    assert found == datetime(2026, 3, 2, 21, tzinfo=UTC)
    assert schedule.due_after(datetime(2026, 3, 3, 4, tzinfo=UTC)) == datetime(2026, 3, 3, 21, tzinfo=UTC)


def test_moments_in_a_blackout_do_not_count() -> None:
    schedule = Schedule(Interval(HOUR, NOON), blackouts=(NIGHT, WEEKDAYS))

    assert schedule.due_after(NOON) == datetime(2026, 3, 7, 5, tzinfo=UTC)


def test_a_window_keeps_to_the_wall_clock_where_clocks_are_changed() -> None:
    hours = Window(time(1), time(4), "America/New_York")
    quarters = Schedule(Interval(timedelta(minutes=15), NOON), windows=(hours,))

    for day, count in ((13, 12), (14, 8)):
        start = datetime(2027, 3, day, 5, tzinfo=UTC)
        found, moment = 0, quarters.due_after(start)
        while moment is not None and moment < start + 12 * HOUR:
            found, moment = found + 1, quarters.due_after(moment)
        assert found == count


def test_what_was_missed_does_not_begin_in_a_blackout(office: Office) -> None:
    task = office.add(replace(HOURLY, blackouts=(NIGHT,)))
    office.now = NOON + 10 * HOUR

    office.scheduling.tick()

    (run,) = office.of(task)
    assert (run.due, run.state, run.ready_at) == (NOON, RunState.SCHEDULED, datetime(2026, 3, 3, 5, tzinfo=UTC))


def test_what_counts_from_its_last_start_waits_for_the_window(office: Office) -> None:
    task = office.add(Schedule(Elapsed(HOUR), next_due=NOON, windows=(NIGHT,)))

    office.scheduling.tick()

    assert office.of(task) == []
    assert office.schedule(task).next_due == datetime(2026, 3, 2, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        (Schedule(Clocked(NOON - HOUR)), "schedule.trigger"),
        (Schedule(Cron("0 12 * * *"), windows=(Window(time(13), time(14)),)), "schedule.windows"),
        (Schedule(Cron("0 12 * * *"), blackouts=(Window(),)), "schedule.windows"),
    ],
)
def test_a_schedule_that_would_never_run_is_refused_when_it_is_made(schedule: Schedule, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        scheduled(schedule, NOON)

    assert [each.field for each in refused.value.problems] == [field]


def test_a_clocked_task_that_ran_can_be_changed_all_the_same() -> None:
    past = Schedule(Clocked(NOON - HOUR))

    assert scheduled(replace(past, pause_after=3), NOON, present=past) == replace(past, pause_after=3)


def test_a_clocked_moment_runs_once(office: Office) -> None:
    task = office.add(Schedule(Clocked(NOON), next_due=NOON))

    assert [office.scheduling.tick() for _ in range(2)] == [1, 0]
    assert [run.due for run in office.of(task)] == [NOON]


def test_a_trigger_that_cannot_be_read_holds_up_no_other(office: Office) -> None:
    kept = {"type": "cron", "expression": "0 12 * * *", "zone": "Moon/Base", "dialect": "unix"}
    broken = office.add(Schedule(Unreadable(kept, ""), next_due=NOON))
    other = office.add(HOURLY)

    assert office.scheduling.tick() == 2

    assert (office.of(broken), len(office.of(other))) == ([], 1)
    assert office.schedule(broken).next_due is None
    assert "Moon/Base" in office.schedule(broken).describe()


def test_a_limit_of_its_own_stays_beside_the_turn(office: Office) -> None:
    task = Task(new_id(), "a task", "errand", TENANT, OWNER, limits=(Limit("host:a", 2),))
    office.tasks.add(replace(task, schedule=replace(HOURLY, overlap=Overlap.QUEUE)))

    office.scheduling.tick()

    (run,) = office.of(task)
    assert run.limits == (Limit("host:a", 2), Limit(f"task:{task.id}"))


OLD = {
    "enabled": True,
    "start": None,
    "end": None,
    "occurrences": None,
    "misfire": "once",
    "overlap": "skip",
    "grace": 60,
}


@pytest.mark.parametrize(
    ("kept", "trigger"),
    [
        (
            {"type": "interval", "every_seconds": 3600.0, "anchor": "2026-03-02T12:00:00Z"},
            Interval(HOUR, NOON),
        ),
        ({"type": "elapsed", "every_seconds": 3600.0, "last": "2026-03-02T12:00:00+00:00"}, Elapsed(HOUR, NOON)),
    ],
)
def test_what_an_older_release_kept_is_read_and_a_met_moment_stays_met(
    office: Office, kept: dict[str, Any], trigger: AnyTrigger
) -> None:
    task = office.add(Schedule(trigger, next_due=NOON))
    with office.database.write() as connection:
        connection.execute(update(tasks).values(schedule={**OLD, "trigger": kept}))
    seen = office.tasks.get(task.id, tenant_id=None)
    assert seen.schedule == Schedule(trigger, next_due=NOON)
    with office.database.write() as connection:  # a clock of the older release met it meanwhile
        connection.execute(update(tasks).values(next_due=NOON + HOUR, last_run_id=new_id()))

    office.tasks.save(replace(seen, name="renamed"))

    assert office.schedule(task).next_due == NOON + HOUR


def test_all_of_a_schedule_is_kept(office: Office) -> None:
    window = Window(time(22), time(6), "Europe/Berlin", frozenset({0, 4}), NOON.date(), NOON.date() + timedelta(days=9))
    schedule = Schedule(
        Cron("30 2 * * *", "Europe/Berlin"),
        misfire=Misfire.ALL,
        overlap=Overlap.REPLACE,
        most_missed=7,
        jitter=MINUTE,
        pause_after=3,
        paused="it failed",
        counted_after=new_id(),
        windows=(window,),
        blackouts=(Window(),),
        next_due=NOON,
    )

    assert office.schedule(office.add(schedule)) == schedule
