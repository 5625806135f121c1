"""Runs that begin other runs and wait for their ends: each step once, each end told, whatever came between."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Select, select

from tests.storage.making import LEASE, NOW, OWNER, TASK, TENANT, a_run, add_task
from tests.storage.plans import plans_of
from windrow.errors import Cancelled, Conflict, LeaseLost
from windrow.model.identity import new_id
from windrow.model.runs import Progress, Run, RunState
from windrow.model.steps import MOST_STEPS, Step
from windrow.model.tasks import Task
from windrow.ports.runs import Ending
from windrow.ports.steps import Beginning, Beside
from windrow.storage import queue, steps
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.tables import tasks
from windrow.storage.tasks import SqlTasks

DONE = Ending(RunState.SUCCEEDED, {"pages": 3}, "", Progress(1, 1))
LATER = NOW + timedelta(minutes=1)


def claimed(runs: SqlRuns, run: Run) -> Run:
    found = runs.claim("worker", queues=["default"], now=NOW, lease=LEASE, run_id=run.id)
    assert found is not None
    return found


def begun(runs: SqlRuns, **changes: Any) -> Run:
    """A run that a worker holds."""
    run = a_run(kind="pipeline", **changes)
    runs.add([run])
    return claimed(runs, run)


def begin(runs: SqlRuns, parent: Run, *names: str, **changes: Any) -> dict[str, Run]:
    children = {name: a_run(**changes) for name in names}
    runs.begin_steps(parent.id, parent.attempt, [Beginning(name, run) for name, run in children.items()], now=NOW)
    return children


def wait(runs: SqlRuns, parent: Run, told: int = 0) -> None:
    assert runs.wait_for_steps(parent.id, parent.attempt, told=told, ready_at=LATER, now=NOW)


def end(runs: SqlRuns, run: Run) -> None:
    assert runs.finish(run.id, claimed(runs, run).attempt, DONE, now=NOW)


def draw(runs: SqlRuns) -> None:
    for each in runs.ends(limit=100):
        runs.follow(each.id, [])


def state(runs: SqlRuns, run: Run) -> RunState:
    return runs.get(run.id, tenant_id=None).state


def test_steps_are_noted_with_the_runs_that_they_are(runs: SqlRuns) -> None:
    parent = begun(runs)

    children = begin(runs, parent, "fetch", "report")

    noted = [Step(parent.id, name, child.id, NOW) for name, child in children.items()]
    assert runs.steps(parent.id) == noted
    assert runs.steps_of([each.id for each in children.values()]) == {each.child_id: [each] for each in noted}
    assert [state(runs, each) for each in children.values()] == [RunState.QUEUED] * 2


def test_a_step_is_begun_once(runs: SqlRuns) -> None:
    parent = begun(runs)
    first = begin(runs, parent, "fetch")["fetch"]

    second = begin(runs, parent, "fetch")["fetch"]

    assert [each.child_id for each in runs.steps(parent.id)] == [first.id]
    assert set(runs.get_many([first.id, second.id])) == {first.id}


def test_who_lost_the_run_begins_nothing(runs: SqlRuns) -> None:
    parent = begun(runs)
    child = a_run()

    with pytest.raises(LeaseLost):
        runs.begin_steps(parent.id, parent.attempt - 1, [Beginning("fetch", child)], now=NOW)
    runs.cancel(parent.id, tenant_id=None, now=NOW)
    with pytest.raises(Cancelled):
        runs.begin_steps(parent.id, parent.attempt, [Beginning("fetch", child)], now=NOW)

    assert (runs.steps(parent.id), runs.get_many([child.id])) == ([], {})


def test_the_end_of_a_step_wakes_who_waits_for_it(runs: SqlRuns) -> None:
    parent = begun(runs)
    child = begin(runs, parent, "fetch")["fetch"]
    wait(runs, parent)
    assert state(runs, parent) is RunState.WAITING

    end(runs, child)
    draw(runs)

    (step,) = runs.steps(parent.id)
    assert (step.state, step.ended_at) == (RunState.SUCCEEDED, NOW)
    assert state(runs, parent) is RunState.QUEUED
    assert runs.ends(limit=10) == []


def test_an_end_that_came_before_the_wait_is_not_missed(runs: SqlRuns) -> None:
    parent = begun(runs)
    end(runs, begin(runs, parent, "fetch")["fetch"])
    draw(runs)

    wait(runs, parent, told=0)

    assert state(runs, parent) is RunState.QUEUED


def test_who_knows_of_an_end_waits_for_the_others(runs: SqlRuns) -> None:
    parent = begun(runs)
    children = begin(runs, parent, "fetch", "report")
    end(runs, children["fetch"])
    draw(runs)

    wait(runs, parent, told=1)

    assert state(runs, parent) is RunState.WAITING


def test_a_wait_has_an_end(runs: SqlRuns) -> None:
    parent = begun(runs)
    begin(runs, parent, "fetch")
    wait(runs, parent)

    assert runs.promote(LATER - timedelta(seconds=1)) == 0
    assert runs.promote(LATER) == 1
    assert runs.promote(LATER) == 0

    assert state(runs, parent) is RunState.QUEUED


@pytest.mark.parametrize("held", [True, False])
def test_steps_end_with_a_cancelled_run(runs: SqlRuns, *, held: bool) -> None:
    parent = begun(runs)
    children = begin(runs, parent, "fetch", "report")
    claimed(runs, children["fetch"])
    if not held:
        wait(runs, parent)

    runs.cancel(parent.id, tenant_id=None, now=NOW)
    if held:
        wait(runs, parent)
    draw(runs)

    assert state(runs, parent) is RunState.CANCELLED
    assert [state(runs, each) for each in children.values()] == [RunState.CANCELLING, RunState.CANCELLED]


def test_steps_end_with_a_run_whose_workers_all_died(runs: SqlRuns) -> None:
    parent = begun(runs)
    child = begin(runs, parent, "fetch")["fetch"]
    runs.cancel(parent.id, tenant_id=None, now=NOW)
    runs.sweep(NOW + LEASE + timedelta(seconds=1))
    draw(runs)

    assert (state(runs, parent), state(runs, child)) == (RunState.CANCELLED, RunState.CANCELLED)


def test_a_task_that_is_at_work_is_joined(runs: SqlRuns, database: Database) -> None:
    task = _another_task(database)
    theirs = a_run(task_id=task)
    runs.add([theirs])
    parent = begun(runs)

    (step,) = runs.begin_steps(
        parent.id, parent.attempt, [Beginning("fetch", a_run(task_id=task), beside=Beside.JOIN)], now=NOW
    )
    wait(runs, parent)
    assert (step.child_id, step.own) == (theirs.id, False)
    runs.cancel(parent.id, tenant_id=None, now=NOW)
    draw(runs)

    assert state(runs, theirs) is RunState.QUEUED


def test_the_end_of_a_joined_run_wakes_all_who_wait(runs: SqlRuns, database: Database) -> None:
    task = _another_task(database)
    theirs = a_run(task_id=task, kind="availability")
    runs.add([theirs])
    parents = [begun(runs) for _ in range(2)]
    for each in parents:
        joined = Beginning("fetch", a_run(task_id=task), beside=Beside.JOIN)
        runs.begin_steps(each.id, each.attempt, [joined], now=NOW)
        wait(runs, each)

    end(runs, theirs)
    draw(runs)

    assert [state(runs, each) for each in parents] == [RunState.QUEUED] * 2


def test_a_task_that_must_be_alone_is_not_begun_beside_itself(runs: SqlRuns, database: Database) -> None:
    task = _another_task(database)
    theirs = a_run(task_id=task)
    runs.add([theirs])
    parent = begun(runs)

    noted = runs.begin_steps(
        parent.id,
        parent.attempt,
        [Beginning("fetch", a_run(task_id=task), beside=Beside.REFUSE), Beginning("gone", a_run(task_id=new_id()))],
        now=NOW,
    )

    assert [(each.state, each.child_id) for each in noted] == [(RunState.FAILED, None)] * 2
    assert theirs.id in noted[0].error


def test_a_step_that_is_given_up_is_cancelled_and_says_why(runs: SqlRuns) -> None:
    parent = begun(runs)
    child = begin(runs, parent, "fetch")["fetch"]

    runs.give_up_step(parent.id, parent.attempt, "fetch", "It took too long.", now=NOW)
    draw(runs)

    (step,) = runs.steps(parent.id)
    assert (step.state, step.error) == (RunState.CANCELLED, "It took too long.")
    assert state(runs, child) is RunState.CANCELLED


def test_what_is_waited_for_cannot_be_deleted(runs: SqlRuns) -> None:
    parent = begun(runs)
    child = begin(runs, parent, "fetch")["fetch"]
    end(runs, child)
    draw(runs)

    with pytest.raises(Conflict, match=parent.id):
        runs.delete(child.id, tenant_id=None)
    runs.forget_ended(NOW + timedelta(days=36_500), limit=10)
    assert runs.get_many([child.id])
    runs.finish(parent.id, parent.attempt, DONE, now=NOW)
    runs.delete(child.id, tenant_id=None)

    (step,) = runs.steps(parent.id)
    assert (step.child_id, step.state) == (None, RunState.SUCCEEDED)
    runs.delete(parent.id, tenant_id=None)
    assert runs.steps(parent.id) == []


def test_a_resumed_run_has_the_steps_that_it_keeps_in_their_order(runs: SqlRuns) -> None:
    old = begun(runs)
    children = begin(runs, old, "fetch", "compute", "print")
    for each in ("fetch", "print"):
        end(runs, children[each])
    draw(runs)
    new = a_run(kind="pipeline", rerun_of=old.id)

    runs.add_resumed(new, ["print", "compute", "fetch", "strange"], alone=False)

    noted = runs.steps(new.id)
    assert [(each.name, each.child_id, each.state, each.own) for each in noted] == [
        (name, children[name].id, RunState.SUCCEEDED, False) for name in ("fetch", "print")
    ]
    runs.begin_steps(new.id, claimed(runs, new).attempt, [Beginning("compute", a_run())], now=NOW)
    assert [each.name for each in runs.steps(new.id)] == ["fetch", "print", "compute"]
    runs.cancel(new.id, tenant_id=None, now=NOW)
    assert state(runs, children["fetch"]) is RunState.SUCCEEDED
    with pytest.raises(Conflict, match="has not ended"):
        runs.add_resumed(a_run(kind="pipeline", rerun_of=old.id), [], alone=True)


def test_ancestors_are_told_the_nearest_first(runs: SqlRuns) -> None:
    top = begun(runs)
    middle = begin(runs, top, "inner", kind="pipeline")["inner"]
    bottom = begin(runs, claimed(runs, middle), "fetch")["fetch"]

    assert [each.id for each in runs.ancestors(bottom.id)] == [middle.id, top.id]
    assert runs.ancestors(top.id) == []


def test_a_run_has_so_many_steps_and_no_more(runs: SqlRuns) -> None:
    parent = begun(runs)
    many = [Beginning(str(number), None, state=RunState.SKIPPED) for number in range(MOST_STEPS)]
    runs.begin_steps(parent.id, parent.attempt, many, now=NOW)

    with pytest.raises(Conflict):
        runs.begin_steps(parent.id, parent.attempt, [Beginning("one more", a_run())], now=NOW)


def test_inner_tasks_are_written_with_their_runs_and_go_with_their_task(runs: SqlRuns, database: Database) -> None:
    kept = SqlTasks(database, lambda: NOW)
    parent = begun(runs)
    inner = Task(new_id(), "a step", "notebook", TENANT, OWNER, {"item": "a"}, part_of=TASK)
    child = a_run(task_id=inner.id)
    runs.begin_steps(parent.id, parent.attempt, [Beginning("process", child, inner)], now=NOW)
    changed = replace(inner, parameters={"item": "b"})
    runs.begin_steps(parent.id, parent.attempt, [Beginning("again", a_run(task_id=inner.id), changed)], now=NOW)

    assert kept.get(inner.id, tenant_id=TENANT).parameters == {"item": "b"}
    assert [each.id for each in kept.page(tenant_id=TENANT, limit=10).items] == [TASK]
    with pytest.raises(Conflict):
        kept.delete(TASK, tenant_id=TENANT)
    runs.cancel(parent.id, tenant_id=None, now=NOW)
    wait(runs, parent)
    draw(runs)
    kept.delete(TASK, tenant_id=TENANT)
    assert kept.get_many([TASK, inner.id]) == {}


def _another_task(database: Database) -> str:
    task = new_id()
    with database.write() as connection:
        add_task(connection, task)
    return task


def test_an_end_and_a_wait_at_the_same_moment_never_miss_one_another(runs: SqlRuns) -> None:
    """Two steps end, told by two clocks, while the run is about to wait for them: it is woken, whoever comes first."""
    for _ in range(12):
        parent = begun(runs)
        children = begin(runs, parent, "fetch", "report", kind="availability")
        for each in children.values():
            end(runs, each)
        barrier = threading.Barrier(3)

        def at_once(do: Callable[[], object], barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            do()

        doing: list[Callable[[], object]] = [partial(wait, runs, parent)]
        doing += [partial(runs.follow, each.id, []) for each in children.values()]
        with ThreadPoolExecutor(3) as pool:
            for future in [pool.submit(at_once, each) for each in doing]:
                future.result(30)

        assert [each.state for each in runs.steps(parent.id)] == [RunState.SUCCEEDED] * 2
        assert state(runs, parent) is RunState.QUEUED
        runs.cancel(parent.id, tenant_id=None, now=NOW)
        draw(runs)


@pytest.mark.parametrize(
    ("query", "values", "index"),
    [
        (queue._ANY_READY[1].limit(1), {"this_moment": NOW}, "ix_runs_awaiting"),
        (steps._PARENTS, {"this_run": TASK}, "ix_run_steps_child_id"),
        (steps._ANCESTORS, {"this_run": TASK}, "ix_run_steps_child_id"),
        (select(tasks.c.id).where(tasks.c.part_of == TASK), {}, "ix_tasks_part_of"),
    ],
)
def test_what_clocks_and_waits_ask_has_its_index(
    database: Database, query: Select[Any], values: dict[str, Any], index: str
) -> None:
    (plan,) = plans_of(database, lambda connection: connection.execute(query, values))

    assert index in plan
    assert "SCAN runs" not in plan
