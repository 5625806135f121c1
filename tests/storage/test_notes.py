"""Notes of tasks and runs: each request makes one task, quotas hold, and lists show what was made elsewhere too."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TENANT, a_run, add_basics
from tests.storage.plans import plans_of
from windrow.errors import Conflict, NotFound
from windrow.model.identity import new_id
from windrow.model.notes import Elsewhere, NotedListing, Quota, RunNote, TaskNote
from windrow.model.runs import RunState
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Cron
from windrow.storage.database import Database
from windrow.storage.notes import SqlNotes, list_queries
from windrow.storage.runs import SqlRuns
from windrow.storage.tasks import SqlTasks

FACE = "portal"
NOTE = TaskNote(FACE, "Notebook", "tides", {"title": ""})
ELSEWHERE = (
    Elsewhere("Notebook", "notebook"),
    Elsewhere("Cook", "remote", by_parameter=True),
    Elsewhere("Map", "remote", True),
)
BY_USER, BY_TEAM = Quota("user limit", "Notebook", 2), Quota("team limit", "Notebook", 3, of_team=True)


@pytest.fixture
def notes(database: Database) -> SqlNotes:
    add_basics(database)
    return SqlNotes(database, lambda: NOW)


@pytest.fixture
def tasks(database: Database) -> SqlTasks:
    return SqlTasks(database)


def task(name: str = "t", *, kind: str = "notebook", active: bool = True, **parameters: Any) -> Task:
    schedule = Schedule(Cron("0 4 * * *", "UTC"), enabled=active, next_due=NOW if active else None)
    return Task(new_id(), name, kind, TENANT, OWNER, parameters, schedule=schedule, created_at=NOW, changed_at=NOW)


def add(
    notes: SqlNotes, given: Task, note: TaskNote = NOTE, *, request: bytes = b"", quotas: Sequence[Quota] = ()
) -> str:
    since = NOW - timedelta(minutes=2)
    return notes.add(given, note.of(given), request=request or given.id.encode(), since=since, quotas=quotas)


def listing(**changes: Any) -> NotedListing:
    return replace(NotedListing(FACE, OWNER, TENANT, ELSEWHERE), **changes)


def names(notes: SqlNotes, **changes: Any) -> list[str]:
    return [each.task.name for each in notes.find(listing(**changes)).items]


def test_what_was_noted_is_read(notes: SqlNotes) -> None:
    given = task()

    add(notes, given)
    found = notes.get(given.id, FACE, tenant_id=TENANT)

    assert found.note == NOTE.of(given)
    assert (found.task.id, found.owner) == (given.id, "ada")
    assert notes.get(given.id, "another", tenant_id=None).note is None
    with pytest.raises(NotFound):
        notes.get(given.id, FACE, tenant_id=OTHER_TENANT)


def test_the_same_request_makes_one_task_however_many_ask_at_once(notes: SqlNotes) -> None:
    made: list[str] = []
    begin = threading.Barrier(6)

    def ask() -> None:
        begin.wait()
        made.append(add(notes, task(), request=b"the same", quotas=[BY_USER]))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (len(made), len(set(made))) == (6, 1)
    assert notes.find(listing()).total == 1


def test_the_same_request_long_after_makes_another_task(notes: SqlNotes) -> None:
    first = replace(task(), created_at=NOW - timedelta(minutes=3))

    made = [add(notes, each, request=b"the same") for each in (first, task(), task())]

    assert made[0] != made[1] == made[2]


def test_a_task_that_was_changed_or_deleted_is_not_what_was_asked_for(notes: SqlNotes, tasks: SqlTasks) -> None:
    first = task()
    add(notes, first, request=b"one")
    notes.save(replace(first, name="another"), NOTE.of(first), seen=NOW, quotas=())
    second = add(notes, task(), request=b"two")
    tasks.delete(second, tenant_id=TENANT)

    assert add(notes, task(), request=b"one") != first.id
    assert add(notes, task(), request=b"two") != second


def test_quotas_count_active_tasks_of_a_word(notes: SqlNotes) -> None:
    quotas = [BY_USER, BY_TEAM]
    for _ in range(2):
        add(notes, task(), quotas=quotas)
    add(notes, task(active=False), quotas=quotas)
    add(notes, task(), replace(NOTE, word="Cook"))

    with pytest.raises(Conflict, match="user limit is reached: one user may have 2 active tasks"):
        add(notes, task(), quotas=quotas)
    with pytest.raises(Conflict, match="team limit"):
        add(notes, task(), quotas=[replace(BY_TEAM, most=2)])
    assert notes.count_active(FACE, OWNER) == {"Notebook": 2, "Cook": 1}


def test_quotas_hold_however_many_ask_at_once(notes: SqlNotes) -> None:
    refused: list[Conflict] = []
    begin = threading.Barrier(6)

    def ask() -> None:
        begin.wait()
        try:
            add(notes, task(), quotas=[BY_USER])
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (len(refused), notes.count_active(FACE, OWNER)) == (4, {"Notebook": 2})


def test_a_change_is_refused_where_somebody_else_was_first_or_a_quota_is_used_up(notes: SqlNotes) -> None:
    paused = task(active=False)
    add(notes, paused)
    for _ in range(2):
        add(notes, task())

    resumed = replace(task(), id=paused.id)
    with pytest.raises(Conflict, match="changed by somebody else"):
        notes.save(resumed, NOTE.of(resumed), seen=NOW - timedelta(1), quotas=())
    with pytest.raises(Conflict, match="user limit"):
        notes.save(resumed, NOTE.of(resumed), seen=NOW, quotas=[BY_USER])
    notes.save(resumed, NOTE.of(resumed), seen=NOW, quotas=[replace(BY_USER, most=3)])


def test_lists_show_what_was_made_elsewhere_and_nothing_of_other_kinds(notes: SqlNotes, tasks: SqlTasks) -> None:
    in_order = iter(sorted(new_id() for _ in range(6)))
    add(notes, replace(task("noted"), id=next(in_order)), request=b"1")
    for each in (
        task("made elsewhere", item="tides-of-ours"),
        task("cooked", kind="remote", type="Cook"),
        task("mapped", kind="remote", type="Map", active=False),
        task("of no type", kind="remote"),
        task("harvest", kind="harvest"),
    ):
        tasks.add(replace(each, id=next(in_order)))

    assert names(notes) == ["noted", "made elsewhere", "cooked", "mapped"]
    assert names(notes, words=frozenset({"Cook"})) == ["cooked"]
    assert names(notes, words=frozenset({"Notebook", "Map"})) == ["noted", "made elsewhere", "mapped"]
    assert names(notes, words=frozenset({"Nothing"})) == []
    assert names(notes, active=False) == ["mapped"]
    assert names(notes, active=True, subject=("tides", "tides-of-ours")) == ["noted", "made elsewhere"]
    assert names(notes, owner_id=new_id()) == []
    assert names(notes, owner_id=None, tenant_id=OTHER_TENANT) == []
    page = notes.find(listing(offset=1, limit=2))
    assert ([each.task.name for each in page.items], page.total) == (["made elsewhere", "cooked"], 4)


def test_a_list_is_read_by_its_owners_index(database: Database, notes: SqlNotes) -> None:
    page, count = list_queries(listing())

    for plan in plans_of(database, lambda connection: [connection.execute(each) for each in (page, count)]):
        assert "ix_tasks_owner_id_id" in plan
    assert notes.find(listing()).total == 0


def test_what_is_said_of_a_run_is_said_once_and_goes_with_it(database: Database, notes: SqlNotes) -> None:
    runs = SqlRuns(database)
    run = replace(a_run(), state=RunState.SKIPPED, ended_at=NOW)
    runs.add([run])
    later = RunNote(run.id, FACE, "executing", "half way", NOW + timedelta(1))

    notes.say(RunNote(run.id, FACE, "failed", "disk full", NOW))
    notes.say(later)

    assert notes.of_runs([run.id], FACE) == {run.id: later}
    assert notes.of_runs([run.id], "another") == {}
    runs.delete(run.id, tenant_id=TENANT)
    assert notes.of_runs([run.id], FACE) == {}
    with pytest.raises(NotFound):
        notes.say(later)


def test_limits_are_set_one_by_one(notes: SqlNotes) -> None:
    notes.set_limits(FACE, {"users": 3, "teams": 9})
    notes.set_limits(FACE, {"users": 4})
    notes.set_limits(FACE, {})

    assert notes.limits(FACE) == {"users": 4, "teams": 9}
    assert notes.limits("another") == {}
