"""Workers: who is alive, what each of them does, and what waits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from windrow.errors import NotFound
from windrow.model.runs import RunState
from windrow.model.workers import Carried, Inspection, Room, Worker, WorkerRole
from windrow.storage.database import Database
from windrow.storage.moves import CLAIMABLE, TURN
from windrow.storage.run_rows import AnyRow
from windrow.storage.sweeping import expired_parts, repeat, sweep_runs
from windrow.storage.tables import key_holds, parts, runs, workers


class SqlWorkers:
    """Who is alive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, worker: Worker) -> Worker:
        """Says that a worker lives. Once it was asked to drain or stop, it stays so."""
        dialect: Any = sqlite if self._database.is_sqlite else postgresql
        new = dialect.insert(workers).values({**asdict(worker), "queues": list(worker.queues)})
        change = {name: new.excluded[name] for name in ("queues", "slots", "memory", "seen_at")}
        for asked in ("draining", "stopping"):
            change[asked] = workers.c[asked] | new.excluded[asked]
        with self._database.write() as connection:
            row = connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=change).returning(workers))
            return _to_worker(row.one())

    def leave(self, worker_id: str, *, now: datetime) -> None:
        """Takes a worker out and frees at once whatever it still held, as if the leases had expired."""
        with self._database.write() as connection:
            connection.execute(delete(workers).where(workers.c.id == worker_id))
        held_runs = (runs.c.worker_id == worker_id) & runs.c.lease_until.is_not(None)
        held_parts = (parts.c.worker_id == worker_id) & parts.c.lease_until.is_not(None)
        chores = [lambda connection: sweep_runs(connection, held_runs, now), *expired_parts(held_parts, now)]
        for chore in chores:
            for _ in repeat(self._database, chore):
                pass

    def all(self) -> Sequence[Worker]:
        """All that are known, by role and start."""
        order = (workers.c.role, workers.c.started_at, workers.c.id)
        with self._database.read() as connection:
            return [_to_worker(row) for row in connection.execute(select(workers).order_by(*order))]

    def drain(self, worker_id: str) -> None:
        """Asks a worker to finish what it has and go."""
        self._ask(worker_id, draining=True)

    def stop(self, worker_id: str) -> None:
        """Asks a worker to give what it has to others and go."""
        self._ask(worker_id, draining=True, stopping=True)

    def _ask(self, worker_id: str, **values: bool) -> None:
        asked = update(workers).where(workers.c.id == worker_id).values(**values)
        with self._database.write(wake=True) as connection:
            if connection.execute(asked).rowcount != 1:
                raise NotFound("worker", worker_id)

    def forget_silent(self, before: datetime) -> list[str]:
        """Takes out workers not heard of since."""
        silent = workers.c.seen_at < before
        with self._database.read() as connection:
            if connection.scalar(select(workers.c.id).where(silent).limit(1)) is None:
                return []
        with self._database.write() as connection:
            return sorted(connection.scalars(delete(workers).where(silent).returning(workers.c.id)))

    def room(self) -> Sequence[Room]:
        """How much each worker could still carry, but for those that drain."""
        held_runs = _count(runs.c.worker_id == workers.c.id, runs.c.lease_until.is_not(None))
        held_parts = _count(parts.c.worker_id == workers.c.id, parts.c.lease_until.is_not(None))
        query = select(workers.c.id, workers.c.queues, workers.c.slots, (held_runs + held_parts).label("held"))
        working = (workers.c.role == WorkerRole.WORKER.value, workers.c.draining.is_(False))
        with self._database.read() as connection:
            rows = connection.execute(query.where(*working)).all()
        return [Room(tuple(row.queues), row.slots, max(0, row.slots - row.held), row.id) for row in rows]

    def inspect(self, tenant_id: str | None, *, owner_id: str | None = None, limit: int = 100) -> Inspection:
        """What each worker does and what waits, of a tenant, of one owner or of all; at most `limit` runs of each of
        the three."""
        with self._database.read() as connection:
            living = connection.scalars(select(workers.c.id).where(workers.c.role == WorkerRole.WORKER.value)).all()
            held = [row for query in _held() for row in connection.execute(query)]
            queued = _waiting(connection, RunState.QUEUED, tenant_id, owner_id, limit)
            scheduled = _waiting(connection, RunState.SCHEDULED, tenant_id, owner_id, limit)
        # As many as all workers have slots: few enough to look through.
        own = [row for row in held if tenant_id in (None, row.tenant_id) and owner_id in (None, row.owner_id)]
        active: dict[str, list[Carried]] = {worker_id: [] for worker_id in living}
        return Inspection(active | _by_worker(own[:limit]), {"": queued}, {"": scheduled})

    def line(self, queues: Sequence[str], *, limit: int) -> Mapping[str, Sequence[str]]:
        """Whose turn is next in each queue; those that are set aside for a key stand in no line."""
        with self._database.read() as connection:
            return {
                queue: list(connection.scalars(LINE.limit(limit), {"this_queue": queue}))
                for queue in dict.fromkeys(queues)
            }

    def holders(self, keys: Sequence[str], *, limit: int) -> Mapping[str, Sequence[str]]:
        """Who holds each concurrency key."""
        found: dict[str, list[str]] = {key: [] for key in keys}
        query = select(key_holds).where(key_holds.c.key.in_(sorted(found))).order_by(key_holds.c.key).limit(limit)
        with self._database.read() as connection:
            for row in connection.execute(query):
                found[row.key].append(row.run_id)
        return found


LINE = select(runs.c.id).where(runs.c.queue == bindparam("this_queue"), CLAIMABLE).order_by(*TURN)
"""Whose turn is next in one queue."""


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).where(*conditions).correlate(workers).scalar_subquery()


def _to_worker(row: AnyRow) -> Worker:
    values = dict(row._mapping)
    return Worker(**{**values, "role": WorkerRole(row.role), "queues": tuple(row.queues)})


def _carried(worker_id: ColumnElement[str], since: ColumnElement[Any]) -> Select[Any]:
    columns = (runs.c.id, runs.c.tenant_id, runs.c.owner_id, runs.c.name, runs.c.kind, runs.c.queue, runs.c.priority)
    return select(worker_id.label("worker_id"), *columns, since.label("since"))


def _held() -> tuple[Select[Any], Select[Any]]:
    since = func.coalesce(runs.c.started_at, runs.c.ready_at, type_=runs.c.ready_at.type)
    own = _carried(runs.c.worker_id, since).where(runs.c.lease_until.is_not(None)).order_by(runs.c.lease_until)
    by_part = _carried(parts.c.worker_id, since).join(parts, parts.c.run_id == runs.c.id)
    return own, by_part.where(parts.c.lease_until.is_not(None)).distinct()


def _waiting(
    connection: Connection, state: RunState, tenant_id: str | None, owner_id: str | None, limit: int
) -> list[Carried]:
    query = _carried(runs.c.worker_id, runs.c.ready_at).where(runs.c.state == state.value).order_by(runs.c.id)
    if tenant_id is not None:
        query = query.where(runs.c.tenant_id == tenant_id)
    if owner_id is not None:
        query = query.where(runs.c.owner_id == owner_id)
    return [_to_carried(row) for row in connection.execute(query.limit(limit))]


def _by_worker(rows: Iterable[AnyRow]) -> dict[str, list[Carried]]:
    found: dict[str, list[Carried]] = {}
    for row in rows:
        found.setdefault(row.worker_id, []).append(_to_carried(row))
    return found


def _to_carried(row: AnyRow) -> Carried:
    return Carried(row.id, row.name, row.kind, row.queue, row.priority, row.since)
