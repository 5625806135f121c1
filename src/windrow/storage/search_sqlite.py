"""Writing search entries on SQLite: FTS5 for words and terms, an R*Tree for places and times."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from windrow.model.records import Record
from windrow.storage.database import Database
from windrow.storage.search_entries import Words, extents_of, words_of

_ADD_WORDS = "INSERT INTO record_words (rowid, title, abstract, keywords, others, terms) VALUES (?, ?, ?, ?, ?, ?)"
_DROP_WORDS = (
    "INSERT INTO record_words (record_words, rowid, title, abstract, keywords, others, terms) "
    "VALUES ('delete', ?, ?, ?, ?, ?, ?)"
)
_ADD_BOX = "INSERT INTO record_boxes (id, west, east, south, north, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)"
_DROP_BOX = "DELETE FROM record_boxes WHERE id = ?"

Rows: TypeAlias = Sequence[tuple[int, int, Record]]
"""Record id, source id, record."""


def add_entries(database: Database, connection: Connection, rows: Rows) -> None:
    """Makes records findable that have no entries yet."""
    _add_words(database, connection, rows)
    _add_boxes(database, connection, rows)


def drop_entries(database: Database, connection: Connection, rows: Rows) -> None:
    """Takes the entries away that these very records were given."""
    _drop_words(database, connection, rows)
    _drop_boxes(database, connection, rows)


def change_entries(database: Database, connection: Connection, old: Rows, new: Rows) -> None:
    """Replaces entries, both in the same order; what stays the same is left alone."""
    pairs = list(zip(old, new, strict=True))
    words = [(was, now) for was, now in pairs if _words(was) != _words(now)]
    boxes = [(was, now) for was, now in pairs if list(extents_of(was[2])) != list(extents_of(now[2]))]
    _drop_words(database, connection, [was for was, _ in words])
    _add_words(database, connection, [now for _, now in words])
    _drop_boxes(database, connection, [was for was, _ in boxes])
    _add_boxes(database, connection, [now for _, now in boxes])


def _add_words(database: Database, connection: Connection, rows: Rows) -> None:
    database.write_many(connection, _ADD_WORDS, [(row[0], *_words(row)) for row in rows])


def _drop_words(database: Database, connection: Connection, rows: Rows) -> None:
    database.write_many(connection, _DROP_WORDS, [(row[0], *_words(row)) for row in rows])


def _words(row: tuple[int, int, Record]) -> Words:
    return words_of(row[2], row[1])


def _add_boxes(database: Database, connection: Connection, rows: Rows) -> None:
    database.write_many(connection, _ADD_BOX, list(_boxes(rows)))


def _drop_boxes(database: Database, connection: Connection, rows: Rows) -> None:
    database.write_many(connection, _DROP_BOX, [(row[0] * 2 + half,) for row in rows for half in (0, 1)])


def _boxes(rows: Rows) -> Iterator[tuple[int | float, ...]]:
    for number, _, record in rows:
        for half, extent in enumerate(extents_of(record)):
            yield (number * 2 + half, *extent)
