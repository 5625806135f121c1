"""Changes: how a waiting loop notices that something was committed, here or in another process."""

import sqlite3
import time

from windrow.ports.store import Changes
from windrow.storage.database import Database

LOOK_EVERY = 0.02
"""Seconds between two looks at SQLite's change counter: a look takes microseconds and no lock."""


class SqliteChanges:
    """Watches `PRAGMA data_version`, which moves whenever another connection commits."""

    def __init__(self, database: Database) -> None:
        self._connection = database.engine.raw_connection()
        self._driver = self._connection.driver_connection
        self._version = self._look()

    def _look(self) -> int:
        assert isinstance(self._driver, sqlite3.Connection)
        (version,) = self._driver.execute("PRAGMA data_version").fetchone()
        return int(version)

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


def listen(database: Database) -> Changes:
    """The listener that fits the database."""
    if database.is_sqlite:
        return SqliteChanges(database)
    # Its driver takes memory and time to load, which installations on SQLite need not spend.
    from windrow.storage.changes_postgresql import PostgresqlChanges

    return PostgresqlChanges(database)
