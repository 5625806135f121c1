"""Named: the resources of a source that have one of many identifiers, found by as many looks into one index."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from windrow.storage.batches import batches
from windrow.storage.database import Database

_SQLITE = "SELECT {columns} FROM resources WHERE source_id = ? AND identifier IN ({marks})"

# With a plain IN, PostgreSQL may take all rows of the source and compare each with the whole list: what it believes of
# a table that a harvest is just filling is long out of date, and a page would cost more the larger the source is.
# Behind the LIMIT there is one row to be found for one name, which only the unique index does well.
_POSTGRESQL = """SELECT {columns} FROM unnest(?::text[]) AS wanted (name) CROSS JOIN LATERAL (
    SELECT * FROM resources WHERE source_id = ? AND identifier = wanted.name LIMIT 1) AS found
"""


def rows_named(
    database: Database, connection: Connection, columns: str, source_id: int, identifiers: Sequence[str]
) -> Iterator[Any]:
    """Those columns of each such resource, in no order."""
    for some in batches(identifiers):
        if database.is_sqlite:
            sql = _SQLITE.format(columns=columns, marks=",".join("?" * len(some)))
            yield from database.run(connection, sql, (source_id, *some))
        else:
            yield from database.run(connection, _POSTGRESQL.format(columns=columns), (some, source_id))
