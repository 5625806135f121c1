"""What the storage tests use: an empty database of either sort, and the store upon it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from samples.servers.postgres import Postgres
from tests.storage.making import add_basics
from tests.storage.office import Office
from tests.storage.tables import make_template, put_tables
from windrow.storage import schema
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, without tables unless the test asks for `database` too.

    Each test that uses it runs on both sorts.
    """
    with_tables = "database" in request.fixturenames
    if request.param == "sqlite":
        yield put_tables(tmp_path) if with_tables else f"sqlite:///{tmp_path / 'windrow.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.new_database(template=make_template(server)) if with_tables else server.new_database()
    yield url
    server.drop_database(url)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database with all tables, empty."""
    database = Database(url, durable=False)
    assert schema.is_current(database)
    yield database
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
