"""Attendants: the tasks that look after a source beside its harvest, one of each kind."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, literal_column, or_, select

from windrow.model.tasks import Task
from windrow.storage.tables import sources, tasks
from windrow.storage.task_rows import from_task, to_task
from windrow.storage.tasks import save_task
from windrow.storage.upserts import insert_missing

OF_A_SOURCE: ColumnElement[bool] = literal_column("source_id IS NOT NULL")
"""In the words of the partial index that makes them one of each kind."""


def find_attendants(connection: Connection, source_ids: Sequence[int]) -> list[Task]:
    """All of these sources."""
    rows = connection.execute(select(tasks).where(tasks.c.source_id.in_(source_ids)).order_by(tasks.c.id))
    return [to_task(row) for row in rows]


def attend(connection: Connection, task: Task, *, now: datetime) -> Task:
    """Writes a task that looks after a source, unless it has one of this kind; returns the one that it has."""
    insert_missing(connection, tasks, [from_task(task, now=now)], conflict=["source_id", "kind"], where=OF_A_SOURCE)
    kept = select(tasks).where(tasks.c.source_id == task.source_id, tasks.c.kind == task.kind)
    return to_task(connection.execute(kept).one())


def save_attendant(connection: Connection, task: Task, *, now: datetime) -> None:
    """Writes a new or changed one."""
    if attend(connection, task, now=now).id == task.id:
        save_task(connection, task, now=now)


def all_tasks_of(source_id: int) -> ColumnElement[bool]:
    """Which tasks are a source's: its harvest and its attendants."""
    harvest = select(sources.c.task_id).where(sources.c.id == source_id).scalar_subquery()
    return or_(tasks.c.id == harvest, tasks.c.source_id == source_id)
