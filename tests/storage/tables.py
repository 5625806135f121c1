"""Databases with all tables, empty: made once, and copied for each test, which takes a tenth of the time."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from samples.servers.postgres import Postgres
from windrow.storage import schema
from windrow.storage.database import Database

TEMPLATE = "tables"
"""The database on a PostgreSQL server that others are copied from."""


def put_tables(folder: Path) -> str:
    """Puts an SQLite database into a folder, and tells its URL."""
    shutil.copy(_file(), folder / "windrow.db")
    return f"sqlite:///{folder / 'windrow.db'}"


def open_tables(folder: Path) -> Database:
    """The same, opened; whoever calls closes it."""
    return Database(put_tables(folder), durable=False)


@cache
def make_template(server: Postgres) -> str:
    """The name of the database on that server that `new_database` is to copy; made at the first call."""
    _make(server.new_database(TEMPLATE))
    return TEMPLATE


@cache
def _file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="windrow-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make(f"sqlite:///{folder / 'windrow.db'}")
    return folder / "windrow.db"


def _make(url: str) -> None:
    database = Database(url, durable=False)
    schema.create(database)
    database.close()
