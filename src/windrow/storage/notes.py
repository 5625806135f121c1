"""Notes: the port `Notes` on either database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)

from windrow.errors import Conflict, NotFound
from windrow.model.listings import Listed
from windrow.model.notes import Elsewhere, NotedListing, NotedTask, Quota, RunNote, TaskNote
from windrow.model.tasks import Task
from windrow.ports.clocks import Clock, system_clock
from windrow.storage.database import Database
from windrow.storage.tables import face_limits, run_notes, runs, task_notes, tasks, tenants, users
from windrow.storage.task_rows import from_task, to_task
from windrow.storage.tasks import save_task
from windrow.storage.types import Bytes
from windrow.storage.upserts import insert_or_replace


class SqlNotes:
    """What protocols said of tasks and runs."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, task: Task, note: TaskNote, *, request: bytes, since: datetime, quotas: Sequence[Quota]) -> str:
        """Writes a new task with its note, unless the same request made one since then."""
        with self._database.write(wake=True) as connection:
            _take_turn(connection, task.tenant_id)
            made = connection.execute(_MADE, {"this_request": request}).one_or_none()
            if made is not None and made.noted_at >= since:
                return str(made.task_id)
            if made is not None:
                connection.execute(_forget_request(made.task_id))
            _check_quotas(connection, task, note, quotas)
            now = task.created_at or self._clock()
            connection.execute(insert(tasks).values(from_task(task, now=now)))
            connection.execute(insert(task_notes).values(_row(task.id, note, now) | {"request": request}))
        return task.id

    def save(self, task: Task, note: TaskNote, *, seen: datetime | None, quotas: Sequence[Quota]) -> None:
        """Writes a changed task with its note."""
        now = self._clock()
        with self._database.write(wake=True) as connection:
            if quotas:
                _take_turn(connection, task.tenant_id)
                _check_quotas(connection, task, note, quotas)
            save_task(connection, task, now=now, seen=seen)
            insert_or_replace(connection, task_notes, _row(task.id, note, now) | {"request": None})

    def get(self, task_id: str, face: str, *, tenant_id: str | None) -> NotedTask:
        """One task, noted or not."""
        with self._database.read() as connection:
            row = connection.execute(_noted(face).where(tasks.c.id == task_id)).one_or_none()
        if row is None or tenant_id not in (None, row.tenant_id):
            raise NotFound("task", task_id)
        return _to_noted(row, face)

    def find(self, which: NotedListing) -> Listed[NotedTask]:
        """Tasks in the order of their making."""
        page, count = list_queries(which)
        with self._database.read() as connection:
            total = connection.scalar(count) or 0
            rows = connection.execute(page).all()
        return Listed([_to_noted(row, which.face) for row in rows], total)

    def count_active(self, face: str, owner_id: str) -> dict[str, int]:
        """How many tasks of an owner are active, by word."""
        counting = (
            select(task_notes.c.word, func.count().label("active"))
            .join(tasks, tasks.c.id == task_notes.c.task_id)
            .where(tasks.c.owner_id == owner_id, task_notes.c.face == face, tasks.c.next_due.is_not(None))
            .group_by(task_notes.c.word)
        )
        with self._database.read() as connection:
            return {row.word: row.active for row in connection.execute(counting)}

    def say(self, note: RunNote) -> None:
        """Keeps what a client said of a run."""
        row = {"state": note.state, "text": note.text, "noted_at": note.noted_at}
        with self._database.write() as connection:
            if connection.scalar(select(runs.c.id).where(runs.c.id == note.run_id)) is None:
                raise NotFound("run", note.run_id)
            insert_or_replace(connection, run_notes, {"run_id": note.run_id, "face": note.face, **row})

    def of_runs(self, run_ids: Sequence[str], face: str) -> dict[str, RunNote]:
        """What clients said of these runs."""
        chosen = select(run_notes).where(run_notes.c.run_id.in_(run_ids), run_notes.c.face == face)
        with self._database.read() as connection:
            return {row.run_id: RunNote(**row._mapping) for row in connection.execute(chosen)}

    def limits(self, face: str) -> dict[str, int]:
        """The limits that somebody has set."""
        with self._database.read() as connection:
            rows = connection.execute(select(face_limits).where(face_limits.c.face == face)).all()
        return {row.name: row.most for row in rows}

    def set_limits(self, face: str, limits: Mapping[str, int]) -> None:
        """Sets limits; the others stay."""
        rows = [{"face": face, "name": name, "most": most} for name, most in limits.items()]
        if rows:
            with self._database.write() as connection:
                insert_or_replace(connection, face_limits, *rows)


def list_queries(which: NotedListing) -> tuple[Select[Any], Select[Any]]:
    """A page of tasks, and how many there are."""
    conditions = list(_conditions(which))
    page = _noted(which.face).where(*conditions).order_by(tasks.c.id).offset(which.offset).limit(which.limit)
    counted = select(func.count(tasks.c.id)).select_from(_joined(which.face)).where(*conditions)
    return page, counted


def _conditions(which: NotedListing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if which.owner_id is not None:
        found.append(tasks.c.owner_id == which.owner_id)
    if which.tenant_id is not None:
        found.append(tasks.c.tenant_id == which.tenant_id)
    if which.active is not None:
        found.append(tasks.c.next_due.is_not(None) if which.active else tasks.c.next_due.is_(None))
    words = which.words
    unnoted = [_called(each) for each in which.elsewhere if words is None or each.word in words]
    noted = task_notes.c.word.is_not(None) if words is None else task_notes.c.word.in_(sorted(words))
    found.append(or_(noted, and_(task_notes.c.word.is_(None), or_(*unnoted))) if unnoted else noted)
    if which.subject is not None:
        theirs, ours = which.subject
        about = type_coerce(tasks.c.parameters, JSON)["item"].as_string() == ours
        found.append(or_(task_notes.c.subject == theirs, and_(task_notes.c.word.is_(None), about)))
    return found


def _called(each: Elsewhere) -> ColumnElement[bool]:
    if not each.by_parameter:
        return tasks.c.kind == each.kind
    return and_(tasks.c.kind == each.kind, type_coerce(tasks.c.parameters, JSON)["type"].as_string() == each.word)


def _joined(face: str) -> Any:
    return tasks.outerjoin(task_notes, and_(task_notes.c.task_id == tasks.c.id, task_notes.c.face == face))


def _noted(face: str) -> Select[Any]:
    chosen = select(
        tasks,
        users.c.name.label("owner"),
        task_notes.c.word.label("note_word"),
        task_notes.c.subject.label("note_subject"),
        task_notes.c.said.label("note_said"),
    )
    return chosen.select_from(_joined(face).join(users, users.c.id == tasks.c.owner_id))


def _to_noted(row: Row[Any], face: str) -> NotedTask:
    note = None if row.note_word is None else TaskNote(face, row.note_word, row.note_subject, row.note_said)
    return NotedTask(to_task(row), row.owner, note)


def _row(task_id: str, note: TaskNote, now: datetime) -> dict[str, Any]:
    words = {"word": note.word, "subject": note.subject, "said": dict(note.said), "noted_at": now}
    return {"task_id": task_id, "face": note.face, **words}


def _take_turn(connection: Connection, tenant_id: str) -> None:
    # Who comes second waits here, and then sees what the first one made. Rows that refer to the team are not held up
    # by it: that is what NO KEY means. SQLite has one writer at a time anyway.
    connection.execute(select(tenants.c.id).where(tenants.c.id == tenant_id).with_for_update(key_share=True))


def _check_quotas(connection: Connection, task: Task, note: TaskNote, quotas: Sequence[Quota]) -> None:
    """Raises `Conflict`."""
    if task.schedule is None or task.schedule.next_due is None:
        return  # it is not active
    for quota in quotas:
        counting = (
            select(func.count())
            .select_from(task_notes)
            .join(tasks, tasks.c.id == task_notes.c.task_id)
            .where(task_notes.c.face == note.face, task_notes.c.word == quota.word, tasks.c.id != task.id)
            .where(tasks.c.next_due.is_not(None), tasks.c.tenant_id == task.tenant_id)
        )
        if not quota.of_team:
            counting = counting.where(tasks.c.owner_id == task.owner_id)
        if (connection.scalar(counting) or 0) >= quota.most:
            whose = "the team" if quota.of_team else "one user"
            told = f"{quota.name} is reached: {whose} may have {quota.most} active tasks of type {quota.word}"
            raise Conflict(f"{told}; stop or delete one of them first.")


def _forget_request(task_id: str) -> Any:
    return update(task_notes).where(task_notes.c.task_id == task_id).values(request=None)


_MADE = select(task_notes.c.task_id, task_notes.c.noted_at).where(
    task_notes.c.request == bindparam("this_request", type_=Bytes)
)
