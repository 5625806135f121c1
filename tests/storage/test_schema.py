"""The schema: by migrations or at once, it is the same; and several processes may ask for it together."""

import multiprocessing
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from samples.servers.postgres import Postgres
from windrow.errors import StoreUnavailable
from windrow.storage import schema
from windrow.storage.database import Database

SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master"

POSTGRESQL = """
SELECT 'column', table_name, column_name,
       concat_ws(' ', udt_name, character_maximum_length, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two empty databases of the same sort."""
    if request.param == "sqlite":
        urls = [f"sqlite:///{tmp_path / name}" for name in ("one.db", "two.db")]
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        urls = [server.new_database(), server.new_database()]
    one, two = (Database(url) for url in urls)
    yield one, two
    one.close()
    two.close()


def describe(database: Database) -> set[tuple[str, ...]]:
    """Everything that the database knows of its schema; the order of columns and clauses does not matter."""
    with database.read() as connection:
        rows = connection.execute(text(SQLITE if database.is_sqlite else POSTGRESQL)).all()
    return {tuple(_normal(str(value)) for value in row) for row in rows}


def _normal(words: str) -> str:
    return " ".join(sorted(re.findall(r"[^\s(),]+", words)))


def test_migrations_lead_to_the_tables_as_they_are_described(two: tuple[Database, Database]) -> None:
    at_once, by_steps = two

    schema.create(at_once)
    schema.upgrade(by_steps)

    assert describe(by_steps) == describe(at_once)


def test_a_second_upgrade_finds_nothing_to_do(url: str) -> None:
    database = Database(url)
    assert not schema.is_current(database)

    schema.upgrade(database)
    before = describe(database)
    schema.upgrade(database)

    assert schema.is_current(database)
    assert describe(database) == before
    database.close()


def test_processes_that_start_together_upgrade_once(url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        seen = pool.map(upgrade_and_look, [url] * 8, chunksize=1)

    assert seen == [True] * 8


def upgrade_and_look(url: str) -> bool:
    database = Database(url)
    schema.upgrade(database)
    try:
        return schema.is_current(database)
    finally:
        database.close()


def test_a_failed_upgrade_leaves_nothing_behind(database: Database) -> None:
    # A database whose tables are there, but not its note of them: the first CREATE TABLE fails.
    with database.write() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    before = describe(database)

    with pytest.raises((ProgrammingError, StoreUnavailable)):
        schema.upgrade(database)

    assert describe(database) == before
