"""Copying in: many rows into one table of PostgreSQL by COPY. A statement for each row, even pipelined, costs twice."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, DateTime, Float, Integer, LargeBinary, String, Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from windrow.storage.tables import metadata
from windrow.storage.types import UtcTime

PLAIN_INSERT = re.compile(r"\s*INSERT INTO (\w+)\s*(\([\w,\s]+\))\s*VALUES\s*\([?\w:,\s]*\)\s*", re.IGNORECASE)
"""An INSERT of one row that COPY can do as well."""

_TYPES: Sequence[tuple[type[TypeEngine[Any]], str]] = (
    (UtcTime, "timestamptz"),
    (DateTime, "timestamptz"),
    (LargeBinary, "bytea"),
    (Boolean, "bool"),
    (Float, "float8"),
    (BigInteger, "int8"),
    (Integer, "int4"),
    (Text, "text"),
    (String, "varchar"),
)


def copy_in(connection: Connection, insert: re.Match[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Does what the matched INSERT would do for each row; returns how many there were."""
    table, columns = insert.groups()
    types = binary_types(table, columns)
    driver = connection.dialect.loaded_dbapi
    raw: Any = connection.connection.driver_connection
    try:
        with raw.cursor() as cursor:
            with cursor.copy(f"COPY {table} {columns} FROM STDIN{' (FORMAT BINARY)' if types else ''}") as copy:
                if types:
                    copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
            return int(cursor.rowcount)
    except driver.Error as error:
        raise DBAPIError.instance("COPY", None, error, driver.Error) from error


@lru_cache(maxsize=100)
def binary_types(table: str, columns: str) -> Sequence[str]:
    """The types of the columns where rows go in binary form: where one holds bytes, of which text makes twice as many.

    Empty for all other tables, and where a type is none of the plain ones.
    """
    if table not in metadata.tables:
        return ()
    named = [metadata.tables[table].c[name.strip()].type for name in columns.strip("()").split(",")]
    found = [next((name for kind, name in _TYPES if type(each) is kind), "") for each in named]
    return found if "bytea" in found and all(found) else ()
