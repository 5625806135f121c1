"""What the storage tests use: an empty database of either sort, and the store upon it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from samples.servers.postgres import Postgres
from tests.storage.making import add_basics
from tests.storage.office import Office
from windrow.storage import schema
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns

TEMPLATE = "tables"
"""The database on the server that others are copied from."""


@pytest.fixture(scope="session")
def file_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables, empty: to copy it is quicker than to make one."""
    path = tmp_path_factory.mktemp("tables") / "windrow.db"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def server_with_tables(postgres_server: Postgres) -> Postgres:
    """The server that all tests share, which copies a database with all tables from now on."""
    make_tables(postgres_server.new_database(TEMPLATE))
    return postgres_server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, without tables unless the test asks for `database` too.

    Each test that uses it runs on both sorts.
    """
    with_tables = "database" in request.fixturenames
    if request.param == "sqlite":
        if with_tables:
            shutil.copy(request.getfixturevalue("file_with_tables"), tmp_path / "windrow.db")
        yield f"sqlite:///{tmp_path / 'windrow.db'}"
        return
    if not with_tables:
        yield str(request.getfixturevalue("postgres_url"))
        return
    server = request.getfixturevalue("server_with_tables")
    url = server.new_database(template=TEMPLATE)
    yield url
    server.drop_database(url)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database with all tables, empty."""
    database = Database(url, durable=False)
    assert schema.is_current(database)
    yield database
    database.close()


def make_tables(url: str) -> None:
    database = Database(url, durable=False)
    schema.create(database)
    database.close()


@pytest.fixture
def runs(database: Database) -> SqlRuns:
    """Runs, in a database where there is a task to run."""
    add_basics(database)
    return SqlRuns(database)


@pytest.fixture
def office(database: Database) -> Office:
    """Tasks with schedules, in an empty database."""
    add_basics(database)
    return Office(database)
