"""The emulator's Celery tasks. The worker is started as `celery -A benchmarks.chord.tasks worker`."""

import os
from functools import cache
from typing import Any

import psycopg
import urllib3
from celery import Celery, chord
from lxml import etree

from benchmarks.chord import tables

GMD = "{http://www.isotc211.org/2005/gmd}"

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
def refresh_batch(session: int, numbers: list[int]) -> None:
    """Ten rows of the list of remote records."""
    for number in numbers:
        tables.refresh_one(_connection(), str(number))
    tables.note_refreshed(_connection(), session, len(numbers))


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def harvest_record(resource: int, session: int) -> dict[str, Any]:
    """Exactly one remote record."""
    address, identifier = tables.look_up(_connection(), resource, session)
    root = etree.fromstring(_pool().request("GET", f"{address}/{identifier}").data)
    uuid, title, abstract = (
        root.findtext(f".//{GMD}{name}/*") or "" for name in ("fileIdentifier", "title", "abstract")
    )
    tables.keep(_connection(), uuid, title, abstract)
    tables.note_harvested(_connection(), resource, session)
    return {"resource_id": resource, "status": "success", "details": ""}


@app.task  # type: ignore[untyped-decorator]  # Celery has no types
def finish(session: int) -> None:
    """The chord's body: runs when every member has returned."""
    tables.finish(_connection(), session)


def start_refresh(session: int, size: int) -> None:
    """Sends a chord of tasks of ten rows each."""
    expires = size * 20 + 600
    batches = [list(range(first, min(first + 10, size))) for first in range(0, size, 10)]
    header = [refresh_batch.s(session, batch).set(expires=expires) for batch in batches]
    chord(header)(finish.si(session).set(expires=expires))


def start_harvest(session: int, resources: list[int]) -> None:
    """Sends a chord of one task per record."""
    expires = len(resources) * 20 + 600
    header = [harvest_record.s(resource, session).set(expires=expires) for resource in resources]
    chord(header)(finish.si(session).set(expires=expires))
