"""Tasks: the port `Tasks` on either database."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from windrow.errors import Conflict, NotFound
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import RunState
from windrow.model.tasks import Task
from windrow.ports.clocks import Clock, system_clock
from windrow.ports.tasks import DueTask, Failing, Firing
from windrow.storage.database import Database
from windrow.storage.listing import to_page, word_of
from windrow.storage.log import append_log
from windrow.storage.moves import ACTIVE_WORDS, NOW
from windrow.storage.queue import add_runs, cancel_runs_of
from windrow.storage.removals import remove_runs
from windrow.storage.tables import runs, sources, tasks
from windrow.storage.task_rows import from_schedule, from_task, to_schedule, to_task
from windrow.storage.types import Json, UtcTime

REMOVED_RUNS = 100
"""How many runs of a task are deleted together."""

FIXED = ("id", "tenant_id", "owner_id", "created_at", "source_id")
"""What a task keeps from its beginning to its end."""


class SqlTasks:
    """Tasks and when they are due."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, task: Task) -> None:
        """Writes a new task."""
        with self._database.write(wake=True) as connection:
            connection.execute(insert(tasks).values(from_task(task, now=self._clock())))

    def ensure(self, task: Task) -> Task:
        """Writes a new task, unless there is one of its id."""
        dialect: Any = sqlite if self._database.is_sqlite else postgresql
        new = dialect.insert(tasks).values(from_task(task, now=self._clock()))
        with self._database.write(wake=True) as connection:
            connection.execute(new.on_conflict_do_nothing(index_elements=["id"]))
            return to_task(_find(connection, task.id, task.tenant_id))

    def get(self, task_id: str, *, tenant_id: str | None) -> Task:
        """One task."""
        with self._database.read() as connection:
            return to_task(_find(connection, task_id, tenant_id))

    def get_many(self, task_ids: Sequence[str]) -> dict[str, Task]:
        """Tasks by their ids."""
        with self._database.read() as connection:
            rows = connection.execute(select(tasks).where(tasks.c.id.in_(task_ids))).all()
        return {row.id: to_task(row) for row in rows}

    def page(
        self, *, tenant_id: str | None, kind: str | None = None, limit: int, cursor: str | None = None
    ) -> PageOf[Task]:
        """Newest first."""
        statement = select(tasks).where(tasks.c.part_of.is_(None)).order_by(tasks.c.id.desc())
        statement = statement.limit(check_limit(limit) + 1)
        if tenant_id is not None:
            statement = statement.where(tasks.c.tenant_id == tenant_id)
        if kind is not None:
            statement = statement.where(tasks.c.kind == kind)
        if cursor is not None:
            statement = statement.where(tasks.c.id < word_of(cursor))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return to_page(rows, [to_task(row) for row in rows], limit)

    def save(self, task: Task, *, seen: datetime | None = None) -> None:
        """Writes a changed task, its schedule with it."""
        with self._database.write(wake=True) as connection:
            save_task(connection, task, now=self._clock(), seen=seen)

    def delete(self, task_id: str, *, tenant_id: str | None) -> list[str]:
        """Deletes a task with its runs, batch by batch; returns their blobs.

        The schedule goes first. Should somebody start the task in the middle of it all, what is left of it stays.
        """
        with self._database.write() as connection:
            _find(connection, task_id, tenant_id, lock=True)
            _refuse_owned(connection, task_id)
            family = _lock_family(connection, task_id)
            connection.execute(without_schedule(task_id))
        blobs: list[str] = []
        while run_ids := self._ended_runs(family):
            blobs += remove_runs(self._database, run_ids)
        with self._database.write(wake=True) as connection:
            _find(connection, task_id, tenant_id, lock=True)
            connection.execute(delete(tasks).where(tasks.c.id.in_(_lock_family(connection, task_id))))
        return blobs

    def _ended_runs(self, task_ids: Sequence[str]) -> Sequence[str]:
        with self._database.read() as connection:
            ended = select(runs.c.id).where(runs.c.task_id.in_(task_ids), runs.c.ended_at.is_not(None))
            return connection.scalars(ended.order_by(runs.c.id).limit(REMOVED_RUNS)).all()

    def due(self, now: datetime, *, limit: int) -> list[DueTask]:
        """Tasks whose moment has come, the longest due first."""
        with self._database.read() as connection:
            rows = connection.execute(_DUE.limit(limit), {"this_moment": now}).all()
        return [_to_due(row) for row in rows]

    def scheduled(self, task_ids: Sequence[str]) -> list[DueTask]:
        """Those of these tasks that have a moment to come."""
        with self._database.read() as connection:
            rows = connection.execute(_SCHEDULED, {"these_tasks": list(task_ids)}).all()
        return [_to_due(row) for row in rows]

    def coming(self, *, tenant_id: str | None, limit: int) -> list[Task]:
        """Tasks that are due next, the soonest first."""
        query = select(tasks).where(tasks.c.next_due.is_not(None)).order_by(tasks.c.next_due).limit(check_limit(limit))
        if tenant_id is not None:
            query = query.where(tasks.c.tenant_id == tenant_id)
        with self._database.read() as connection:
            return [to_task(row) for row in connection.execute(query)]

    def failing(self, task_ids: Sequence[str]) -> dict[str, Failing]:
        """Those whose latest run that counts failed, with how many before it."""
        if not task_ids:
            return {}
        with self._database.read() as connection:
            rows = connection.execute(FAILING, {"these_tasks": list(task_ids)}).all()
        return {row.id: Failing(row.failures, row.latest) for row in rows if row.failures}

    def fire(self, firings: Sequence[Firing]) -> int:
        """Meets due moments in one transaction, those that nobody else has met."""
        if not firings:
            return 0
        with self._database.write(wake=True) as connection:
            kept = _lock_tasks(connection, [firing.task_id for firing in firings])
            won = [each for each in firings if each.task_id in kept and kept[each.task_id][0] == each.version]
            if won:
                connection.execute(_MOVE_ON, [_moved_on(each, kept[each.task_id][1]) for each in won])
                _tell_pauses(connection, won)
                cancel_runs_of(connection, [each.task_id for each in won if each.replaces], now=self._clock())
                add_runs(connection, [run for each in won for run in each.runs])
            return len(won)

    def next_due(self) -> datetime | None:
        """When something is due next."""
        with self._database.read() as connection:
            return connection.scalar(_NEXT_DUE)


def save_task(connection: Connection, task: Task, *, now: datetime, seen: datetime | None = None) -> None:
    """Writes a changed task, its schedule with it. Raises `NotFound`, and `Conflict` when it is not as it was `seen`.

    A clock may have met a moment since the task was read. Where its rule is still the same, the moment that the clock
    wrote stays, or it would be met twice.
    """
    changed = {name: value for name, value in from_task(task, now=now).items() if name not in FIXED}
    kept = _find(connection, task.id, task.tenant_id, lock=True)
    if seen is not None and kept.changed_at != seen:
        raise Conflict(f"Task {task.id} was changed by somebody else meanwhile: look at it, and change it again.")
    if kept.last_run_id != task.last_run_id and _rule(kept.schedule) == _rule(changed["schedule"]):
        changed |= {"schedule": kept.schedule, "next_due": kept.next_due}
    version = kept.schedule_version + 1
    connection.execute(update(tasks).where(tasks.c.id == task.id).values(schedule_version=version, **changed))


def _find(connection: Connection, task_id: str, tenant_id: str | None, *, lock: bool = False) -> Any:
    statement = select(tasks).where(tasks.c.id == task_id)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None or tenant_id not in (None, row.tenant_id):
        raise NotFound("task", task_id)
    return row


def _rule(schedule: Mapping[str, Any] | None) -> dict[str, Any]:
    # Spelled anew: an older release kept fewer words for the same rule.
    spelled = {} if schedule is None else from_schedule(to_schedule(schedule, None))
    rule = {name: value for name, value in spelled.items() if name != "occurrences"}
    if "trigger" in rule:
        rule["trigger"] = {name: value for name, value in rule["trigger"].items() if name != "last"}
    return rule


def _lock_family(connection: Connection, task_id: str) -> Sequence[str]:
    """A task and those that are part of it, of which none is at work. Raises `Conflict`."""
    # Whoever adds a run locks its task's row against deletion: with that row locked, no run can come in unseen.
    family = [task_id]
    for each in family:
        inner = select(tasks.c.id).where(tasks.c.part_of == each).order_by(tasks.c.id).with_for_update()
        family += connection.scalars(inner).all()
    active = select(runs.c.id).where(runs.c.task_id.in_(family), runs.c.state.in_(ACTIVE_WORDS)).limit(1)
    run_id = connection.scalar(active)
    if run_id is not None:
        raise Conflict(f"Run {run_id} of task {task_id} is active; cancel it and wait for its end first.")
    return family


def without_schedule(task_id: str) -> Any:
    """Takes a task's schedule away; a clock that is about to meet a moment of it comes too late."""
    version = tasks.c.schedule_version + 1
    return update(tasks).where(tasks.c.id == task_id).values(schedule=None, next_due=None, schedule_version=version)


def _refuse_owned(connection: Connection, task_id: str) -> None:
    of_source = or_(sources.c.task_id == task_id, tasks.c.source_id == sources.c.id)
    number = connection.scalar(select(sources.c.id).join(tasks, tasks.c.id == task_id).where(of_source))
    if number is not None:
        raise Conflict(f"Task {task_id} belongs to source {number}; delete the source instead.")


_IS_DUE: ColumnElement[bool] = tasks.c.next_due <= NOW
_ACTIVE_OF_TASK = exists().where(runs.c.task_id == tasks.c.id, runs.c.state.in_(ACTIVE_WORDS))
# 0 where a run has not ended; 1 where nothing but a backfill has not. One after the other: each stops at the first.
_AT_WORK = case(
    (_ACTIVE_OF_TASK.where(runs.c.backfill.is_(None)), literal_column("0")),
    (_ACTIVE_OF_TASK, literal_column("1")),
    else_=None,
).label("at_work")
_DUE = select(tasks, _AT_WORK).where(_IS_DUE).order_by(tasks.c.next_due)
_SCHEDULED = select(tasks, _AT_WORK).where(
    tasks.c.id.in_(bindparam("these_tasks", expanding=True)), tasks.c.next_due.is_not(None)
)
_NEXT_DUE = select(tasks.c.next_due).where(tasks.c.next_due.is_not(None)).order_by(tasks.c.next_due).limit(1)


_IN_THE_ROW = runs.c.backfill.is_(None)
"""What is made up for later tells nothing of how the task is doing now."""


def _latest(state: RunState) -> ColumnElement[str]:
    # One state each, so that it is one step of an index, whatever came after that run.
    latest = select(runs.c.id).where(runs.c.task_id == tasks.c.id, runs.c.state == state.value, _IN_THE_ROW)
    return func.coalesce(latest.order_by(runs.c.id.desc()).limit(1).correlate(tasks).scalar_subquery(), "")


_RESUMED = func.coalesce(type_coerce(tasks.c.schedule, JSON)["counted_after"].as_string(), "")
_SINCE = (
    select(
        tasks.c.id,
        _latest(RunState.SUCCEEDED).label("good"),
        _latest(RunState.PARTIAL).label("partly"),
        _RESUMED.label("resumed"),
    )
    .where(tasks.c.id.in_(bindparam("these_tasks", expanding=True)))
    .cte("since")
    .prefix_with("MATERIALIZED")  # once for each task, and not for each of its runs
)
_FAILED = and_(
    runs.c.task_id == _SINCE.c.id,
    runs.c.state == RunState.FAILED.value,
    _IN_THE_ROW,
    runs.c.id > _SINCE.c.good,
    runs.c.id > _SINCE.c.partly,
    runs.c.id > _SINCE.c.resumed,
)
FAILING = (
    select(_SINCE.c.id, func.count(runs.c.id).label("failures"), func.max(runs.c.id).label("latest"))
    .join_from(_SINCE, runs, _FAILED)
    .group_by(_SINCE.c.id)
)

_MOVE_ON = (
    update(tasks)
    .where(tasks.c.id == bindparam("this_task"))
    .values(
        next_due=bindparam("new_next_due", type_=UtcTime),
        schedule=bindparam("new_schedule", type_=Json),
        schedule_version=tasks.c.schedule_version + literal_column("1"),
    )
)


def _lock_tasks(connection: Connection, task_ids: Sequence[str]) -> dict[str, tuple[int, Any]]:
    # In one order for all clocks: no deadlock. Who comes second sees the versions that the first one wrote.
    chosen = select(tasks.c.id, tasks.c.schedule_version, tasks.c.schedule).where(tasks.c.id.in_(sorted(task_ids)))
    rows = connection.execute(chosen.order_by(tasks.c.id).with_for_update())
    return {row.id: (row.schedule_version, row.schedule) for row in rows}


def _tell_pauses(connection: Connection, firings: Sequence[Firing]) -> None:
    for each in firings:
        if each.paused is not None:
            with suppress(NotFound):  # somebody deleted that run meanwhile
                append_log(connection, each.paused.run_id, [each.paused.told])


def _to_due(row: Any) -> DueTask:
    return DueTask(to_task(row), row.schedule_version, row.at_work == 0, row.at_work == 1)


def _moved_on(firing: Firing, schedule: Any) -> dict[str, Any]:
    left = None if schedule is None else {**schedule, "occurrences": firing.occurrences}
    if left is not None and firing.paused is not None:
        left |= {"enabled": False, "paused": firing.paused.why}
    if left is not None and firing.last is not None:
        left["trigger"] = {**left["trigger"], "last": firing.last.isoformat()}
    return {"this_task": firing.task_id, "new_next_due": firing.next_due, "new_schedule": left}
