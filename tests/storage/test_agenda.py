"""The agenda on both databases: lists of tasks by name, by their next moment, paused; past moments; durations."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from operator import methodcaller
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TENANT, a_run, add_basics
from tests.storage.plans import plans_of
from tests.storage.shelves import add_source
from windrow.errors import BadInput
from windrow.model.identity import new_id
from windrow.model.paging import encode_cursor
from windrow.model.runs import Run, RunState
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Interval
from windrow.model.workers import Worker, WorkerRole
from windrow.ports.agenda import TaskFilter
from windrow.storage import agenda as looked_into
from windrow.storage.agenda import SqlAgenda
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.tasks import SqlTasks
from windrow.storage.workers import SqlWorkers

HOUR = timedelta(hours=1)
IDS = (f"00000000-0000-7000-8000-{number:012x}" for number in count(0x1000))
"""In order, as those made in one millisecond are not."""

OURS = TaskFilter(TENANT, ("errand", "harvest"))
EVERYBODYS = TaskFilter(None, ("errand", "harvest"))


@pytest.fixture
def agenda(database: Database) -> SqlAgenda:
    add_basics(database)
    return SqlAgenda(database)


def test_kinds_are_those_that_there_are_tasks_of(database: Database, agenda: SqlAgenda) -> None:
    for kind, tenant in (("report", TENANT), ("errand", TENANT), ("errand", TENANT), ("errand", OTHER_TENANT)):
        add(database, "a", kind=kind, tenant_id=tenant)

    assert agenda.kinds(tenant_id=TENANT) == ["errand", "harvest", "report"]
    assert agenda.kinds(tenant_id=OTHER_TENANT) == ["errand"]
    assert agenda.kinds(tenant_id=None) == ["errand", "harvest", "report"]
    assert agenda.kinds(tenant_id=new_id()) == []


def test_tasks_are_found_by_any_part_of_their_name_page_by_page(database: Database, agenda: SqlAgenda) -> None:
    for name in ("Ähren lesen", "Harrow", "ähren zählen", "Sow"):
        add(database, name)
    add(database, "Ähren anderer", tenant_id=OTHER_TENANT)

    first = agenda.named(OURS, words="ÄHREN", limit=1)
    second = agenda.named(OURS, words="ÄHREN", limit=1, cursor=first.next)

    assert [each.name for each in (*first.items, *second.items)] == ["ähren zählen", "Ähren lesen"]
    assert [each.name for each in agenda.named(OURS, limit=10).items] == [
        *("Sow", "ähren zählen", "Harrow", "Ähren lesen", "a task")
    ]
    assert agenda.named(OURS, limit=10).next is None
    assert len(agenda.named(TaskFilter(None, ("errand",)), words="ähren", limit=10).items) == 3
    assert agenda.named(TaskFilter(TENANT, ()), limit=10).items == []


def test_a_search_reads_so_many_names_and_can_be_gone_on_with(
    database: Database, agenda: SqlAgenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked_into, "LOOKED_AT", 2)
    for name in ("needle", "hay", "hay", "hay"):
        add(database, name)

    first = agenda.named(OURS, words="needle", limit=10)
    second = agenda.named(OURS, words="needle", limit=10, cursor=first.next)

    assert ([each.name for each in first.items], first.next is not None) == ([], True)
    assert [each.name for each in second.items] == ["needle"]


def test_what_is_due_comes_soonest_first_though_many_are_due_at_once(database: Database, agenda: SqlAgenda) -> None:
    for number in range(5):
        add(database, f"noon {number}", due=NOW + HOUR, kind=("errand", "harvest")[number % 2])
    add(database, "soon", due=NOW)
    add(database, "late", due=NOW + 9 * HOUR)
    add(database, "foreign", due=NOW, tenant_id=OTHER_TENANT)
    add(database, "never")

    names, cursor = [], None
    while True:
        page = agenda.due(OURS, limit=2, cursor=cursor)
        names += [each.name for each in page.items]
        if (cursor := page.next) is None:
            break

    assert names == ["soon", *(f"noon {number}" for number in range(5)), "late"]
    assert len(agenda.due(OURS, until=NOW + 9 * HOUR, limit=50).items) == 6
    assert len(agenda.due(EVERYBODYS, limit=50).items) == 8
    for cursor in (encode_cursor("x", "y"), encode_cursor(1 << 62, "y")):
        with pytest.raises(BadInput):
            agenda.due(OURS, limit=1, cursor=cursor)


def test_paused_ones_are_those_that_are_switched_off(database: Database, agenda: SqlAgenda) -> None:
    add(database, "on", due=NOW)
    add(database, "none")
    for name, why in (("by hand", ""), ("by itself", "it failed 5 times")):
        schedule = Schedule(Interval(HOUR, NOW), enabled=False, paused=why)
        SqlTasks(database).add(Task(next(IDS), name, "errand", TENANT, OWNER, schedule=schedule))

    first = agenda.paused(OURS, limit=1)
    second = agenda.paused(OURS, limit=1, cursor=first.next)

    assert [(each.name, each.schedule.paused) for each in (*first.items, *second.items) if each.schedule] == [
        ("by itself", "it failed 5 times"),
        ("by hand", ""),
    ]
    assert second.next is None
    assert agenda.paused(TaskFilter(None, ("harvest",)), limit=10).items == []


def test_past_moments_are_told_with_what_became_of_them(database: Database, agenda: SqlAgenda) -> None:
    runs = SqlRuns(database)
    early = a_run(due=NOW - 2 * HOUR, state=RunState.SKIPPED, ended_at=NOW)
    late = a_run(due=NOW - HOUR)
    runs.add([early, late, a_run(), a_run(due=NOW + HOUR)])

    found = agenda.met(tenant_id=TENANT, since=NOW - 2 * HOUR, until=NOW, limit=10)

    assert [(each.run_id, each.state, each.due) for each in found] == [
        (late.id, RunState.QUEUED, NOW - HOUR),
        (early.id, RunState.SKIPPED, NOW - 2 * HOUR),
    ]
    assert agenda.met(tenant_id=OTHER_TENANT, since=NOW - 2 * HOUR, until=NOW, limit=10) == []
    assert len(agenda.met(tenant_id=None, since=NOW - 2 * HOUR, until=NOW, limit=1)) == 1


def test_a_task_takes_as_long_as_its_last_good_runs_did(database: Database, agenda: SqlAgenda) -> None:
    task_id = add(database, "measured")
    lasted = (*([900] * 5), 10, 20, 30, 40, 50, 60, 70, 80, 90)
    ended = [ended_run(task_id, seconds, id=next(IDS)) for seconds in lasted]
    SqlRuns(database).add([*ended, ended_run(task_id, 7_000, state=RunState.FAILED)])

    assert agenda.durations([task_id, add(database, "new")]) == {task_id: timedelta(seconds=50)}
    assert agenda.durations([]) == {}


def test_workers_slots_and_sources_addresses(database: Database, agenda: SqlAgenda) -> None:
    add_source(database, 7)
    workers = SqlWorkers(database)
    for role, slots in ((WorkerRole.WORKER, 3), (WorkerRole.WORKER, 4), (WorkerRole.CLOCK, 9)):
        workers.beat(Worker(new_id(), role, "host", 1, "embedded", ("default",), slots, NOW, NOW))

    assert agenda.slots() == 7
    assert list(agenda.addresses([7, 8])) == [7]


def test_every_list_has_its_index(database: Database, agenda: SqlAgenda) -> None:
    for which in (OURS, EVERYBODYS):
        after, team = encode_cursor("a"), which.tenant_id
        asked: list[Callable[[SqlAgenda], object]] = [
            methodcaller("due", which, until=NOW, limit=2, cursor=encode_cursor(1, "a")),
            methodcaller("paused", which, limit=2, cursor=after),
            methodcaller("named", which, words="a", limit=2, cursor=after),
            methodcaller("met", tenant_id=team, since=NOW, until=NOW, limit=2),
            methodcaller("kinds", tenant_id=team),
            methodcaller("durations", ["a", "b"]),
        ]
        for each in asked:
            look(database, each)


@dataclass
class Reading:
    """A database that is read by one connection, whose plans are looked at."""

    connection: Connection
    is_sqlite: bool

    @contextmanager
    def read(self) -> Iterator[Connection]:
        yield self.connection


def look(database: Database, ask: Callable[[SqlAgenda], object]) -> None:
    """No table is read from end to end, and nothing of any length is sorted."""

    def within(connection: Connection) -> object:
        return ask(SqlAgenda(Reading(connection, database.is_sqlite)))  # type: ignore[arg-type]  # all that is asked

    for plan in plans_of(database, within):
        for table in ("tasks", "runs", "sources"):
            assert not re.search(rf"SCAN {table}(?! USING (?:COVERING )?INDEX)", plan), plan
        assert "Seq Scan" not in plan, plan


def add(
    database: Database, name: str, *, kind: str = "errand", due: datetime | None = None, tenant_id: str = TENANT
) -> str:
    """A task, perhaps with a schedule; its id."""
    schedule = None if due is None else Schedule(Interval(HOUR, NOW), next_due=due)
    task = Task(next(IDS), name, kind, tenant_id, OWNER, schedule=schedule)
    SqlTasks(database).add(task)
    return task.id


def ended_run(task_id: str, seconds: float, **changes: Any) -> Run:
    """A run that took so long."""
    values = {"state": RunState.SUCCEEDED, "started_at": NOW, "ended_at": NOW + timedelta(seconds=seconds)}
    return a_run(task_id=task_id, **{**values, **changes})
