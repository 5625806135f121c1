"""Schedules: each moment is met once, in time, by however many clocks; what was missed is met as its owner said."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.storage.making import OWNER, TENANT, add_basics
from tests.storage.plans import plans_of
from tests.storage.tables import open_tables
from windrow.core.scheduling import Scheduling, make_run, meet
from windrow.model.identity import new_id
from windrow.model.runs import Cause, Run, RunState
from windrow.model.schedules import Misfire, Overlap, Schedule
from windrow.model.tasks import Limit, Retry, Task
from windrow.model.triggers import Interval
from windrow.ports.runs import RunFilter
from windrow.ports.tasks import DueTask
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.tables import tasks as task_rows
from windrow.storage.tasks import _DUE, SqlTasks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURLY = Schedule(Interval(HOUR, NOON), next_due=NOON)


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """Tasks with schedules, on one database."""

    database: Database
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.tasks = SqlTasks(self.database, self.clock)
        self.runs = SqlRuns(self.database)
        self.scheduling = Scheduling(self.tasks, self.clock)

    def add(self, schedule: Schedule) -> Task:
        task = Task(new_id(), "a task", "errand", TENANT, OWNER, schedule=schedule, retry=Retry(attempts=2))
        self.tasks.add(task)
        return task

    def runs_of(self, task: Task) -> list[Run]:
        """Oldest first."""
        return list(reversed(self.runs.page(RunFilter(None, task_id=task.id), limit=1000).items))

    def next_due(self, task: Task) -> datetime | None:
        schedule = self.tasks.get(task.id, tenant_id=None).schedule
        return schedule.next_due if schedule else None


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    database = open_tables(tmp_path)
    add_basics(database)
    yield Office(database)
    database.close()


def test_a_due_moment_is_met_with_a_run(office: Office) -> None:
    task = office.add(HOURLY)

    assert office.scheduling.tick() == 1

    (run,) = office.runs_of(task)
    assert (run.state, run.cause, run.due, run.ready_at, run.retry) == (
        RunState.QUEUED,
        Cause.SCHEDULE,
        NOON,
        NOON,
        Retry(attempts=2),
    )
    assert office.next_due(task) == NOON + HOUR
    assert office.scheduling.tick() == 0


def test_nothing_happens_before_its_time(office: Office) -> None:
    task = office.add(HOURLY)
    office.clock.now = NOON - timedelta(microseconds=1)

    assert office.scheduling.tick() == 0
    assert office.runs_of(task) == []


def test_moments_are_counted_from_the_anchor_however_late_a_clock_is(office: Office) -> None:
    task = office.add(HOURLY)
    office.clock.now = NOON + timedelta(minutes=17)

    office.scheduling.tick()

    assert office.next_due(task) == NOON + HOUR


@pytest.mark.parametrize("overlap", [Overlap.SKIP, Overlap.QUEUE])
def test_a_run_that_has_not_ended_is_skipped_or_queued_behind(office: Office, overlap: Overlap) -> None:
    task = office.add(replace(HOURLY, overlap=overlap))
    office.scheduling.tick()
    office.clock.now += HOUR

    office.scheduling.tick()

    second = office.runs_of(task)[1]
    if overlap is Overlap.QUEUE:
        assert (second.state, second.ended_at, second.error) == (RunState.QUEUED, None, "")
    else:
        assert (second.state, second.ended_at) == (RunState.SKIPPED, office.clock.now)
        assert second.error == "The last run of this task had not ended when this one was due."


def test_a_run_that_was_skipped_is_no_reason_to_skip_the_next(office: Office) -> None:
    task = office.add(HOURLY)
    for _ in range(2):
        office.scheduling.tick()
        office.clock.now += HOUR
    office.runs.cancel(office.runs_of(task)[0].id, tenant_id=None, now=office.clock.now)

    office.scheduling.tick()

    assert [each.state for each in office.runs_of(task)] == [RunState.CANCELLED, RunState.SKIPPED, RunState.QUEUED]


def test_missed_moments_are_met_once_or_not_at_all(office: Office) -> None:
    once, skip = office.add(replace(HOURLY, misfire=Misfire.ONCE)), office.add(replace(HOURLY, misfire=Misfire.SKIP))
    office.clock.now = NOON + timedelta(hours=5, minutes=30)

    office.scheduling.tick()

    assert [run.due for run in office.runs_of(once)] == [NOON]
    assert office.runs_of(skip) == []
    assert [office.next_due(each) for each in (once, skip)] == [NOON + 6 * HOUR] * 2


def test_the_moment_that_is_in_time_counts_although_earlier_ones_were_missed(office: Office) -> None:
    task = office.add(replace(HOURLY, misfire=Misfire.SKIP))
    office.clock.now = NOON + timedelta(hours=5, seconds=59)

    office.scheduling.tick()

    assert [run.due for run in office.runs_of(task)] == [NOON + 5 * HOUR]


def test_a_schedule_ends_with_its_last_occurrence(office: Office) -> None:
    task = office.add(replace(HOURLY, occurrences=2, overlap=Overlap.QUEUE))
    for _ in range(4):
        office.scheduling.tick()
        office.clock.now += HOUR

    assert len(office.runs_of(task)) == 2
    assert office.next_due(task) is None


def test_a_schedule_ends_at_its_end(office: Office) -> None:
    task = office.add(replace(HOURLY, end=NOON + 2 * HOUR, overlap=Overlap.QUEUE))
    for _ in range(4):
        office.scheduling.tick()
        office.clock.now += HOUR

    assert [run.due for run in office.runs_of(task)] == [NOON, NOON + HOUR]


def test_more_than_one_batch_is_met_in_one_tick(office: Office) -> None:
    for _ in range(205):
        office.add(HOURLY)

    assert office.scheduling.tick() == 205


def test_several_clocks_at_once_meet_each_moment_once(office: Office) -> None:
    tasks = [office.add(HOURLY) for _ in range(40)]
    barrier, met = threading.Barrier(5), []

    def tick() -> None:
        barrier.wait()
        met.append(office.scheduling.tick())

    clocks = [threading.Thread(target=tick) for _ in range(5)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join(30)

    assert sum(met) == 40
    assert [len(office.runs_of(each)) for each in tasks] == [1] * 40


def test_a_tick_costs_the_same_however_many_schedules_there_are(office: Office) -> None:
    rows = 100_000
    template = office.add(replace(HOURLY, next_due=NOON - HOUR))
    later = int((NOON + HOUR).timestamp() * 1_000_000)
    with office.database.write() as connection:
        row = connection.execute(task_rows.select().where(task_rows.c.id == template.id)).one()._mapping
        columns = ", ".join(map(str, row))
        connection.exec_driver_sql(
            f"INSERT INTO tasks ({columns}) "
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
            f"SELECT {columns.replace('next_due', str(later)).replace('id,', 'n.i,', 1)} FROM n, tasks "
            f"WHERE tasks.id = '{template.id}'"
        )
        connection.exec_driver_sql("ANALYZE")

    assert "SEARCH tasks USING INDEX ix_tasks_next_due" in _plan_of_due(office)
    assert _steps_of_due(office) < 2_000, "by SQLite's own count, of which a row of all would take several"


def _plan_of_due(office: Office) -> str:
    (plan,) = plans_of(office.database, lambda connection: connection.execute(_DUE.limit(200), {"this_moment": NOON}))
    return plan


def _steps_of_due(office: Office) -> int:
    """How many steps SQLite's machine makes for one look at what is due."""
    steps = [0]

    def count() -> int:
        steps[0] += 10
        return 0

    with office.database.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        connection.execute(_DUE.limit(200), {"this_moment": NOON}).all()
        raw.set_progress_handler(count, 10)
        try:
            assert len(connection.execute(_DUE.limit(200), {"this_moment": NOON}).all()) == 1
        finally:
            raw.set_progress_handler(None, 0)
    return steps[0]


minutes = st.integers(-500, 5000).map(lambda count: timedelta(minutes=count))


@given(
    every=st.integers(1, 300),
    late=minutes,
    grace=st.integers(0, 90),
    misfire=st.sampled_from([Misfire.SKIP, Misfire.ONCE]),
    overlap=st.sampled_from(Overlap),
    occurrences=st.none() | st.integers(1, 3),
    active=st.booleans(),
)
def test_whatever_was_missed_at_most_one_run_comes_of_it_and_the_next_moment_lies_ahead(
    every: int,
    late: timedelta,
    grace: int,
    misfire: Misfire,
    overlap: Overlap,
    occurrences: int | None,
    active: bool,
) -> None:
    schedule = Schedule(
        Interval(timedelta(minutes=every), NOON),
        occurrences=occurrences,
        misfire=misfire,
        overlap=overlap,
        grace=timedelta(minutes=grace),
        next_due=NOON,
    )
    now = max(NOON, NOON + late)
    task = Task("t", "a task", "errand", TENANT, OWNER, schedule=schedule)

    firing = meet(DueTask(task, 7, active), now)

    assert len(firing.runs) <= 1
    assert firing.next_due is None or firing.next_due > now
    for run in firing.runs:
        assert run.due is not None
        assert run.due <= now
        assert misfire is Misfire.ONCE or now - run.due <= schedule.grace
        assert (run.state is RunState.SKIPPED) == (active and overlap is Overlap.SKIP)
    if not firing.runs:
        assert misfire is Misfire.SKIP
        in_time = now - schedule.grace
        due = schedule.trigger.next_after(in_time - timedelta(microseconds=1))
        assert due is not None
        assert due > now


@given(every=st.integers(1, 300), late=st.integers(0, 20_000), most=st.integers(1, 50), active=st.booleans())
def test_where_all_that_was_missed_is_made_up_for_each_moment_gets_a_run(
    every: int, late: int, most: int, active: bool
) -> None:
    trigger = Interval(timedelta(minutes=every), NOON)
    schedule = Schedule(trigger, misfire=Misfire.ALL, most_missed=most, next_due=NOON)
    task = Task("t", "a task", "errand", TENANT, OWNER, schedule=schedule)
    now = NOON + timedelta(minutes=late)

    firing = meet(DueTask(task, 7, active), now)

    expected = [NOON + number * trigger.every for number in range((now - NOON) // trigger.every + 1)]
    assert [run.due for run in firing.runs] == expected[-most:]
    assert firing.next_due == trigger.next_after(now)
    assert [run.due for run in sorted(firing.runs, key=lambda run: run.ready_at)] == expected[-most:]
    if len(firing.runs) > 1:
        assert {run.state for run in firing.runs} == {RunState.QUEUED}
        assert {run.limits for run in firing.runs} == {(Limit("task:t"),)}, "one after another"


def test_a_run_may_be_asked_for_later() -> None:
    task = Task("t", "a task", "errand", TENANT, OWNER)

    assert make_run(task, now=NOON, at=NOON + HOUR).state is RunState.SCHEDULED
    assert make_run(task, now=NOON, at=NOON - HOUR).ready_at == NOON
