"""Steps: how runs begin other runs and wait for their ends.

A run that has steps carries the mark `leads_on`, and so does each run that is somebody's step: the clock draws what
follows from their ends (storage/consequences.py), which tells those that wait, and cancels the steps of what ended
before them. A run trusts what it was told (`run_steps.state`) and nothing else, so that two looks agree.

Whoever locks several rows takes tasks first, then the waiting run, then its steps: on PostgreSQL two orders would be a
deadlock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, false, func, insert, literal, null, select, update

from windrow.errors import Conflict
from windrow.model.runs import Run, RunState
from windrow.model.steps import DEEPEST, MOST_STEPS, Step
from windrow.ports.steps import Beginning, Beside
from windrow.storage.database import Database
from windrow.storage.moves import ACTIVE_WORDS, AWAITING, HELD_BY, NOW, raise_why_fenced
from windrow.storage.queue import add_one_alone, add_runs, cancel_these, leave, note_start
from windrow.storage.run_rows import RUN_COLUMNS, to_run
from windrow.storage.tables import run_steps, runs, tasks
from windrow.storage.task_rows import from_task
from windrow.storage.types import UtcTime

MOST_BESIDE = 20
"""Runs of one task that are looked at for one that a step may join."""


class RunSteps:
    """The part of the port `Runs` that lets runs wait for runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_resumed(self, run: Run, kept: Sequence[str], *, alone: bool) -> None:
        """Writes a new run with steps of the one that it is in place of."""
        with self._database.write(wake=True) as connection:
            if alone:
                add_one_alone(connection, run)
            else:
                add_runs(connection, [run])
            _keep(connection, run, kept)

    def begin_steps(self, run_id: str, attempt: int, steps: Sequence[Beginning], *, now: datetime) -> list[Step]:
        """Begins steps of a run and notes them with it."""
        with self._database.write(wake=True) as connection:
            _write_tasks(connection, steps, now)
            found = _lock_tasks(connection, steps)
            _hold(connection, run_id, attempt)
            noted = _steps(connection, run_id)
            names = {each.name for each in noted}
            new = [each for each in steps if each.name not in names]
            if len(noted) + len(new) > MOST_STEPS:
                raise Conflict(f"Run {run_id} would have more than {MOST_STEPS} steps.")
            begun = [_begin(connection, run_id, each, found, now) for each in new]
            if begun:
                rows = [_row(step, len(noted) + number) for number, step in enumerate(begun)]
                connection.execute(insert(run_steps), rows)
            return [*noted, *begun]

    def wait_for_steps(self, run_id: str, attempt: int, *, told: int, ready_at: datetime, now: datetime) -> bool:
        """Gives the run back until a step ends."""
        with self._database.write(wake=True) as connection:
            this = {"this_run": run_id, "this_attempt": attempt, "this_moment": now, "new_ready_at": ready_at}
            row = connection.execute(_WAIT, this).one_or_none()
            if row is None:
                return False
            if row.state == RunState.CANCELLED:
                leave(connection, run_id, row)
            elif connection.scalar(_TOLD, this) != told:
                # A step ended after this run had looked, and found nobody waiting.
                connection.execute(_wake([run_id]), this)
            return True

    def give_up_step(self, run_id: str, attempt: int, name: str, error: str, *, now: datetime) -> None:
        """Notes why a step that goes on is given up, and cancels its run if it is its own."""
        with self._database.write(wake=True) as connection:
            _hold(connection, run_id, attempt)
            this = (run_steps.c.run_id == run_id, run_steps.c.name == name, run_steps.c.state.is_(None))
            row = connection.execute(
                update(run_steps).where(*this).values(error=error).returning(run_steps.c.child_id, run_steps.c.own)
            ).one_or_none()
            if row is not None and row.own and row.child_id is not None:
                _cancel(connection, [row.child_id], now)
            elif row is not None:
                connection.execute(update(run_steps).where(*this).values(state=RunState.FAILED, ended_at=now))

    def steps(self, run_id: str) -> list[Step]:
        """A run's steps in the order they were begun."""
        with self._database.read() as connection:
            return _steps(connection, run_id)

    def steps_of(self, child_ids: Sequence[str]) -> Mapping[str, Sequence[Step]]:
        """The steps that these runs are, by run."""
        by_child: dict[str, list[Step]] = {}
        with self._database.read() as connection:
            chosen = select(run_steps).where(run_steps.c.child_id.in_(child_ids)).order_by(run_steps.c.run_id)
            for row in connection.execute(chosen):
                by_child.setdefault(row.child_id, []).append(_to_step(row))
        return by_child

    def ancestors(self, run_id: str) -> list[Run]:
        """The runs that a run was begun under, the nearest first."""
        with self._database.read() as connection:
            return [to_run(row) for row in connection.execute(_ANCESTORS, {"this_run": run_id})]


def tell_parents(connection: Connection, run_id: str, ended: Row[Any]) -> bool:
    """Tells the runs whose step this ended run is, and queues those that wait. Whether there were any."""
    # Locked before they are told: who is about to wait counts what it was told under the same lock.
    parents = connection.scalars(_PARENTS, {"this_run": run_id}).all()
    if not parents:
        return False
    values = {"this_run": run_id, "this_state": ended.state, "this_moment": ended.ended_at}
    connection.execute(_TELL, values)
    connection.execute(_wake(parents), values)
    return True


def cancel_children(connection: Connection, run_id: str, ended: Row[Any]) -> bool:
    """Cancels the steps of its own that go on though the run has ended. Whether there were any."""
    children = connection.scalars(_OWN_CHILDREN, {"this_run": run_id}).all()
    _cancel(connection, children, ended.ended_at)
    return bool(children)


def _cancel(connection: Connection, run_ids: Sequence[str], now: datetime) -> None:
    chosen = select(runs.c.id).where(runs.c.id.in_(run_ids), runs.c.state.in_(ACTIVE_WORDS))
    cancel_these(connection, connection.scalars(chosen.order_by(runs.c.id).with_for_update()).all(), now=now)


def _hold(connection: Connection, run_id: str, attempt: int) -> None:
    """Locks a run for whoever holds it, and marks it: something follows from its end. Raises why it is fenced out."""
    if connection.execute(_MARK, {"this_run": run_id, "this_attempt": attempt}).rowcount != 1:
        raise_why_fenced(connection, run_id, attempt)


def _write_tasks(connection: Connection, steps: Sequence[Beginning], now: datetime) -> None:
    for task in sorted((each.task for each in steps if each.task is not None), key=lambda task: task.id):
        row = from_task(task, now=now)
        changed = {name: value for name, value in row.items() if name not in ("id", "created_at")}
        if connection.execute(update(tasks).where(tasks.c.id == task.id).values(changed)).rowcount == 0:
            connection.execute(insert(tasks).values(row))


def _lock_tasks(connection: Connection, steps: Sequence[Beginning]) -> dict[str, Any]:
    ids = sorted({each.run.task_id for each in steps if each.run is not None})
    chosen = select(tasks.c.id, tasks.c.schedule, tasks.c.next_due).where(tasks.c.id.in_(ids)).order_by(tasks.c.id)
    return {row.id: row for row in connection.execute(chosen.with_for_update())} if ids else {}


def _begin(connection: Connection, run_id: str, step: Beginning, found: Mapping[str, Any], now: datetime) -> Step:
    blank = Step(run_id, step.name, None, now, step.state, step.error, ended_at=now)
    if step.run is None:
        return blank
    task = found.get(step.run.task_id)
    if task is None:
        return replace(blank, state=RunState.FAILED, error=f"There is no task {step.run.task_id}.")
    if step.beside is not Beside.ALLOW:
        active = connection.execute(_ACTIVE, {"this_task": task.id}).all()
        if active and step.beside is Beside.REFUSE:
            return replace(blank, state=RunState.FAILED, error=f"Run {active[0].id} of this task has not ended.")
        fitting = next((each.id for each in active if step.joins.items() <= each.parameters.items()), None)
        if fitting is not None and connection.execute(_JOIN, {"this_run": fitting}).rowcount == 1:
            return Step(run_id, step.name, fitting, now, own=False)
        note_start(connection, step.run, task)
    add_runs(connection, [step.run])
    _keep(connection, step.run, step.kept)
    connection.execute(_JOIN, {"this_run": step.run.id})
    return Step(run_id, step.name, step.run.id, now)


def _keep(connection: Connection, run: Run, kept: Sequence[str]) -> None:
    these = {"old_run": run.rerun_of, "this_run": run.id, "these_names": kept}
    if kept:
        connection.execute(insert(run_steps).from_select(_COPIED, _KEPT), these)


def _row(step: Step, number: int) -> dict[str, Any]:
    return {
        "run_id": step.run_id,
        "name": step.name,
        "number": number,
        "child_id": step.child_id,
        "state": step.state,
        "error": step.error,
        "own": step.own,
        "begun_at": step.begun_at,
        "ended_at": step.ended_at,
    }


def _to_step(row: Row[Any]) -> Step:
    state = None if row.state is None else RunState(row.state)
    return Step(row.run_id, row.name, row.child_id, row.begun_at, state, row.error, row.own, row.ended_at)


def _steps(connection: Connection, run_id: str) -> list[Step]:
    return [_to_step(row) for row in connection.execute(_STEPS, {"this_run": run_id})]


_COPIED = ("run_id", "name", "number", "child_id", "state", "error", "own", "begun_at", "ended_at")
_KEPT = select(
    bindparam("this_run", type_=run_steps.c.run_id.type),
    run_steps.c.name,
    func.row_number().over(order_by=run_steps.c.number) - 1,
    run_steps.c.child_id,
    run_steps.c.state,
    run_steps.c.error,
    false(),
    run_steps.c.begun_at,
    run_steps.c.ended_at,
).where(
    run_steps.c.run_id == bindparam("old_run"),
    run_steps.c.name.in_(bindparam("these_names", expanding=True)),
    run_steps.c.state.is_not(None),
)
_STEPS = select(run_steps).where(run_steps.c.run_id == bindparam("this_run")).order_by(run_steps.c.number)
_MARK = update(runs).where(HELD_BY, runs.c.state == RunState.RUNNING).values(leads_on=True)
_ACTIVE = (
    select(runs.c.id, runs.c.parameters)
    .where(runs.c.task_id == bindparam("this_task"), runs.c.state.in_(ACTIVE_WORDS))
    .order_by(runs.c.id)
    .limit(MOST_BESIDE)
)
# Only what has not ended at the moment of this commit leads on to whoever waits for it.
_JOIN = update(runs).where(runs.c.id == bindparam("this_run"), runs.c.ended_at.is_(None)).values(leads_on=True)

_CANCELLING = runs.c.state == RunState.CANCELLING
_WAIT = (
    update(runs)
    .where(HELD_BY, runs.c.state.in_([RunState.RUNNING, RunState.CANCELLING]))
    .values(
        state=case((_CANCELLING, RunState.CANCELLED.value), else_=RunState.WAITING.value),
        ended_at=case((_CANCELLING, NOW), else_=null()),
        ready_at=bindparam("new_ready_at", type_=UtcTime),
        awaits=True,
        worker_id="",
        lease_until=None,
        lost=0,
    )
    .returning(runs.c.state, runs.c.limits)
)
_TOLD = (
    select(func.count())
    .select_from(run_steps)
    .where(run_steps.c.run_id == bindparam("this_run"), run_steps.c.state.is_not(None))
)
_PARENTS = (
    select(runs.c.id)
    .where(runs.c.id.in_(select(run_steps.c.run_id).where(run_steps.c.child_id == bindparam("this_run"))))
    .order_by(runs.c.id)
    .with_for_update()
)
_TELL = (
    update(run_steps)
    .where(run_steps.c.child_id == bindparam("this_run"), run_steps.c.state.is_(None))
    .values(state=bindparam("this_state"), ended_at=NOW)
)


def _wake(run_ids: Sequence[str]) -> Any:
    return (
        update(runs).where(runs.c.id.in_(run_ids), AWAITING).values(state=RunState.QUEUED, ready_at=NOW, awaits=null())
    )


_OWN_CHILDREN = select(run_steps.c.child_id).where(
    run_steps.c.run_id == bindparam("this_run"),
    run_steps.c.own,
    run_steps.c.state.is_(None),
    run_steps.c.child_id.is_not(None),
)
_FIRST = select(run_steps.c.run_id, literal(1).label("depth")).where(
    run_steps.c.child_id == bindparam("this_run"), run_steps.c.own
)
_ABOVE = _FIRST.cte("above", recursive=True)
_ABOVE = _ABOVE.union_all(
    select(run_steps.c.run_id, _ABOVE.c.depth + 1).where(
        and_(run_steps.c.child_id == _ABOVE.c.run_id, run_steps.c.own, _ABOVE.c.depth <= DEEPEST)
    )
)
_ANCESTORS = select(*RUN_COLUMNS).join(_ABOVE, _ABOVE.c.run_id == runs.c.id).order_by(_ABOVE.c.depth)
