"""Rows go into PostgreSQL in binary form where that saves something, and come out as they went in."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.storage.making import NOW, add_basics
from tests.storage.shelves import PUBLIC, add_source
from windrow.storage.copying_in import binary_types
from windrow.storage.database import WORTH_COPYING, Database

_INSERT = """
INSERT INTO resources (id, source_id, identifier, fingerprint, presence, outcome, wanted, remote_modified, first_seen,
                       last_changed)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def test_rows_with_bytes_are_sent_as_they_are() -> None:
    assert binary_types("documents", "(id, media_type, content)") == ["int8", "varchar", "bytea"]
    assert binary_types("log", "(id)") == ()
    assert binary_types("record_words", "(id, words, terms)") == (), "no table of ours, but of the search"
    assert binary_types("records", "(id, title, body)") == ()


def test_what_was_copied_is_what_is_read(database: Database) -> None:
    add_basics(database)
    add_source(database, PUBLIC)
    now = database.moment(NOW)
    odd = (bytes(range(256)), "présent\\N\t", None)
    rows = [
        (number, PUBLIC, f"r{number}\n", odd[0], "present", odd[1], number % 2 == 0, odd[2], now, now)
        for number in range(1, WORTH_COPYING + 2)
    ]

    with database.write() as connection:
        assert database.write_many(connection, _INSERT, rows) == len(rows)

    with database.read() as connection:
        read = connection.execute(
            text(
                "SELECT id, source_id, identifier, fingerprint, presence, outcome, wanted, remote_modified "
                "FROM resources ORDER BY id"
            )
        ).all()
    assert [tuple(row) for row in read] == [row[:8] for row in rows]


def test_rows_that_clash_are_told_as_such_and_none_is_written(database: Database) -> None:
    add_basics(database)
    add_source(database, PUBLIC)
    now = database.moment(NOW)
    rows = [
        (number, PUBLIC, "the same name", b"", "present", "added", True, None, now, now)
        for number in range(1, WORTH_COPYING + 2)
    ]

    with pytest.raises(IntegrityError), database.write() as connection:
        database.write_many(connection, _INSERT, rows)

    with database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM resources")) == 0
