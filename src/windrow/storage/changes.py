"""Changes: how a waiting loop notices that something was committed, here or in another process."""

import time
from contextlib import suppress

import psycopg

from windrow.storage.database import Database

LOOK_EVERY = 0.02
"""Seconds between two looks at SQLite's change counter: a look takes microseconds and no lock."""


class SqliteChanges:
    """Watches `PRAGMA data_version`, which moves whenever another connection commits."""

    def __init__(self, database: Database) -> None:
        self._connection = database.engine.raw_connection()
        self._version = self._look()

    def _look(self) -> int:
        cursor = self._connection.cursor()
        row = cursor.execute("PRAGMA data_version").fetchone()
        return int(row[0])

    def wait(self, timeout: float) -> bool:
        """Waits at most `timeout` seconds for a commit."""
        end = time.monotonic() + timeout
        while True:
            version = self._look()
            if version != self._version:
                self._version = version
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(LOOK_EVERY, left))

    def close(self) -> None:
        """Stops watching."""
        self._connection.close()


class PostgresqlChanges:
    """Listens on the channel that `Database.write(wake=True)` notifies; connects again by itself."""

    def __init__(self, database: Database) -> None:
        self._address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: psycopg.Connection | None = None
        # From now on, not from the first wait on: what is committed between the two must wake that wait.
        with suppress(psycopg.OperationalError):
            self._connect()

    def _connect(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._address, autocommit=True)
            self._connection.execute("LISTEN windrow")
        return self._connection

    def wait(self, timeout: float) -> bool:
        """Waits at most `timeout` seconds for a notification; a lost connection counts as one."""
        try:
            for _ in self._connect().notifies(timeout=timeout, stop_after=1):
                return True
        except psycopg.OperationalError:
            self._connection = None
            time.sleep(min(timeout, 0.5))
            return True
        return False

    def close(self) -> None:
        """Stops listening."""
        if self._connection is not None:
            self._connection.close()


def listen(database: Database) -> SqliteChanges | PostgresqlChanges:
    """The listener that fits the database."""
    return SqliteChanges(database) if database.is_sqlite else PostgresqlChanges(database)
