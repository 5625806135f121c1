"""Writing search entries on SQLite: FTS5 for words and terms, an R*Tree for places and times."""

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from windrow.storage.database import Database
from windrow.storage.search_entries import Entry, Extents

_ADD_WORDS = "INSERT INTO record_words (rowid, title, abstract, keywords, others, terms) VALUES (?, ?, ?, ?, ?, ?)"
_DROP_WORDS = (
    "INSERT INTO record_words (record_words, rowid, title, abstract, keywords, others, terms) "
    "VALUES ('delete', ?, ?, ?, ?, ?, ?)"
)
_ADD_BOX = "INSERT INTO record_boxes (id, west, east, south, north, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)"
_DROP_BOX = "DELETE FROM record_boxes WHERE id = ?"

Entries: TypeAlias = Sequence[tuple[int, Entry]]
"""Record id, and what the record is found by."""


def add_entries(database: Database, connection: Connection, entries: Entries) -> None:
    """Makes records findable that have no entries yet."""
    _add_words(database, connection, [(number, words) for number, (words, _) in entries])
    _add_boxes(database, connection, [(number, extents) for number, (_, extents) in entries])


def drop_entries(database: Database, connection: Connection, entries: Entries) -> None:
    """Takes the entries away that records were given."""
    _drop_words(database, connection, [(number, words) for number, (words, _) in entries])
    _drop_boxes(database, connection, [number for number, _ in entries])


def change_entries(database: Database, connection: Connection, old: Entries, new: Entries) -> None:
    """Replaces entries, both in the same order; what stays the same is left alone."""
    pairs = [(number, was, now) for (number, was), (_, now) in zip(old, new, strict=True)]
    words = [(number, was[0], now[0]) for number, was, now in pairs if was[0] != now[0]]
    boxes = [(number, now[1]) for number, was, now in pairs if was[1] != now[1]]
    _drop_words(database, connection, [(number, was) for number, was, _ in words])
    _add_words(database, connection, [(number, now) for number, _, now in words])
    _drop_boxes(database, connection, [number for number, _ in boxes])
    _add_boxes(database, connection, boxes)


def _add_words(database: Database, connection: Connection, rows: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    database.write_many(connection, _ADD_WORDS, [(number, *words) for number, words in rows])


def _drop_words(database: Database, connection: Connection, rows: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    database.write_many(connection, _DROP_WORDS, [(number, *words) for number, words in rows])


def _add_boxes(database: Database, connection: Connection, rows: Sequence[tuple[int, Extents]]) -> None:
    boxes = [(number * 2 + half, *extent) for number, extents in rows for half, extent in enumerate(extents)]
    database.write_many(connection, _ADD_BOX, boxes)


def _drop_boxes(database: Database, connection: Connection, ids: Sequence[int]) -> None:
    database.write_many(connection, _DROP_BOX, [(number * 2 + half,) for number in ids for half in (0, 1)])
