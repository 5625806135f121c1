"""Upserts: insert, or replace what is there, in the words of either database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_replace(connection: Connection, table: Table, *rows: Mapping[str, Any]) -> None:
    """Inserts rows; where the primary key is taken, all other given columns are overwritten."""
    statement = _insert(connection, table)
    key = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), list(rows))


def insert_missing(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    conflict: Sequence[str],
    where: ColumnElement[bool] | None = None,
) -> None:
    """Inserts rows; those that meet the `conflict` columns of a row that is there already are left out.

    `where` is the condition of the unique index, where it holds for some rows only.
    """
    if rows:
        insert = _insert(connection, table)
        statement = insert.on_conflict_do_nothing(index_elements=list(conflict), index_where=where)
        connection.execute(statement, list(rows))


def _insert(connection: Connection, table: Table) -> Any:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
