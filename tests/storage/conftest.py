"""What the storage tests use: an empty database of either sort, and the store upon it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.making import add_basics
from tests.storage.office import Office
from windrow.storage import schema
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database; each test that uses it runs on both sorts."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'windrow.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database with all tables, empty."""
    database = Database(url, durable=False)
    schema.create(database)
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
