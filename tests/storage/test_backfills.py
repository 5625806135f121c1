"""A backfill makes one run for each moment that has none, in their order, once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

from tests.storage.making import TENANT, a_run
from tests.storage.office import HOUR, HOURLY, NOON, Office, ending, states
from windrow.core.repeating import Backfill, Repeating
from windrow.errors import BadInput, Conflict
from windrow.model.accounts import Principal, Right, Role
from windrow.model.runs import Cause, Run, RunState
from windrow.model.schedules import Overlap, Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Cron, Elapsed, Interval
from windrow.model.windows import Window

ADA = Principal("ada", "ada", Role.OPERATOR, TENANT, frozenset({Right.READ, Right.WRITE}))
DAILY = Schedule(Cron("0 2 * * *"), next_due=NOON + timedelta(hours=14))
WEEK = [NOON.replace(hour=2) - timedelta(days=days) for days in range(6, -1, -1)]
"""The moments of the last seven nights."""


def backfill(office: Office, task: Task, start: datetime = WEEK[0], **how: Any) -> Backfill:
    store: Any = SimpleNamespace(tasks=office.tasks, runs=office.runs)
    unused: Any = None
    repeating = Repeating(store, lambda: office.now, unused, unused, unused)
    return repeating.backfill(ADA, task.id, start=start, end=how.pop("end", office.now), **how)


def problem(office: Office, task: Task, **how: Any) -> str:
    with pytest.raises(BadInput) as refused:
        backfill(office, task, **how)
    (only,) = refused.value.problems
    return f"{only.field} {only.problem}"


def moments(runs: list[Run]) -> list[datetime | None]:
    return [run.due for run in runs]


def test_each_moment_has_its_run_one_after_another_in_their_order(office: Office) -> None:
    task = office.add(DAILY)

    made = backfill(office, task)

    assert (list(made.moments), made.left_out) == (WEEK, 0)
    assert moments(office.of(task)) == WEEK
    assert {run.cause for run in office.of(task)} == {Cause.BACKFILL}
    first = office.claim()
    assert first is not None
    assert office.claim() is None, "one at a time"
    office.runs.finish(first.id, first.attempt, ending(RunState.SUCCEEDED), now=office.now)
    assert [first.due, *(office.work(RunState.SUCCEEDED).due for _ in WEEK[1:])] == WEEK
    assert office.schedule(task) == DAILY


def test_where_runs_may_overlap_those_of_a_backfill_do(office: Office) -> None:
    task = office.add(replace(DAILY, overlap=Overlap.ALLOW))

    backfill(office, task)

    assert all(office.claim() for _ in WEEK)


def test_a_second_call_makes_only_what_did_not_succeed(office: Office) -> None:
    task = office.add(DAILY)
    backfill(office, task)

    assert backfill(office, task) == Backfill([], 7, []), "none has ended"

    for state in [RunState.SUCCEEDED] * 5 + [RunState.FAILED, RunState.PARTIAL]:
        office.work(state)
    assert list(backfill(office, task, dry_run=True).moments) == WEEK[5:]
    assert len(office.of(task)) == 7, "nothing is made dry"
    assert (list(backfill(office, task).moments), len(office.of(task))) == (WEEK[5:], 9)
    assert list(backfill(office, task, again=True).moments) == WEEK[:5]


def test_callers_at_once_make_each_moment_once(office: Office) -> None:
    task = office.add(DAILY)
    barrier = Barrier(4)

    def call() -> int:
        barrier.wait(30)
        return len(backfill(office, task).runs)

    with ThreadPoolExecutor(4) as pool:
        made = sorted(each.result(30) for each in [pool.submit(call) for _ in range(4)])

    assert made == [0, 0, 0, 7]
    assert moments(office.of(task)) == WEEK


def test_an_interval_counts_backwards_and_windows_hold(office: Office) -> None:
    task = office.add(replace(HOURLY, blackouts=(Window(),), start=NOON, enabled=False, occurrences=1))
    assert "no moment" in problem(office, task)
    morning = Window(begin=(NOON - 4 * HOUR).time(), end=(NOON - 2 * HOUR).time())
    task = office.add(replace(HOURLY, windows=(morning,), start=NOON, enabled=False, occurrences=1))

    made = backfill(office, task, NOON - timedelta(days=1))

    assert list(made.moments) == [NOON - 4 * HOUR, NOON - 3 * HOUR]


def test_what_is_due_at_this_moment_is_the_clocks(office: Office) -> None:
    task = office.add(HOURLY)
    office.now = NOON + HOUR

    assert list(backfill(office, task, NOON - HOUR).moments) == [NOON - HOUR]


def test_too_much_is_refused_and_nothing_is_made(office: Office) -> None:
    daily, often = office.add(DAILY), office.add(Schedule(Interval(timedelta(seconds=1), NOON)))

    assert problem(office, daily, most=6).startswith("most is 6, and the range has 7 moments without a run")
    assert problem(office, daily, most=1001) == "most must lie between 1 and 1000"
    assert problem(office, often).startswith("start lies too long before the end: more than 20000 moments")
    assert problem(office, daily, end=NOON + HOUR).startswith("end lies ahead")
    assert (office.of(daily), office.of(often)) == ([], [])


def test_what_names_no_moments_is_refused_with_a_reason(office: Office) -> None:
    elapsed = office.add(Schedule(Elapsed(HOUR, None), next_due=NOON))
    bare = replace(office.add(HOURLY), schedule=None)
    office.tasks.save(bare)

    with pytest.raises(Conflict, match="names no moments beforehand"):
        backfill(office, elapsed)
    with pytest.raises(Conflict, match="has no schedule"):
        backfill(office, bare)


def test_the_harvest_of_a_source_takes_what_is_there_now(office: Office) -> None:
    harvest = office.add(DAILY, kind="harvest")

    with pytest.raises(Conflict, match="takes what is there now"):
        backfill(office, harvest)


@pytest.mark.parametrize("overlap", Overlap)
def test_a_backfill_keeps_no_moment_from_its_run(office: Office, overlap: Overlap) -> None:
    task = office.add(replace(HOURLY, overlap=overlap, next_due=NOON + HOUR))
    backfill(office, task, NOON - 3 * HOUR)
    assert office.claim() is not None
    office.now = NOON + HOUR

    assert office.scheduling.tick() == 1

    assert states(office.of(task)) == [RunState.RUNNING, RunState.QUEUED, RunState.QUEUED, RunState.QUEUED]
    running, live = office.of(task)[0], office.of(task)[-1]
    office.runs.finish(running.id, 1, ending(RunState.SUCCEEDED), now=office.now)
    following = office.claim()
    assert following is not None
    assert following.id == live.id, "before the rest of the backfill"


def test_a_backfill_neither_pauses_a_schedule_nor_excuses_it(office: Office) -> None:
    task = office.add(replace(DAILY, pause_after=2, next_due=None))
    backfill(office, task)
    for _ in WEEK:
        office.work(RunState.FAILED)
    office.consequences.draw()
    assert office.tasks.failing([task.id]) == {}

    office.runs.add([replace(a_run(task_id=task.id, kind="errand"))])
    office.work(RunState.FAILED)
    backfill(office, task)
    office.work(RunState.SUCCEEDED)

    assert office.tasks.failing([task.id])[task.id].count == 1


def test_a_release_that_does_not_know_backfills_can_read_them(office: Office) -> None:
    task = office.add(DAILY)
    backfill(office, task)

    with office.database.read() as connection:
        causes = connection.exec_driver_sql("SELECT DISTINCT cause FROM runs").scalars().all()

    assert causes == ["request"]
