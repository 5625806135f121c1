"""Removals: deleting runs with all they have, in many small transactions, so that no writer waits long."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, Table, delete, func, select, update

from windrow.errors import Conflict
from windrow.model.identity import first_id_at
from windrow.storage.database import Database
from windrow.storage.moves import among
from windrow.storage.queue import find_run
from windrow.storage.tables import log_entries, outputs, parts, run_steps, runs, tasks

REMOVED = 5_000
"""How many rows of one table are deleted in one transaction."""


class RunRemovals:
    """The part of the port `Runs` that deletes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def delete(self, run_id: str, *, tenant_id: str | None) -> list[str]:
        """Deletes an ended run with its log and parts; returns its blobs."""
        with self._database.read() as connection:
            run = find_run(connection, run_id, tenant_id)
            parent = connection.scalar(select(_WAITING_FOR.scalar_subquery()).where(runs.c.id == run_id))
        if not run.state.is_terminal:
            raise Conflict(f"Run {run_id} is {run.state}; cancel it and wait for its end before you delete it.")
        if parent is not None:
            raise Conflict(f"Run {run_id} is a step of run {parent}, which has not ended: it may still be asked for.")
        return remove_runs(self._database, [run_id])

    def forget_ended(self, before: datetime, *, limit: int, passing: Collection[str] = ()) -> tuple[int, list[str]]:
        """Deletes runs that ended earlier, and tasks of a passing kind with their last one."""
        with self._database.read() as connection:
            found = connection.execute(_outdated(before, passing).limit(limit)).all()
        if not found:
            return 0, []
        blobs = remove_runs(self._database, [row.id for row in found])
        self._forget_tasks(sorted({row.task_id for row in found if row.kind in passing}))
        return len(found), blobs

    def _forget_tasks(self, task_ids: Sequence[str]) -> None:
        if task_ids:
            with self._database.write() as connection:
                done = tasks.c.last_run_id.is_(None) & tasks.c.next_due.is_(None)
                connection.execute(delete(tasks).where(tasks.c.id.in_(task_ids), done))


_PARENTS = runs.alias("parents")
_WAITING_FOR = (
    select(_PARENTS.c.id)
    .join(run_steps, run_steps.c.run_id == _PARENTS.c.id)
    .where(run_steps.c.child_id == runs.c.id, _PARENTS.c.ended_at.is_(None))
    .limit(1)
    .correlate(runs)
)
"""Which run has this one as its step and goes on: it may still ask what came of it."""


def _outdated(before: datetime, passing: Collection[str]) -> Select[tuple[str, str, str]]:
    # By the primary key: identifiers are ordered by the moment of their making, and no run ends before that.
    latest = select(tasks.c.id).where(tasks.c.id == runs.c.task_id, tasks.c.last_run_id == runs.c.id).exists()
    return (
        select(runs.c.id, runs.c.task_id, runs.c.kind)
        .where(runs.c.id < first_id_at(before), runs.c.ended_at < before)
        .where(runs.c.kind.in_(sorted(passing)) | ~latest)
        .where(~_WAITING_FOR.exists())
        .order_by(runs.c.id)
    )


def remove_runs(database: Database, run_ids: Sequence[str]) -> list[str]:
    """Deletes ended runs, all they have before them; returns their blobs."""
    while True:
        with database.write() as connection:
            if _remove_some(connection, parts, run_ids) or _remove_some(connection, log_entries, run_ids):
                continue
            files = delete(outputs).where(outputs.c.run_id.in_(run_ids)).returning(outputs.c.blob)
            blobs = list(connection.scalars(files))
            _forget_latest(connection, run_ids)
            connection.execute(delete(runs).where(runs.c.id.in_(run_ids)))
            return blobs


def _remove_some(connection: Connection, table: Table, run_ids: Sequence[str]) -> bool:
    some = select(table.c.id).where(table.c.run_id.in_(run_ids)).limit(REMOVED)
    return connection.execute(delete(table).where(among(connection, table.c.id, some))).rowcount == REMOVED


def _forget_latest(connection: Connection, run_ids: Sequence[str]) -> None:
    left = select(func.max(runs.c.id)).where(runs.c.task_id == tasks.c.id, runs.c.id.not_in(run_ids))
    of_runs = select(runs.c.task_id).where(runs.c.id.in_(run_ids))
    connection.execute(
        update(tasks)
        .where(tasks.c.id.in_(of_runs), tasks.c.last_run_id.in_(run_ids))
        .values(last_run_id=left.correlate(tasks).scalar_subquery())
    )
