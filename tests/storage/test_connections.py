"""Connections to PostgreSQL: neither end waits for ever for a machine that is gone, or for a client that is frozen."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url, text

from tests.harvests.farm import wait_for
from tests.storage.making import add_basics
from tests.storage.shelves import PUBLIC, add_source, put
from windrow.errors import StoreUnavailable
from windrow.model.records import Record
from windrow.ports.catalogue import Reader, Search
from windrow.storage import connections, schema
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.changes_postgresql import PostgresqlChanges
from windrow.storage.connections import connect_arguments
from windrow.storage.database import Database

SERVERS = """
    SELECT name, setting || coalesce(unit, '') FROM pg_settings
    WHERE name LIKE 'tcp_%' OR name IN ('idle_in_transaction_session_timeout', 'TimeZone') ORDER BY name
"""


@pytest.fixture
def listening(postgres_url: str) -> Iterator[PostgresqlChanges]:
    database = Database(postgres_url)
    changes = PostgresqlChanges(database)
    yield changes
    changes.close()
    database.close()


def test_both_ends_notice_within_seconds_that_the_other_is_gone(postgres_url: str) -> None:
    database = Database(postgres_url)

    with database.read() as connection:
        asked = {row[0]: row[1] for row in connection.execute(text(SERVERS))}
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        ours = raw.info.get_parameters()
    database.close()

    assert asked == {
        "TimeZone": "UTC",
        "idle_in_transaction_session_timeout": "60000ms",
        "tcp_keepalives_count": "2",
        "tcp_keepalives_idle": "2s",
        "tcp_keepalives_interval": "1s",
        "tcp_user_timeout": "4000ms",
    }
    wanted = {"connect_timeout": "5", "keepalives_idle": "2", "keepalives_interval": "1", "keepalives_count": "2"}
    assert ours.items() >= {**wanted, "tcp_user_timeout": "4000"}.items()


def test_a_listener_notices_it_too(listening: PostgresqlChanges) -> None:
    connection = listening._connect()
    ours = connection.info.get_parameters()
    asked = connection.execute("SHOW tcp_user_timeout").fetchone()

    assert ours.items() >= {"keepalives_idle": "2", "tcp_user_timeout": "4000"}.items()
    assert asked == ("4000",)


def test_what_the_address_says_itself_stands(postgres_url: str) -> None:
    url = f"{postgres_url}?connect_timeout=30&tcp_user_timeout=90000&options=-c%20tcp_user_timeout%3D70000"
    database = Database(url)

    given = connect_arguments(make_url(url))
    with database.read() as connection:
        at_the_server = connection.scalar(text("SHOW tcp_user_timeout"))
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        ours = raw.info.get_parameters()
    database.close()

    assert given.keys() == {"keepalives_idle", "keepalives_interval", "keepalives_count", "options"}
    assert (at_the_server, ours["connect_timeout"], ours["tcp_user_timeout"]) == ("70000", "30", "90000")


def test_a_transaction_of_a_frozen_client_is_ended_and_what_it_had_locked_is_free(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections._AT_THE_SERVER, "idle_in_transaction_session_timeout", 300)
    frozen, other = Database(postgres_url), Database(postgres_url)
    with other.write() as connection:
        connection.execute(text("CREATE TABLE things (id integer PRIMARY KEY)"))
        connection.execute(text("INSERT INTO things VALUES (1)"))

    def is_free() -> bool:
        with other.write() as connection:
            free = connection.execute(text("SELECT id FROM things FOR UPDATE SKIP LOCKED"))
            return free.one_or_none() is not None

    def freeze() -> None:
        with frozen.write() as connection:
            connection.execute(text("UPDATE things SET id = 2"))
            assert not is_free()
            wait_for(is_free)
            connection.execute(text("UPDATE things SET id = 3"))

    with pytest.raises(StoreUnavailable, match="nothing was asked"):
        freeze()
    with frozen.read() as connection:
        assert connection.scalar(text("SELECT id FROM things")) == 1
    frozen.close()
    other.close()


def test_a_download_may_pause_for_as_long_as_its_reader_likes(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = Database(postgres_url)
    schema.create(patient)
    add_basics(patient)
    add_source(patient, PUBLIC, public=True)
    put(patient, *(Record(str(number), f"Title {number}") for number in range(9)))
    patient.close()
    monkeypatch.setitem(connections._AT_THE_SERVER, "idle_in_transaction_session_timeout", 300)
    database = Database(postgres_url)
    download = SqlCatalogue(database).stream(Reader(), Search(), batch=2)

    first = next(download)
    frozen = database.engine.connect()
    frozen.execute(text("SELECT 1"))
    pid = frozen.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]  # psycopg's own connection
    wait_for(lambda: not is_there(database, pid))
    rest = list(download)

    assert [each.record.title for each in [first, *rest]] == [f"Title {number}" for number in range(9)]
    frozen.invalidate()
    frozen.close()
    database.close()


def is_there(database: Database, pid: int) -> bool:
    """Whether the server still serves that connection."""
    with database.read() as connection:
        query = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        return bool(connection.scalar(query, {"pid": pid}))
