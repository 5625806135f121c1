"""Database: connections and transactions, on SQLite or PostgreSQL, so that the files beside this one need not care."""

import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Connection, CursorResult, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from windrow.errors import StoreUnavailable
from windrow.storage.connections import IDLE_FOR_TOO_LONG, connect_arguments, note_rest, ping_if_rested
from windrow.storage.copying_in import PLAIN_INSERT, copy_in
from windrow.storage.moments import to_microseconds
from windrow.storage.types import dump_json

BUSY_MILLISECONDS = 60_000
PAGE_CACHE_KIB = 8_192
PAGE_BYTES = 8192
"""Of an SQLite file. Raw documents take 2 to 3 kB: of those one fits into SQLite's usual 4096, and three into this."""

CHECKPOINT_PAGES = 4000
"""Pages that SQLite's log may hold before they are moved into the file: a page changed often is moved once."""


WORTH_COPYING = 5
"""Rows from which on COPY is quicker than statements: it takes two round trips of its own."""

POOL: Any = {"pool_size": 8, "max_overflow": 16, "pool_timeout": 60, "pool_use_lifo": True}
"""Connections of one process, for any number of threads: transactions take milliseconds. Last in, first out: those in
use keep what they have in memory, the others cost nothing."""

ONE_AT_A_TIME: Any = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 60}
"""The connection that writes to an SQLite file. With one of its own, pages of indexes that every commit touches stay in
memory once, rather than once in each connection that ever wrote."""


class Database:
    """One database and its pool of connections; safe to use from several threads.

    `durable` asks SQLite to reach the disk before a commit returns. A process that answers people needs it: what was
    accepted survives a power cut. Workers do without: whatever a power cut takes from them is a page they do again.

    `engine` has the connections that read, and on PostgreSQL those that write; `writer` has the ones that write.
    """

    def __init__(self, url: str, *, durable: bool = True) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.durable = durable
        self._turn = threading.Lock()
        self.engine = self._sqlite_engine(**POOL) if self.is_sqlite else self._postgresql_engine()
        self.writer = self._sqlite_engine(**ONE_AT_A_TIME) if self.is_sqlite else self.engine

    @property
    def placeholder(self) -> str:
        """How a parameter is written in plain SQL here."""
        return "?" if self.is_sqlite else "%s"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state and writes nothing."""
        with _told_plainly(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, wake: bool = False) -> Iterator[Connection]:
        """A transaction: committed as the block ends, rolled back if it raises.

        On SQLite there is one writer at a time: threads of this process take turns at a lock, processes at SQLite's own
        (`BEGIN IMMEDIATE`, so that nobody finds out in mid-transaction). `wake` tells listeners in other processes at
        commit; on SQLite they notice every commit by themselves.
        """
        if self.is_sqlite:
            with _told_plainly(), self._turn, self._immediate() as connection:
                yield connection
            return
        with _told_plainly(), self.writer.begin() as connection:
            yield connection
            if wake:
                self.wake(connection)

    def wake(self, connection: Connection) -> None:
        """Tells listeners in other processes when this transaction commits."""
        if not self.is_sqlite:
            connection.exec_driver_sql("NOTIFY windrow")

    @contextmanager
    def _immediate(self) -> Iterator[Connection]:
        with self.writer.connect().execution_options(windrow_begin="BEGIN IMMEDIATE") as connection, connection.begin():
            yield connection

    def write_many(self, connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """Runs one plain statement for many rows, in the driver itself; `?` stands for a parameter on both databases.

        Returns how many rows changed. SQLAlchemy's own path costs more than the insert on SQLite.
        """
        if not rows:
            return 0
        if self.is_sqlite and (insert := _ONE_ROW.fullmatch(sql)):
            return sum(_insert_many(connection, insert, some) for some in _grouped(rows))
        if not self.is_sqlite and len(rows) >= WORTH_COPYING and (insert := PLAIN_INSERT.fullmatch(sql)):
            return copy_in(connection, insert, rows)
        return connection.exec_driver_sql(self._text(sql), list(rows)).rowcount

    def run(self, connection: Connection, sql: str, values: tuple[Any, ...] = ()) -> CursorResult[Any]:
        """Runs one plain statement; `?` stands for a parameter on both databases."""
        return connection.exec_driver_sql(self._text(sql), values)

    def moment(self, moment: datetime | None) -> Any:
        """A moment as plain statements need it here."""
        return to_microseconds(moment) if self.is_sqlite and moment is not None else moment

    def _text(self, sql: str) -> str:
        return sql if self.is_sqlite else sql.replace("%", "%%").replace("?", "%s")

    def close(self) -> None:
        """Gives all connections back."""
        self.engine.dispose()
        self.writer.dispose()

    def _sqlite_engine(self, **pool: Any) -> Engine:
        engine = create_engine(self.url, connect_args={"check_same_thread": False, "timeout": 60}, **pool)
        event.listen(engine, "connect", self._prepare_sqlite)
        event.listen(engine, "begin", _begin)
        return engine

    def _prepare_sqlite(self, raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves: see `_begin`
        for pragma in (
            f"page_size = {PAGE_BYTES}",  # counts when the file is made, and before it is told of the WAL
            "journal_mode = WAL",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            f"synchronous = {'FULL' if self.durable else 'NORMAL'}",
            "foreign_keys = ON",
            f"busy_timeout = {BUSY_MILLISECONDS}",
            f"cache_size = -{PAGE_CACHE_KIB}",
            "temp_store = MEMORY",
        ):
            raw.execute(f"PRAGMA {pragma}")

    def _postgresql_engine(self) -> Engine:
        url = self.url.set(drivername="postgresql+psycopg")
        engine = create_engine(
            url,
            connect_args=connect_arguments(url),
            **POOL,
            json_serializer=dump_json,
            json_deserializer=orjson.loads,
        )
        event.listen(engine, "checkout", ping_if_rested)
        event.listen(engine, "checkin", note_rest)
        return engine


# SQLite's driver lets other threads go on while a statement runs, and must win its turn back after each. With a
# statement per row, a thread that parses the next page meanwhile would make every row wait for the interpreter's switch
# interval (5 ms); with one for many rows that happens once. The groups are of equal size, so that the driver keeps
# their statements compiled.
_ONE_ROW = re.compile(r"(\s*INSERT\s.*?\bVALUES\s*)(\([?,\s]*\))(.*)", re.DOTALL | re.IGNORECASE)
_GROUP = 100


def _grouped(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    for start in range(0, len(rows), _GROUP):
        yield rows[start : start + _GROUP]


def _insert_many(connection: Connection, insert: re.Match[str], rows: Sequence[tuple[Any, ...]]) -> int:
    head, row, tail = insert.groups()
    sql, values = f"{head}{', '.join([row] * len(rows))}{tail}", tuple(chain.from_iterable(rows))
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    try:
        return driver.execute(sql, values).rowcount
    except sqlite3.Error as error:
        raise DBAPIError.instance(sql, None, error, sqlite3.Error) from error


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("windrow_begin", "BEGIN"))


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except NoConnection as error:
        raise StoreUnavailable("No connection to the database became free in time.") from error
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable(f"The database did not answer as it should: {error.orig}") from error
    except DatabaseError as error:
        if getattr(error.orig, "sqlstate", "") == IDLE_FOR_TOO_LONG:
            raise StoreUnavailable("The database ended a transaction in which nothing was asked for long.") from error
        # Its subclasses are about a statement; it alone is about the file: no database, or a damaged one.
        if type(error) is not DatabaseError:
            raise
        raise StoreUnavailable(f"The database cannot be read: {error.orig}") from error
