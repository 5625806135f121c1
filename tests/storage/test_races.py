"""Of two people who do the same at once, one succeeds and the other is told why not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Select, select, update

from tests.storage.making import NOW, OWNER, TASK, TENANT, a_run, add_basics
from tests.storage.plans import plans_of
from windrow.errors import Conflict, NotFound
from windrow.model.identity import new_id
from windrow.model.runs import Progress, RunState
from windrow.model.sources import Source
from windrow.model.tasks import Task
from windrow.ports.runs import Ending, RunFilter
from windrow.storage.database import Database
from windrow.storage.endings import Finish, end_runs
from windrow.storage.runs import SqlRuns
from windrow.storage.secrets import KEY_BYTES, Vault
from windrow.storage.sources import SqlSources
from windrow.storage.tables import runs as runs_table
from windrow.storage.tables import tasks as tasks_table
from windrow.storage.tasks import SqlTasks

LATER = NOW + timedelta(minutes=1)


def refused(action: Callable[[], object]) -> str | None:
    """Why it was refused; None when it succeeded."""
    try:
        action()
    except Conflict as error:
        return str(error)
    return None


def test_of_many_who_start_a_task_alone_at_once_exactly_one_does(runs: SqlRuns) -> None:
    wanted = [a_run() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda run: refused(lambda: runs.add_alone(run)), wanted))

    (written,) = runs.page(RunFilter(None), limit=10).items
    assert sorted(why is None for why in told) == [False] * 7 + [True]
    assert all(written.id in why for why in told if why is not None)


@pytest.mark.parametrize("state", [RunState.SCHEDULED, RunState.QUEUED, RunState.RUNNING, RunState.CANCELLING])
def test_a_run_in_any_active_state_is_in_the_way(runs: SqlRuns, database: Database, state: RunState) -> None:
    first = a_run()
    runs.add([first])
    set_state(database, first.id, state)
    # The newest run of the task is one that was skipped because of the first.
    runs.add([a_run(state=RunState.SKIPPED, ended_at=NOW)])

    with pytest.raises(Conflict, match=first.id):
        runs.add_alone(a_run())


def test_an_ended_run_is_not_in_the_way(runs: SqlRuns, database: Database) -> None:
    first, second = a_run(), a_run()
    runs.add([first])
    set_state(database, first.id, RunState.FAILED)

    runs.add_alone(second)

    assert runs.get_many([first.id, second.id, new_id()]) == {
        first.id: runs.get(first.id, tenant_id=None),
        second.id: runs.get(second.id, tenant_id=None),
    }


def test_a_task_that_is_gone_cannot_be_started(runs: SqlRuns) -> None:
    with pytest.raises(NotFound):
        runs.add_alone(a_run(task_id=new_id()))


def test_a_task_changed_meanwhile_is_not_overwritten(database: Database) -> None:
    add_basics(database)
    tasks = SqlTasks(database, lambda: NOW)
    seen = tasks.get(TASK, tenant_id=None)

    tasks.save(replace(seen, name="first", changed_at=LATER), seen=seen.changed_at)
    with pytest.raises(Conflict, match="somebody else"):
        tasks.save(replace(seen, name="second", changed_at=LATER), seen=seen.changed_at)

    assert tasks.get_many([TASK, new_id()])[TASK].name == "first"


def test_of_many_who_change_a_source_at_once_exactly_one_does(database: Database) -> None:
    add_basics(database)
    sources = SqlSources(database, Vault([b"k" * KEY_BYTES]), lambda: NOW)
    task = Task(new_id(), "t", "harvest", TENANT, OWNER, created_at=NOW, changed_at=NOW)
    new = Source(0, "one", "csw", "https://example.org/", TENANT, OWNER, task.id, created_at=NOW, changed_at=NOW)
    seen = sources.add(new, task, None)

    def change(number: int) -> str | None:
        changed = replace(seen, name=f"changed by {number}", changed_at=LATER + timedelta(seconds=number))
        return refused(lambda: sources.save(changed, seen=seen.changed_at))

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(change, range(8)))

    assert told.count(None) == 1
    assert sources.get(seen.id, tenant_id=None).name == f"changed by {told.index(None)}"


def test_many_tasks_and_runs_are_found_by_their_keys(database: Database) -> None:
    add_basics(database)
    ids = [new_id() for _ in range(50)]

    for table in (runs_table, tasks_table):
        question = select(table).where(table.c.id.in_(ids))

        def ask(connection: Connection, question: Select[Any] = question) -> None:
            connection.execute(question)

        (plan,) = plans_of(database, ask)

        assert "SCAN" not in plan.replace("Index Scan", "").upper(), plan


def set_state(database: Database, run_id: str, state: RunState) -> None:
    with database.write() as connection:
        ended = NOW if state.is_terminal else None
        connection.execute(update(runs_table).where(runs_table.c.id == run_id).values(state=state, ended_at=ended))


def test_ending_many_runs_and_renewing_their_leases_do_not_lock_each_other_out(
    runs: SqlRuns, database: Database
) -> None:
    for _ in range(5):
        held = _hold(runs, database, 60)
        finishes = [Finish(each, 1, Ending(RunState.SUCCEEDED, {}, "", Progress()), NOW) for each in reversed(held)]
        some = [finishes[at : at + 20] for at in range(0, 60, 20)]

        with ThreadPoolExecutor(2) as pool:
            renewing = pool.submit(_renew_often, runs)
            assert all(all(each) for each in pool.map(partial(_end, database), some))
            renewing.result()


def _hold(runs: SqlRuns, database: Database, many: int) -> list[str]:
    held = [a_run() for _ in range(many)]
    runs.add(held)
    with database.write() as connection:
        these = runs_table.c.id.in_([each.id for each in held])
        mine = {"state": RunState.RUNNING, "worker_id": "me", "attempt": 1, "lease_until": LATER}
        connection.execute(update(runs_table).where(these).values(mine))
    return [each.id for each in held]


def _renew_often(runs: SqlRuns) -> None:
    for _ in range(20):
        runs.renew("me", now=NOW, lease=timedelta(seconds=9))


def _end(database: Database, finishes: list[Finish]) -> list[bool]:
    with database.write() as connection:
        return end_runs(connection, finishes)
