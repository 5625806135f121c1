"""Upserts: insert, or replace what is there, in the words of either database."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_replace(connection: Connection, table: Table, *rows: Mapping[str, Any]) -> None:
    """Inserts rows; where the primary key is taken, all other given columns are overwritten."""
    connection.execute(_replacement(connection.dialect.name, table, tuple(rows[0])), list(rows))


@lru_cache(maxsize=100)
def _replacement(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    # To make the statement takes longer than to run it.
    statement = _insert(dialect, table)
    key = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


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
        connection.execute(missing(connection.dialect.name, table, tuple(conflict), where), list(rows))


@lru_cache(maxsize=100)
def missing(dialect: str, table: Table, conflict: tuple[str, ...], where: ColumnElement[bool] | None = None) -> Any:
    """The statement of `insert_missing`."""
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=conflict, index_where=where)


def _insert(dialect: str, table: Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
