"""Scheduled queues: the port `ScheduledQueues` on either database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from windrow.errors import NameTaken, NotFound
from windrow.model.scheduled_queues import QueueListing, QueueNote, ScheduledQueue
from windrow.model.tasks import Task
from windrow.ports.clocks import Clock, system_clock
from windrow.storage.database import Database
from windrow.storage.numbers import can_be_id
from windrow.storage.tables import scheduled_queues, tasks
from windrow.storage.task_rows import from_task, to_task
from windrow.storage.tasks import save_task, without_schedule


class SqlScheduledQueues:
    """Tasks with the numbers and names that other systems know them by."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, task: Task, note: QueueNote) -> int:
        """Writes a new task with its note."""
        now = self._clock()
        row = {"task_id": task.id, "tenant_id": task.tenant_id, "owner_id": task.owner_id, "noted_at": now}
        adding = insert(scheduled_queues).values(**row, **_words(note)).returning(scheduled_queues.c.number)
        with self._database.write(wake=True) as connection:
            connection.execute(insert(tasks).values(from_task(task, now=now)))
            try:
                return int(connection.execute(adding).scalar_one())
            except IntegrityError as error:
                raise _name_taken(note) from error

    def save(self, number: int, task: Task, note: QueueNote, *, seen: datetime | None = None) -> None:
        """Writes a changed task with its note."""
        now = self._clock()
        changing = update(scheduled_queues).where(scheduled_queues.c.number == number)
        with self._database.write(wake=True) as connection:
            save_task(connection, task, now=now, seen=seen)
            try:
                changed = connection.execute(changing.values(noted_at=now, **_words(note)))
            except IntegrityError as error:
                raise _name_taken(note) from error
            if not changed.rowcount:
                raise NotFound("scheduled queue", number)

    def remove(self, number: int) -> None:
        """Takes the number and the schedule away from a task that stays."""
        removing = delete(scheduled_queues).where(scheduled_queues.c.number == number)
        with self._database.write(wake=True) as connection:
            task_id = connection.scalar(removing.returning(scheduled_queues.c.task_id))
            if task_id is None:
                raise NotFound("scheduled queue", number)
            connection.execute(without_schedule(task_id))

    def get(self, number: int, *, tenant_id: str | None) -> ScheduledQueue:
        """One of them."""
        row = None
        if can_be_id(number):
            with self._database.read() as connection:
                row = connection.execute(_QUEUES.where(scheduled_queues.c.number == number)).one_or_none()
        if row is None or tenant_id not in (None, row.tenant_id):
            raise NotFound("scheduled queue", number)
        return _to_queue(row)

    def named(self, name: str, *, tenant_id: str) -> ScheduledQueue | None:
        """A team's scheduled queue by its name."""
        chosen = _QUEUES.where(scheduled_queues.c.tenant_id == tenant_id, scheduled_queues.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
        return None if row is None else _to_queue(row)

    def page(self, which: QueueListing) -> list[ScheduledQueue]:
        """Some of them, by name."""
        with self._database.read() as connection:
            return [_to_queue(row) for row in connection.execute(list_query(which))]


_QUEUES: Select[Any] = select(
    tasks,
    scheduled_queues.c.number,
    scheduled_queues.c.name.label("queue_name"),
    scheduled_queues.c.word,
    scheduled_queues.c.said,
    scheduled_queues.c.origin,
).join(scheduled_queues, scheduled_queues.c.task_id == tasks.c.id)


def list_query(which: QueueListing) -> Select[Any]:
    """A page of the list, in the order of an index."""
    table = scheduled_queues.c
    chosen = _QUEUES
    if which.owner_id is not None:
        chosen = chosen.where(table.owner_id == which.owner_id)  # of one team only, which need not be asked for beside
    elif which.tenant_id is not None:
        chosen = chosen.where(table.tenant_id == which.tenant_id)
    if which.words is not None:
        chosen = chosen.where(table.word.in_(sorted(which.words)))
    if which.search:
        chosen = chosen.where(table.name.icontains(which.search, autoescape=True))
    # Within a team the name says it all, and its index is enough.
    everybody = which.owner_id is None and which.tenant_id is None
    order = (table.name, table.number) if everybody else (table.name,)
    ordered = chosen.order_by(*(each if which.ascending else each.desc() for each in order))
    return ordered.offset(which.offset).limit(which.limit)


def _to_queue(row: Row[Any]) -> ScheduledQueue:
    return ScheduledQueue(row.number, QueueNote(row.queue_name, row.word, row.said, row.origin), to_task(row))


def _words(note: QueueNote) -> dict[str, Any]:
    return {"name": note.name, "word": note.word, "said": dict(note.said), "origin": note.origin}


def _name_taken(note: QueueNote) -> NameTaken:
    return NameTaken(f"There is a scheduled queue {note.name!r} already; choose another name.")
