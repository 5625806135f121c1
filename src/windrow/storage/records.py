"""Records and their raw documents: the bulk writing that every harvest goes through, and reading them back.

All functions here work on many rows at once, and inside the caller's transaction.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any, TypeAlias

from sqlalchemy import Connection, delete, select

from windrow.model.records import Record
from windrow.storage import search_postgresql, search_sqlite
from windrow.storage.batches import batches
from windrow.storage.database import Database
from windrow.storage.encoding import Encoded, compress, encode_record, expand
from windrow.storage.record_rows import decode
from windrow.storage.tables import records

Rows: TypeAlias = Sequence[tuple[int, int, Record]]
"""Record id, source id, record."""

EncodedRows: TypeAlias = Sequence[tuple[int, int, Encoded]]
"""The same, encoded."""

_INSERT = """
INSERT INTO records (id, source_id, identifier, type, title, collection, standard, modified, time_start, time_end,
                     west, south, east, north, body, title_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_UPSERT = f"""{_INSERT}
ON CONFLICT (id) DO UPDATE SET
    source_id = excluded.source_id, identifier = excluded.identifier, type = excluded.type, title = excluded.title,
    collection = excluded.collection, standard = excluded.standard, modified = excluded.modified,
    time_start = excluded.time_start, time_end = excluded.time_end, west = excluded.west, south = excluded.south,
    east = excluded.east, north = excluded.north, body = excluded.body,
    title_key = excluded.title_key
"""


def insert_records(database: Database, connection: Connection, rows: Rows) -> None:
    """Writes records that are new, and makes them findable."""
    insert_encoded(database, connection, _encode(database, rows))


def replace_records(database: Database, connection: Connection, rows: Rows) -> None:
    """Writes records anew that exist, and new ones too; what was hidden stays hidden. No id may come twice."""
    replace_encoded(database, connection, _encode(database, rows))


def insert_encoded(database: Database, connection: Connection, rows: EncodedRows) -> None:
    """The same for records that were encoded ahead."""
    database.write_many(connection, _INSERT, _values(rows))
    _search(database).add_entries(database, connection, _entries(rows))


def replace_encoded(database: Database, connection: Connection, rows: EncodedRows) -> None:
    """The same for records that were encoded ahead."""
    stored = {row[0]: row for row in read_records(connection, [row[0] for row in rows])}
    database.write_many(connection, _UPSERT, _values(rows))
    known = [row for row in rows if row[0] in stored]
    old = _encode(database, [stored[row[0]] for row in known])
    _search(database).change_entries(database, connection, _entries(old), _entries(known))
    fresh = [row for row in rows if row[0] not in stored]
    _search(database).add_entries(database, connection, _entries(fresh))


def remove_records(database: Database, connection: Connection, ids: Sequence[int]) -> None:
    """Removes records and what they were found by; to be called before their resources are deleted.

    SQLite's search structures know no foreign keys: a record that only cascades away would stay in them.
    """
    for some in batches(ids):
        found = _encode(database, read_records(connection, some))
        _search(database).drop_entries(database, connection, _entries(found))
        connection.execute(delete(records).where(records.c.id.in_(some)))


def read_records(connection: Connection, ids: Sequence[int]) -> list[tuple[int, int, Record]]:
    """Stored records with their ids and sources, in no order; ids without a record are left out."""
    return [
        (row.id, row.source_id, decode(row))
        for some in batches(ids)
        for row in connection.execute(select(records).where(records.c.id.in_(some)))
    ]


def add_entries(database: Database, connection: Connection, rows: Rows) -> None:
    """Makes stored records findable that the search structures do not have."""
    _search(database).add_entries(database, connection, _entries(_encode(database, rows)))


def _search(database: Database) -> ModuleType:
    return search_sqlite if database.is_sqlite else search_postgresql


def _encode(database: Database, rows: Rows) -> EncodedRows:
    return [
        (number, source_id, encode_record(record, source_id, sqlite=database.is_sqlite))
        for number, source_id, record in rows
    ]


def _values(rows: EncodedRows) -> list[tuple[Any, ...]]:
    return [(number, source_id, *record.values) for number, source_id, record in rows]


def _entries(rows: EncodedRows) -> list[tuple[int, Any]]:
    return [(number, record.entry) for number, _, record in rows]


_INSERT_DOCUMENT = "INSERT INTO documents (id, media_type, content) VALUES (?, ?, ?)"
_WRITE_DOCUMENT = f"""{_INSERT_DOCUMENT}
ON CONFLICT (id) DO UPDATE SET media_type = excluded.media_type, content = excluded.content
"""


def write_documents(database: Database, connection: Connection, rows: Sequence[tuple[int, str, bytes]]) -> None:
    """Keeps raw documents: record id, media type, raw bytes. One that is there already is replaced."""
    write_compressed(database, connection, [(number, media_type, compress(raw)) for number, media_type, raw in rows])


def write_compressed(database: Database, connection: Connection, rows: Sequence[tuple[int, str, bytes]]) -> None:
    """The same for documents that were compressed ahead."""
    database.write_many(connection, _WRITE_DOCUMENT, rows)


def insert_compressed(database: Database, connection: Connection, rows: Sequence[tuple[int, str, bytes]]) -> None:
    """The same for documents of new records, which have none yet."""
    database.write_many(connection, _INSERT_DOCUMENT, rows)


def read_documents(database: Database, connection: Connection, ids: Sequence[int]) -> list[tuple[int, str, bytes]]:
    """Raw documents as they came, by id; ids without one are left out."""
    found: list[tuple[int, str, bytes]] = []
    for some in batches(ids):
        marks = ",".join("?" * len(some))
        sql = f"SELECT id, media_type, content FROM documents WHERE id IN ({marks})"  # noqa: S608 - marks only
        rows = database.run(connection, sql, tuple(some))
        found.extend((row.id, row.media_type, expand(row.content)) for row in rows)
    return sorted(found)
