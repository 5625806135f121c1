"""Writing search entries on PostgreSQL: a tsvector and terms for words, a box and a range for places and times."""

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from windrow.storage.database import Database
from windrow.storage.search_vectors import Entry

_ADD_WORDS = "INSERT INTO record_words (id, words, terms) VALUES (?, ?::tsvector, ?::_text)"
_ADD_BOX = "INSERT INTO record_boxes (id, half, box, period) VALUES (?, ?, ?::box, ?::tstzrange)"

Entries: TypeAlias = Sequence[tuple[int, Entry]]
"""Record id, and what the record is found by."""


def add_entries(database: Database, connection: Connection, entries: Entries) -> None:
    """Makes records findable that have no entries yet."""
    database.write_many(connection, _ADD_WORDS, [(number, vector, terms) for number, (vector, terms, _) in entries])
    boxes = [(number, half, *box) for number, (_, _, found) in entries for half, box in enumerate(found)]
    database.write_many(connection, _ADD_BOX, boxes)


def drop_entries(database: Database, connection: Connection, entries: Entries) -> None:
    """Takes the entries of records away."""
    ids = [number for number, _ in entries]
    database.run(connection, "DELETE FROM record_words WHERE id = ANY(?)", (ids,))
    database.run(connection, "DELETE FROM record_boxes WHERE id = ANY(?)", (ids,))


def change_entries(database: Database, connection: Connection, old: Entries, new: Entries) -> None:
    """Replaces entries, both in the same order; what stays the same is left alone."""
    pairs = [(was, now) for was, now in zip(old, new, strict=True) if was != now]
    drop_entries(database, connection, [was for was, _ in pairs])
    add_entries(database, connection, [now for _, now in pairs])
