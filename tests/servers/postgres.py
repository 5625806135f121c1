"""PostgreSQL as fixtures: one server for all tests, a fresh database for each that asks."""

from collections.abc import Iterator

import pytest

from samples.servers.postgres import Postgres, running_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """The server that all tests share; who stops or kills one starts one of its own by `running_postgres()`."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database, `postgresql+psycopg://...`; dropped after the test."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop_database(url)
