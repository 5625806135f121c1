"""Shelves: sources with records on them, for tests of the catalogue."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from tests.storage.making import NOW, OWNER, TENANT, add_task
from windrow.model.identity import new_id
from windrow.model.records import Record
from windrow.storage.database import Database
from windrow.storage.records import insert_records, write_documents
from windrow.storage.tables import records, resources, sources

PUBLIC, PRIVATE, FOREIGN = 1, 2, 3
"""A public source and a private one of the first team, and a private one of the other team."""


def at(year: int, month: int = 1, day: int = 1) -> datetime:
    """A midnight in UTC."""
    return datetime(year, month, day, tzinfo=UTC)


def add_source(database: Database, number: int, *, tenant_id: str = TENANT, public: bool = False) -> None:
    """A source with this number."""
    with database.write() as connection:
        task_id = new_id()
        add_task(connection, task_id, tenant_id=tenant_id)
        connection.execute(
            insert(sources).values(
                id=number,
                tenant_id=tenant_id,
                owner_id=OWNER,
                task_id=task_id,
                name=f"source {number}",
                kind="csw",
                url="https://example.org/csw",
                settings={},
                policies={},
                visibility="public" if public else "private",
                created_at=NOW,
                changed_at=NOW,
                cursor={},
            )
        )


def put(database: Database, *found: Record, source: int = PUBLIC, documents: Sequence[bytes] = ()) -> list[int]:
    """Puts new records on the shelf of a source; returns their ids."""
    with database.write() as connection:
        first = (connection.scalar(select(resources.c.id).order_by(resources.c.id.desc()).limit(1)) or 0) + 1
        ids = list(range(first, first + len(found)))
        for number in ids:
            connection.execute(
                insert(resources).values(
                    id=number,
                    source_id=source,
                    identifier=f"resource {number}",
                    fingerprint=b"0123456789abcdef",
                    presence="present",
                    outcome="added",
                    wanted=True,
                    first_seen=NOW,
                    last_changed=NOW,
                )
            )
        insert_records(database, connection, [(number, source, each) for number, each in zip(ids, found, strict=True)])
        rows = [(number, "application/xml", raw) for number, raw in zip(ids, documents, strict=False)]
        write_documents(database, connection, rows)
    return ids


def hide(database: Database, *ids: int) -> None:
    """Hides records, as those of gone and unwanted resources are."""
    with database.write() as connection:
        connection.execute(update(records).where(records.c.id.in_(ids)).values(hidden=True))
