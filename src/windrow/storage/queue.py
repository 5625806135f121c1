"""Queue: how runs come in, tell how far they are, go back and leave; every race is settled by a conditional UPDATE."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, insert, null, select, update
from sqlalchemy.exc import IntegrityError

from windrow.errors import Conflict, NotFound
from windrow.model.runs import LETTING_GO, Progress, Run, RunState
from windrow.ports.runs import Ending
from windrow.storage import limits
from windrow.storage.database import Database
from windrow.storage.endings import Finish, end_runs, settle
from windrow.storage.gathering import Gathering
from windrow.storage.moves import ACTIVE_WORDS, AWAITING, HAS_NOTE, HELD_BY, NOW, SCHEDULED, raise_why_fenced
from windrow.storage.run_rows import RUN_COLUMNS, from_progress, from_run, to_limits, to_run
from windrow.storage.tables import run_numbers, runs, tasks
from windrow.storage.task_rows import from_schedule, to_schedule
from windrow.storage.types import UtcTime

PASSES = frozenset({"harvest", "refresh"})
"""Kinds of runs that get a small number."""

PROMOTED = 1_000
"""How many runs are promoted in one transaction."""


class RunQueue:
    """The part of the port `Runs` that moves runs from state to state, but for claims."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: Sequence[Run]) -> None:
        """Writes new runs."""
        with self._database.write(wake=True) as connection:
            add_runs(connection, new)

    def add_alone(self, run: Run) -> None:
        """Writes a new run unless its task has one that has not ended."""
        with self._database.write(wake=True) as connection:
            add_one_alone(connection, run)

    def report(self, run_id: str, attempt: int, progress: Progress) -> None:
        """Saves progress."""
        with self._database.write() as connection:
            values = {f"new_{name}": value for name, value in from_progress(progress).items()}
            this = {"this_run": run_id, "this_attempt": attempt}
            if connection.execute(_REPORT, {**this, **values}).rowcount != 1:
                raise_why_fenced(connection, run_id, attempt)

    def finish(self, run_id: str, attempt: int, ending: Ending, *, now: datetime) -> bool:
        """Ends a run."""
        return self._finishing(Finish(run_id, attempt, ending, now))

    @cached_property
    def _finishing(self) -> Gathering[Finish, bool]:
        return Gathering(self._finish)

    def _finish(self, finishes: Sequence[Finish]) -> list[bool]:
        with self._database.write(wake=True) as connection:
            return end_runs(connection, finishes)

    def hand_back(
        self,
        run_id: str,
        attempt: int,
        *,
        now: datetime,
        ready_at: datetime,
        failed: bool,
        error: str = "",
        keep_keys: bool = False,
    ) -> bool:
        """Gives a run back; one that was asked to cancel ends as cancelled instead, and keeps nothing."""
        with self._database.write(wake=True) as connection:
            values = {"new_ready_at": ready_at, "new_failures": int(failed), "new_error": error, "this_moment": now}
            statement = _HAND_BACK_NOW if ready_at <= now else _HAND_BACK_LATER
            this = {"this_run": run_id, "this_attempt": attempt}
            row = connection.execute(statement, {**this, **values}).one_or_none()
            if row is None:
                return False
            if not keep_keys or row.state == RunState.CANCELLED:
                leave(connection, run_id, row)
            return True

    def cancel(self, run_id: str, *, tenant_id: str | None, now: datetime) -> Run:
        """Asks a run to stop."""
        with self._database.write(wake=True) as connection:
            statement = _CANCEL if tenant_id is None else _CANCEL.where(runs.c.tenant_id == tenant_id)
            row = connection.execute(statement, {"this_run": run_id, "this_moment": now}).one_or_none()
            if row is not None and row.state == RunState.CANCELLED:
                leave(connection, run_id, row)
            return find_run(connection, run_id, tenant_id)

    def promote(self, now: datetime) -> int:
        """Queues the scheduled runs whose time has come, and those that waited for runs long enough."""
        count = 0
        while self._is_any_ready(now):
            with self._database.write(wake=True) as connection:
                ids = [
                    each for some in _READY for each in connection.scalars(some.limit(PROMOTED), {"this_moment": now})
                ]
                connection.execute(update(runs).where(runs.c.id.in_(ids)).values(state=RunState.QUEUED, awaits=null()))
            count += len(ids)
            if not ids:
                break  # another clock has them in its hands
        return count

    def _is_any_ready(self, now: datetime) -> bool:
        with self._database.read() as connection:
            return any(connection.scalar(some.limit(1), {"this_moment": now}) is not None for some in _ANY_READY)


def add_runs(connection: Connection, new: Sequence[Run]) -> None:
    """Writes new runs and their tasks' `last_run_id`. Raises `NotFound` when a task is gone."""
    if not new:
        return
    try:
        connection.execute(insert(runs), [from_run(run) for run in new])
    except IntegrityError as error:
        raise NotFound("task", ", ".join(sorted({run.task_id for run in new}))) from error
    latest = {run.task_id: run.id for run in sorted(new, key=lambda run: run.id)}
    passes = [run for run in new if run.kind in PASSES and "source_id" in run.parameters]
    if passes:
        connection.execute(insert(run_numbers), [_numbered(run) for run in passes])
    connection.execute(_NOTE_LATEST, [{"this_task": task, "this_run": latest[task]} for task in sorted(latest)])


def add_one_alone(connection: Connection, run: Run) -> None:
    """Writes a new run unless its task has one that has not ended. Raises `Conflict`."""
    # Who comes second waits here for the first one's commit, and then sees the run that it wrote.
    task = select(tasks.c.schedule, tasks.c.next_due).where(tasks.c.id == run.task_id).with_for_update()
    row = connection.execute(task).one_or_none()
    active = connection.scalar(_ACTIVE_RUN, {"this_task": run.task_id})
    if active is not None:
        raise Conflict(f"Run {active} of this task has not ended: wait for its end, or cancel it first.")
    add_runs(connection, [run])
    if row is not None:
        note_start(connection, run, row)


def cancel_runs_of(connection: Connection, task_ids: Sequence[str], *, now: datetime) -> None:
    """Cancels what is active of these tasks, backfills apart, within the caller's transaction."""
    own = runs.c.task_id.in_(task_ids)
    active = select(runs.c.id).where(own, runs.c.state.in_(ACTIVE_WORDS), runs.c.backfill.is_(None))
    # In one order for all, as those lock them who end several runs at once.
    cancel_these(connection, connection.scalars(active.order_by(runs.c.id).with_for_update()).all(), now=now)


def cancel_these(connection: Connection, ids: Sequence[str], *, now: datetime) -> None:
    """Cancels those of these runs that have not ended, within the caller's transaction. They are locked already."""
    if not ids:
        return
    rows = connection.execute(_CANCEL_ALL, {"these_runs": ids, "this_moment": now}).all()
    cancelled = [row for row in rows if row.state == RunState.CANCELLED]
    limits.release(connection, {row.id: to_limits(row.limits) for row in cancelled})
    settle(connection, [row.id for row in cancelled])


def _numbered(run: Run) -> dict[str, Any]:
    return {"run_id": run.id, "tenant_id": run.tenant_id, "source_id": run.parameters["source_id"]}


def note_start(connection: Connection, run: Run, row: Any) -> None:
    """Moves the schedule of its task, where that counts from the last start. `row` has the task's schedule."""
    if row.next_due is None:
        return
    schedule = to_schedule(row.schedule, row.next_due)
    moved = schedule.started(run.created_at)
    if moved is not schedule:
        values = {"schedule": from_schedule(moved), "next_due": moved.next_due}
        version = tasks.c.schedule_version + 1
        connection.execute(update(tasks).where(tasks.c.id == run.task_id).values(schedule_version=version, **values))


_NOTE_LATEST = update(tasks).where(tasks.c.id == bindparam("this_task")).values(last_run_id=bindparam("this_run"))


_ACTIVE_RUN = select(runs.c.id).where(runs.c.task_id == bindparam("this_task"), runs.c.state.in_(ACTIVE_WORDS)).limit(1)


def find_run(connection: Connection, run_id: str, tenant_id: str | None) -> Run:
    """One run. Raises `NotFound`, also when it belongs to another tenant."""
    row = connection.execute(_FIND, {"this_run": run_id}).one_or_none()
    if row is None or tenant_id not in (None, row.tenant_id):
        raise NotFound("run", run_id)
    return to_run(row)


_FIND = select(*RUN_COLUMNS).where(runs.c.id == bindparam("this_run"))


def _reported(name: str) -> ColumnElement[Any]:
    # While a run waits, its parts make its progress, and only the message is anybody's to say.
    column = runs.c[name]
    new = bindparam(f"new_{name}", type_=column.type)
    return new if name == "message" else case((runs.c.state == RunState.RUNNING.value, new), else_=column)


_REPORT = (
    update(runs)
    .where(HELD_BY, runs.c.state.in_([RunState.RUNNING.value, RunState.WAITING.value]))
    .values({name: _reported(name) for name in from_progress(Progress())})
)


def _hand_back(state: RunState) -> Any:
    cancelling = runs.c.state == RunState.CANCELLING
    ends = cancelling & ~HAS_NOTE
    return (
        update(runs)
        .where(HELD_BY, runs.c.state.in_([RunState.RUNNING, RunState.CANCELLING]))
        .values(
            state=case((ends, RunState.CANCELLED.value), (cancelling, RunState.QUEUED.value), else_=state.value),
            phase=case((cancelling & HAS_NOTE, LETTING_GO), else_=runs.c.phase),
            ended_at=case((ends, NOW), else_=null()),
            ready_at=case((cancelling, NOW), else_=bindparam("new_ready_at", type_=UtcTime)),
            failures=runs.c.failures + bindparam("new_failures"),
            error=bindparam("new_error"),
            worker_id="",
            lease_until=None,
            lost=0,
        )
        .returning(runs.c.state, runs.c.limits)
    )


_HAND_BACK_NOW = _hand_back(RunState.QUEUED)
_HAND_BACK_LATER = _hand_back(RunState.SCHEDULED)


def _cancel(which: ColumnElement[bool]) -> Any:
    cancellable = [RunState.SCHEDULED, RunState.QUEUED, RunState.WAITING, RunState.RUNNING]
    # Nobody holds it, but a worker has to end what it began elsewhere.
    goes_on = runs.c.state.in_([RunState.SCHEDULED, RunState.QUEUED]) & HAS_NOTE
    return (
        update(runs)
        .where(which, runs.c.state.in_(cancellable))
        .values(
            state=case(
                (runs.c.state == RunState.RUNNING, RunState.CANCELLING.value),
                (goes_on, RunState.QUEUED.value),
                else_=RunState.CANCELLED.value,
            ),
            phase=case((goes_on, LETTING_GO), else_=runs.c.phase),
            ready_at=case((goes_on, NOW), else_=runs.c.ready_at),
            ended_at=case((goes_on | (runs.c.state == RunState.RUNNING), null()), else_=NOW),
            blocked_by="",
        )
        .returning(runs.c.id, runs.c.state, runs.c.limits)
    )


_CANCEL = _cancel(runs.c.id == bindparam("this_run"))
_CANCEL_ALL = _cancel(runs.c.id.in_(bindparam("these_runs", expanding=True)))


def leave(connection: Connection, run_id: str, row: Any) -> None:
    """Frees the keys of a run that was given back or cancelled; `row` has its state and limits."""
    limits.release(connection, {run_id: to_limits(row.limits)})
    if row.state == RunState.CANCELLED:
        settle(connection, [run_id])


def _ready(which: ColumnElement[bool]) -> Select[Any]:
    return select(runs.c.id).where(which, runs.c.ready_at <= NOW)


_ANY_READY = (_ready(SCHEDULED), _ready(AWAITING))
_READY = tuple(some.order_by(runs.c.ready_at).with_for_update(skip_locked=True) for some in _ANY_READY)
