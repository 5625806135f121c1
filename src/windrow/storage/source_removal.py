"""Removing a source: marked first, so that it is gone for everybody, then taken away in small transactions."""

import time
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, literal_column, select, update

from windrow.errors import Conflict, NotFound
from windrow.storage.attendants import all_tasks_of
from windrow.storage.database import Database
from windrow.storage.moves import ACTIVE_WORDS, among
from windrow.storage.removals import remove_runs
from windrow.storage.resources import BATCH, let_others_write, remove
from windrow.storage.source_rows import TELLING
from windrow.storage.tables import pages, resources, runs, sources, targets, tasks
from windrow.storage.targets import forget_deliveries

RUN_BATCH = 50

IS_MARKED: ColumnElement[bool] = literal_column("sources.deleting")
"""In the words of its partial index; what SQLAlchemy makes of the column alone is a comparison, on SQLite."""


def mark_removed(connection: Connection, source_id: int, *, tenant_id: str | None, now: datetime) -> None:
    """Takes a source away from everybody: its name is free, its schedule off. Raises `NotFound`, `Conflict`."""
    query = select(sources.c.task_id).where(sources.c.id == source_id, ~sources.c.deleting)
    task_id = connection.scalar(query if tenant_id is None else query.where(sources.c.tenant_id == tenant_id))
    if task_id is None:
        raise NotFound("source", source_id)
    # A run that is just being added refers to its task's row, which this holds: it is seen here, or finds no source.
    own = select(tasks.c.id).where(all_tasks_of(source_id)).order_by(tasks.c.id)
    task_ids = connection.scalars(own.with_for_update()).all()
    active = connection.scalar(
        select(runs.c.id)
        .where(runs.c.task_id.in_(task_ids), runs.c.state.in_(ACTIVE_WORDS), runs.c.kind.not_in(TELLING))
        .limit(1)
    )
    if active is not None:
        raise Conflict(f"Run {active} is at work on source {source_id}: cancel it, or wait for its end.")
    connection.execute(
        update(tasks)
        .where(tasks.c.id.in_(task_ids))
        .values(schedule=None, next_due=None, schedule_version=tasks.c.schedule_version + 1)
    )
    # Names that people give hold no control characters.
    connection.execute(
        update(sources)
        .where(sources.c.id == source_id)
        .values(deleting=True, name=f"\x7f{source_id}", credential=None, changed_at=now)
    )


def remove_marked(database: Database, source_id: int) -> Iterator[list[str]]:
    """Takes a marked source away piece by piece, and tells which blobs each piece leaves without an owner.

    Whoever stops in between leaves the rest for a later call; the next one goes on where this one was.
    """
    for piece in (_remove_resources, _remove_runs, _remove_pages, _remove_targets):
        while True:
            begun = time.monotonic()
            blobs = piece(database, source_id)
            if blobs is None:
                break
            yield blobs
            let_others_write(database, time.monotonic() - begun)
    with database.write() as connection:
        task_ids = connection.scalars(select(tasks.c.id).where(all_tasks_of(source_id))).all()
        connection.execute(delete(sources).where(sources.c.id == source_id))
        connection.execute(delete(tasks).where(tasks.c.id.in_(task_ids)))
    yield []


def find_marked(connection: Connection, before: datetime) -> list[int]:
    """Sources that were marked before that moment and are still there: whoever removed them was stopped."""
    return list(connection.scalars(select(sources.c.id).where(IS_MARKED, sources.c.changed_at < before)))


def _remove_resources(database: Database, source_id: int) -> list[str] | None:
    with database.write() as connection:
        first = select(resources.c.id).where(resources.c.source_id == source_id).order_by(resources.c.id)
        ids = list(connection.scalars(first.limit(BATCH)))
        blobs = remove(database, connection, ids) if ids else []
    return blobs if ids else None


def _remove_runs(database: Database, source_id: int) -> list[str] | None:
    task_ids = select(tasks.c.id).where(all_tasks_of(source_id))
    with database.read() as connection:
        some = select(runs.c.id).where(runs.c.task_id.in_(task_ids)).order_by(runs.c.id).limit(RUN_BATCH)
        ids = list(connection.scalars(some))
    return remove_runs(database, ids) if ids else None


def _remove_pages(database: Database, source_id: int) -> list[str] | None:
    some = select(pages.c.digest).where(pages.c.source_id == source_id).limit(BATCH)
    with database.write() as connection:
        gone = connection.execute(
            delete(pages).where(pages.c.source_id == source_id, among(connection, pages.c.digest, some))
        ).rowcount
    return [] if gone else None


def _remove_targets(database: Database, source_id: int) -> list[str] | None:
    """One of them: what stands there stays there."""
    with database.read() as connection:
        target_id = connection.scalar(select(targets.c.id).where(targets.c.source_id == source_id).limit(1))
    if target_id is None:
        return None
    forget_deliveries(database, target_id)
    with database.write() as connection:
        connection.execute(delete(targets).where(targets.c.id == target_id))
    return []
