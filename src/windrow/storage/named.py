"""Named: the resources of a source that have one of many identifiers, found by as many looks into one index."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from windrow.storage.batches import batches
from windrow.storage.database import Database

# All of them in one row: at each row the driver lets go of the interpreter, and a few threads that each do so a hundred
# times wait for one another more than for the rows. JSON knows no bytes.
_SQLITE = """SELECT json_group_array(json_array({columns}))
    FROM resources WHERE source_id = ? AND identifier IN ({marks})
"""

# With a plain IN, PostgreSQL may take all rows of the source and compare each with the whole list: what it believes of
# a table that a harvest is just filling is long out of date, and a page would cost more the larger the source is.
# Behind the LIMIT there is one row to be found for one name, which only the unique index does well.
_POSTGRESQL = """SELECT {columns} FROM unnest(?::text[]) AS wanted (name) CROSS JOIN LATERAL (
    SELECT * FROM resources WHERE source_id = ? AND identifier = wanted.name LIMIT 1) AS found
"""

_BYTES = frozenset({"fingerprint"})


def rows_named(
    database: Database, connection: Connection, columns: Sequence[str], source_id: int, identifiers: Sequence[str]
) -> Iterator[Any]:
    """Those columns of each such resource, in no order; bytes as `bytes_of` takes them."""
    for some in batches(identifiers):
        if database.is_sqlite:
            told = ", ".join(f"hex({each})" if each in _BYTES else each for each in columns)
            sql = _SQLITE.format(columns=told, marks=",".join("?" * len(some)))
            yield from orjson.loads(database.run(connection, sql, (source_id, *some)).scalar_one())
        else:
            yield from database.run(connection, _POSTGRESQL.format(columns=", ".join(columns)), (some, source_id))


def bytes_of(value: str | bytes) -> bytes:
    """The bytes in such a row."""
    return bytes.fromhex(value) if isinstance(value, str) else bytes(value)
