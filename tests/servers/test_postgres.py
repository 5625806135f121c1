"""The tests' PostgreSQL is private, gives empty databases, and can die and come back."""

import psycopg
import pytest
from sqlalchemy import create_engine, text

from samples.servers.postgres import running_postgres


def test_each_test_gets_an_empty_database(postgres_url: str) -> None:
    engine = create_engine(postgres_url)

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE one (number integer)"))
        tables = connection.execute(text("SELECT relname FROM pg_stat_user_tables")).scalars().all()
    engine.dispose()

    assert tables == ["one"]


def test_databases_outlive_a_killed_server() -> None:
    with running_postgres() as server:
        address = server.new_database().replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE one AS SELECT 1 AS number")

        server.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)
        server.start()

        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT number FROM one").fetchall() == [(1,)]
