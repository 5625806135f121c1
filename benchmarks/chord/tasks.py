"""The emulator's Celery tasks. The worker is started as `celery -A benchmarks.chord.tasks worker`."""

import os
from functools import cache
from typing import Any

import psycopg
import urllib3
from celery import Celery, chord

from benchmarks.chord import catalogue, tables
from benchmarks.chord.reading import read, read_list

BATCH = 10
"""Records of a task that refreshes the list, which the original has in its code."""

app = Celery("chord", broker=os.environ.get("CHORD_REDIS"), backend=os.environ.get("CHORD_REDIS"))
app.conf.update(
    task_acks_late=False,
    task_compression="gzip",
    task_time_limit=600,
    worker_prefetch_multiplier=4,
    broker_connection_retry_on_startup=True,
)


@cache
def _connection() -> "psycopg.Connection[tuple[object, ...]]":
    """One per worker process, kept: kinder than the original's."""
    return tables.connect()


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager()


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def answer() -> bool:
    """Says that a worker is there."""
    return True


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def refresh_batch(session: int, batch: int) -> None:
    """Ten rows of the list of remote records, which are one page of it."""
    address = tables.list_address(_connection(), session)
    page = _pool().request("GET", f"{address}?limit={BATCH}&offset={batch * BATCH}").data
    listed = read_list(page)
    for identifier, title in listed:
        tables.refresh_one(_connection(), identifier, title)
    tables.note_refreshed(_connection(), session, len(listed))


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def harvest_record(resource: int, session: int) -> dict[str, Any]:
    """Exactly one remote record."""
    address, identifier = tables.look_up(_connection(), resource, session)
    document = _pool().request("GET", f"{address}/{identifier}").data
    catalogue.keep(_connection(), read(document), document)
    tables.note_harvested(_connection(), resource, session)
    return {"resource_id": resource, "status": "success", "details": ""}


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def finish(session: int) -> None:
    """The chord's body: runs when every member has returned."""
    tables.finish(_connection(), session)


def start_refresh(session: int, size: int) -> None:
    """Sends a chord of tasks of ten rows each."""
    expires = size * 20 + 600
    header = [refresh_batch.s(session, batch).set(expires=expires) for batch in range(-(-size // BATCH))]
    chord(header)(finish.si(session).set(expires=expires))


def start_harvest(session: int, resources: list[int]) -> None:
    """Sends a chord of one task per record."""
    expires = len(resources) * 20 + 600
    header = [harvest_record.s(resource, session).set(expires=expires) for resource in resources]
    chord(header)(finish.si(session).set(expires=expires))
