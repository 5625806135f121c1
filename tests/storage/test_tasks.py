"""Tasks are kept and changed, and each moment of a schedule is met once, however many clocks turn."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.storage.making import LEASE, NOW, OTHER_TENANT, OWNER, TENANT, a_run, add_basics
from tests.storage.shelves import add_source
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.identity import new_id
from windrow.model.runs import Cause, Level, Output, Progress, RunState
from windrow.model.schedules import Misfire, Overlap, Schedule
from windrow.model.tasks import Limit, Retry, Task
from windrow.model.triggers import Interval
from windrow.ports.runs import Ending, Entry, RunFilter
from windrow.ports.tasks import DueTask, Firing
from windrow.storage import removals, tasks
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.tables import log_entries, parts, sources
from windrow.storage.tasks import SqlTasks

SECOND = timedelta(seconds=1)
HOURLY = Schedule(Interval(timedelta(hours=1), NOW), next_due=NOW)


@pytest.fixture
def kept(database: Database) -> SqlTasks:
    add_basics(database)
    return SqlTasks(database)


def a_task(**changes: object) -> Task:
    task = Task(new_id(), "nightly", "report", TENANT, OWNER, created_at=NOW, changed_at=NOW)
    return replace(task, **changes)  # type: ignore[arg-type]  # fields of the test


def fire(due: DueTask, *, runs: int = 1, occurrences: int | None = None) -> Firing:
    schedule = due.task.schedule
    assert schedule is not None
    made = tuple(a_run(task_id=due.task.id, cause=Cause.SCHEDULE, due=schedule.next_due) for _ in range(runs))
    return Firing(due.task.id, due.version, made, schedule.due_after(NOW), occurrences)


def test_a_task_is_kept_as_it_was_given(kept: SqlTasks) -> None:
    task = a_task(
        parameters={"months": [1, 2]},
        queue="slow",
        priority=7,
        limits=(Limit("report", 2),),
        retry=Retry(5, 1.0, 9.0),
        schedule=Schedule(
            Interval(timedelta(minutes=90), NOW),
            enabled=False,
            start=NOW,
            end=NOW + timedelta(days=1),
            occurrences=3,
            misfire=Misfire.SKIP,
            overlap=Overlap.QUEUE,
            grace=timedelta(seconds=0.5),
            next_due=NOW + SECOND,
        ),
    )

    kept.add(task)

    assert kept.get(task.id, tenant_id=TENANT) == task


def test_a_foreign_task_looks_like_one_that_there_is_not(kept: SqlTasks) -> None:
    task = a_task()
    kept.add(task)

    calls: list[Callable[[], object]] = [
        lambda: kept.get(task.id, tenant_id=OTHER_TENANT),
        lambda: kept.delete(task.id, tenant_id=OTHER_TENANT),
        lambda: kept.save(replace(task, tenant_id=OTHER_TENANT)),
        lambda: kept.get(new_id(), tenant_id=None),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


def test_a_change_is_written_and_what_is_fixed_stays(kept: SqlTasks) -> None:
    task = a_task()
    kept.add(task)

    kept.save(replace(task, name="hourly", schedule=HOURLY, created_at=NOW + SECOND, changed_at=NOW + SECOND))

    assert kept.get(task.id, tenant_id=None) == replace(task, name="hourly", schedule=HOURLY, changed_at=NOW + SECOND)


def test_lists_are_paged_newest_first(kept: SqlTasks) -> None:
    made = [a_task(kind=kind) for kind in ("report", "webhook") for _ in range(3)]
    for task in made:
        kept.add(task)
    expected = sorted((task.id for task in made if task.kind == "webhook"), reverse=True)

    first = kept.page(tenant_id=TENANT, kind="webhook", limit=2)
    second = kept.page(tenant_id=TENANT, kind="webhook", limit=2, cursor=first.next)

    assert [task.id for task in [*first.items, *second.items]] == expected
    assert second.next is None
    assert len(kept.page(tenant_id=None, limit=100).items) == 7
    assert kept.page(tenant_id=OTHER_TENANT, limit=100).items == []
    with pytest.raises(BadInput):
        kept.page(tenant_id=None, limit=0)


def test_what_is_due_comes_the_longest_due_first(kept: SqlTasks) -> None:
    late, later, ahead = (a_task(schedule=replace(HOURLY, next_due=NOW + offset * SECOND)) for offset in (-60, -1, 1))
    for task in (ahead, later, a_task(), late):
        kept.add(task)

    due = kept.due(NOW, limit=10)

    assert [each.task.id for each in due] == [late.id, later.id]
    assert [each.task.id for each in kept.due(NOW, limit=1)] == [late.id]
    assert kept.next_due() == NOW - 60 * SECOND
    assert [task.id for task in kept.coming(tenant_id=TENANT, limit=9)] == [late.id, later.id, ahead.id]


def test_a_moment_is_met_once(kept: SqlTasks, database: Database) -> None:
    task = a_task(schedule=replace(HOURLY, occurrences=3))
    kept.add(task)
    (due,) = kept.due(NOW, limit=10)
    first, second = fire(due, occurrences=2), fire(due, occurrences=2)

    assert (kept.fire([first]), kept.fire([second])) == (1, 0)

    runs = SqlRuns(database).page(RunFilter(None), limit=10).items
    after = kept.get(task.id, tenant_id=None)
    assert runs == list(first.runs)
    assert after.last_run_id == first.runs[0].id
    assert after.schedule == replace(HOURLY, occurrences=2, next_due=NOW + timedelta(hours=1))
    assert kept.due(NOW, limit=10) == []


def test_clocks_that_turn_at_once_meet_every_moment_once(kept: SqlTasks, database: Database) -> None:
    for _ in range(30):
        kept.add(a_task(schedule=HOURLY))

    def tick(_clock: int) -> int:
        met = 0
        while due := kept.due(NOW, limit=7):
            met += kept.fire([fire(each) for each in due])
        return met

    with ThreadPoolExecutor(4) as pool:
        met = sum(pool.map(tick, range(4)))

    runs = SqlRuns(database).page(RunFilter(None), limit=100).items
    assert met == len(runs) == len({run.task_id for run in runs}) == 30


def test_due_tells_whether_a_run_of_the_task_has_not_ended(kept: SqlTasks, database: Database) -> None:
    task = a_task(schedule=HOURLY)
    kept.add(task)
    runs = SqlRuns(database)
    run = a_run(task_id=task.id)

    def is_active() -> bool:
        (due,) = kept.due(NOW, limit=1)
        return due.last_run_active

    before = is_active()
    runs.add([run])
    # A skipped run is newer, but it is the one before that still goes on.
    runs.add([a_run(task_id=task.id, state=RunState.SKIPPED, ended_at=NOW)])
    during = is_active()
    runs.cancel(run.id, tenant_id=None, now=NOW)

    assert (before, during, is_active()) == (False, True, False)


def test_a_change_does_not_bring_back_a_moment_that_was_just_met(kept: SqlTasks) -> None:
    task = a_task(schedule=HOURLY)
    kept.add(task)
    read = kept.get(task.id, tenant_id=None)
    kept.fire([fire(due) for due in kept.due(NOW, limit=1)])

    kept.save(replace(read, name="renamed"))

    assert kept.due(NOW, limit=1) == []
    assert kept.get(task.id, tenant_id=None).name == "renamed"


def test_a_clock_that_read_an_old_schedule_meets_nothing(kept: SqlTasks) -> None:
    task = a_task(schedule=HOURLY)
    kept.add(task)
    (due,) = kept.due(NOW, limit=1)
    changed = replace(HOURLY, trigger=Interval(timedelta(days=1), NOW), next_due=NOW + SECOND)

    kept.save(replace(task, schedule=changed))

    assert kept.fire([fire(due)]) == 0
    assert kept.get(task.id, tenant_id=None).schedule == changed


def test_a_task_goes_with_its_runs_batch_by_batch(
    kept: SqlTasks, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "REMOVED_RUNS", 3)
    monkeypatch.setattr(removals, "REMOVED", 4)
    task = a_task(schedule=HOURLY)
    kept.add(task)
    runs = SqlRuns(database)
    for number in range(7):
        run = a_run(task_id=task.id)
        runs.add([run])
        runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
        runs.fan_out(run.id, 1, ({"page": page} for page in range(5)), now=NOW)
        runs.write_log(run.id, [Entry(NOW, Level.INFO, "a line")] * 5, keep=100)
        runs.add_output(Output(run.id, "a", "text/csv", 1, "", f"blob {number}", NOW), 1)
        runs.finish(run.id, 1, Ending(RunState.SUCCEEDED, {}, "", Progress()), now=NOW)

    blobs = kept.delete(task.id, tenant_id=TENANT)

    assert sorted(blobs) == [f"blob {number}" for number in range(7)]
    with pytest.raises(NotFound):
        kept.get(task.id, tenant_id=None)
    with database.read() as connection:
        for table in (parts, log_entries):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_a_task_with_an_active_run_stays(kept: SqlTasks, database: Database) -> None:
    task = a_task(schedule=HOURLY)
    kept.add(task)
    SqlRuns(database).add([a_run(task_id=task.id)])
    before = kept.get(task.id, tenant_id=None)

    with pytest.raises(Conflict, match="is active"):
        kept.delete(task.id, tenant_id=TENANT)

    assert kept.get(task.id, tenant_id=None) == before


def test_a_source_keeps_its_task(kept: SqlTasks, database: Database) -> None:
    add_source(database, 1)
    with database.read() as connection:
        task_id = connection.scalar(select(sources.c.task_id))
    assert task_id is not None

    with pytest.raises(Conflict, match="source 1"):
        kept.delete(task_id, tenant_id=None)
