"""Rebuilding the search structures from the records, after a change of what they hold or after damage."""

from sqlalchemy import Connection, select

from windrow.storage.database import Database
from windrow.storage.records import add_entries, read_records
from windrow.storage.search_schema import create_search, drop_search
from windrow.storage.tables import records

BATCH = 1000


def rebuild_search(database: Database, connection: Connection) -> int:
    """Makes the search structures anew; returns how many records were put in. Memory does not grow with them."""
    drop_search(connection)
    create_search(connection)
    done, last = 0, -1
    while ids := _ids_after(connection, last):
        add_entries(database, connection, read_records(connection, ids))
        done, last = done + len(ids), ids[-1]
    return done


def _ids_after(connection: Connection, last: int) -> list[int]:
    query = select(records.c.id).where(records.c.id > last).order_by(records.c.id).limit(BATCH)
    return list(connection.scalars(query))
