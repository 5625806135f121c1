"""Resources by their identifiers: found by one index, also in a table that the database knows nothing of yet."""

from sqlalchemy import Connection, insert, update

from tests.storage.making import NOW, add_basics
from tests.storage.plans import plans_of
from tests.storage.shelves import PRIVATE, PUBLIC, add_source
from windrow.storage.database import Database
from windrow.storage.named import bytes_of, rows_named
from windrow.storage.tables import resources

MANY = 700
"""More than one statement asks for at once."""


def fill(database: Database) -> None:
    add_basics(database)
    for source in (PUBLIC, PRIVATE):
        add_source(database, source)
    seen = {"fingerprint": b"", "presence": "present", "outcome": "added", "wanted": True}
    rows = [
        {**seen, "source_id": source, "identifier": f"r{number}", "first_seen": NOW, "last_changed": NOW}
        for number in range(MANY)
        for source in (PUBLIC, PRIVATE)
    ]
    with database.write() as connection:
        connection.execute(insert(resources), rows)


def test_they_are_found_among_those_of_one_source(database: Database) -> None:
    fill(database)
    wanted = [f"r{number}" for number in range(MANY)]

    with database.read() as connection:
        found = list(rows_named(database, connection, ["identifier", "source_id"], PUBLIC, [*wanted, "unknown"]))

    assert sorted(tuple(row) for row in found) == sorted((name, PUBLIC) for name in wanted)


def test_bytes_are_told(database: Database) -> None:
    fill(database)
    digest = bytes(range(240, 256))
    with database.write() as connection:
        connection.execute(update(resources).where(resources.c.identifier == "r1").values(fingerprint=digest))

    with database.read() as connection:
        found = dict(rows_named(database, connection, ["identifier", "fingerprint"], PUBLIC, ["r1", "r2"]))

    assert {name: bytes_of(value) for name, value in found.items()} == {"r1": digest, "r2": b""}


def test_nothing_but_what_is_named_is_looked_at(database: Database) -> None:
    fill(database)

    def ask(connection: Connection) -> None:
        list(rows_named(database, connection, ["identifier", "id"], PUBLIC, [f"r{number}" for number in range(100)]))

    (plan,) = plans_of(database, ask)

    if database.is_sqlite:
        assert "(source_id=? AND identifier=?)" in plan
    else:
        assert "Index Cond: ((source_id = " in plan
        assert "(identifier = wanted.name)" in plan
        assert "Filter" not in plan
