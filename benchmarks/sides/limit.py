"""The limit: what nobody can do without. Parses the pages with lxml and inserts their rows into SQLite, one process.

The rows are those that a harvest left in its database, read before the clock runs, and go into a new database of the
same tables, a thousand records to a transaction.
"""

import argparse
import json
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree
from sqlalchemy import text

from benchmarks import catalogue
from windrow.storage.database import Database
from windrow.storage.record_rows import decode
from windrow.storage.schema import create
from windrow.storage.search_entries import words_of
from windrow.storage.tables import records

BATCH = 1000
BELOW = ("tenants", "users", "tasks", "sources")
"""Tables that the others refer to; theirs are a handful of rows."""


class Statement(NamedTuple):
    """One INSERT and its rows."""

    text: str
    rows: Sequence[tuple[Any, ...]]


class Harvested:
    """The database that a harvest left."""

    def __init__(self, path: Path) -> None:
        self._database = Database(f"sqlite:///{path}", durable=False)
        raw = self._database.engine.raw_connection().driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self._raw = raw

    def statements(self, first: int, last: int) -> list[Statement]:
        """Everything about the records with these ids, as rows to be inserted."""
        of = f"id BETWEEN {first} AND {last}"
        return [
            *(self._copy(table, of) for table in ("resources", "records", "documents")),
            self._words(of),
            self._copy("record_boxes", f"id BETWEEN {first * 2} AND {last * 2 + 1}"),
        ]

    def below(self) -> list[Statement]:
        """What the rows refer to."""
        return [self._copy(table, "true") for table in BELOW]

    def _copy(self, table: str, condition: str) -> Statement:
        found = self._raw.execute(f"SELECT * FROM {table} WHERE {condition}")
        names = [column[0] for column in found.description]
        return insert(table, names, found.fetchall())

    def _words(self, condition: str) -> Statement:
        with self._database.read() as connection:
            found = connection.execute(records.select().where(text(condition))).all()
        rows = [(row.id, *words_of(decode(row), row.source_id)) for row in found]
        return insert("record_words", ["rowid", "title", "abstract", "keywords", "others", "terms"], rows)


def insert(table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Statement:
    """The statement for rows with these columns."""
    marks = ", ".join("?" * len(names))
    return Statement(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)


def new_database(path: Path) -> sqlite3.Connection:
    """An empty database with Windrow's tables and a worker's settings."""
    database = Database(f"sqlite:///{path}", durable=False)
    create(database)
    raw = database.engine.raw_connection().driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def write(target: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    """Inserts in one transaction."""
    target.execute("BEGIN IMMEDIATE")
    for statement in statements:
        target.executemany(statement.text, statement.rows)
    target.execute("COMMIT")


def measure(harvested: Path, target: Path, size: int) -> dict[str, float]:
    """Seconds for parsing and for inserting so many records."""
    source, into = Harvested(harvested), new_database(target)
    write(into, source.below())
    parsing = inserting = 0.0
    for first in range(1, size + 1, BATCH):
        pages = [catalogue.page(start, catalogue.PAGE_SIZE, size) for start in range(first, first + BATCH, 100)]
        statements = source.statements(first, first + BATCH - 1)
        begun = time.perf_counter()
        for page in pages:
            etree.fromstring(page)
        parsed = time.perf_counter()
        write(into, statements)
        inserting += time.perf_counter() - parsed
        parsing += parsed - begun
    (kept,) = into.execute("SELECT count(*) FROM records").fetchone()
    return {"records": kept, "parsing": parsing, "inserting": inserting, "seconds": parsing + inserting}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sides.limit", description=__doc__)
    parser.add_argument("harvested", type=Path, help="database that a harvest left")
    parser.add_argument("target", type=Path, help="database to be made")
    parser.add_argument("size", type=int, help="records")
    given = parser.parse_args()
    print(json.dumps(measure(given.harvested, given.target, given.size)))


if __name__ == "__main__":
    main()
