"""Changes on PostgreSQL: what other connections notify."""

import time
from contextlib import suppress

import psycopg

from windrow.storage.connections import connect_arguments
from windrow.storage.database import Database


class PostgresqlChanges:
    """Listens on the channel that `Database.write(wake=True)` notifies; connects again by itself."""

    def __init__(self, database: Database) -> None:
        self._address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._arguments = connect_arguments(database.url)
        self._connection: psycopg.Connection | None = None
        # From now on, not from the first wait on: what is committed between the two must wake that wait.
        with suppress(psycopg.OperationalError):
            self._connect()

    def _connect(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._address, autocommit=True, **self._arguments)
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
