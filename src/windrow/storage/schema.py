"""Schema: bringing the tables of a database to what this version needs.

What needs Alembic is in `migrating.py`, which is loaded only when there is something to do: every process looks here as
it starts, and nearly always the tables are current.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from windrow.errors import StoreUnavailable
from windrow.storage.database import Database

VERSIONS = Path(__file__).parent / "migrations" / "versions"

LOCK = 0x77696E64726F77  # "windrow"
"""Whoever migrates a PostgreSQL database holds this advisory lock."""


def upgrade(database: Database) -> None:
    """Makes or changes the tables until they are this version's. Several processes may call it at once: one does it,
    the others wait for it. Everything happens in one transaction: it is done, or nothing is.

    Raises `StoreUnavailable`, also for the tables of a newer version.
    """
    if is_current(database):
        return
    from windrow.storage import migrating

    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if (found := revision_of(connection)) and found not in revisions():
            told = f"The database was made by a newer version of Windrow (tables {found})"
            raise StoreUnavailable(f"{told}: install that version, or restore a backup of before.")
        migrating.upgrade(connection)


def create(database: Database) -> None:
    """Makes all tables in an empty database at once, without a step for each version there ever was."""
    from windrow.storage import migrating

    with database.write() as connection:
        migrating.create(connection)


def is_current(database: Database) -> bool:
    """Whether the tables are those of this version. Raises `StoreUnavailable` when the database does not answer."""
    with database.read() as connection:
        return revision_of(connection) == revisions()[-1]


def revision_of(connection: Connection) -> str:
    """The revision of the tables; "" where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def revisions() -> list[str]:
    """The revisions that this version knows, the oldest first: the numbers that the migrations' files begin with."""
    return sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))
