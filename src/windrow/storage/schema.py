"""Schema: bringing the tables of a database to what this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from windrow.errors import StoreUnavailable
from windrow.storage.database import Database
from windrow.storage.search_schema import create_search
from windrow.storage.tables import metadata

SCRIPTS = Path(__file__).parent / "migrations"

LOCK = 0x77696E64726F77  # "windrow"
"""Whoever migrates a PostgreSQL database holds this advisory lock."""


def upgrade(database: Database) -> None:
    """Makes or changes the tables until they are this version's. Several processes may call it at once: one does it,
    the others wait for it. Everything happens in one transaction: it is done, or nothing is.

    Raises `StoreUnavailable`, also for the tables of a newer version.
    """
    if is_current(database):
        return
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        _need_known(connection)
        command.upgrade(configure(connection), "head")


def _need_known(connection: Connection) -> None:
    known = {each.revision for each in ScriptDirectory.from_config(configure(connection)).walk_revisions()}
    strange = set(MigrationContext.configure(connection).get_current_heads()) - known
    if strange:
        told = f"The database was made by a newer version of Windrow (tables {', '.join(sorted(strange))})"
        raise StoreUnavailable(f"{told}: install that version, or restore a backup of before.")


def is_current(database: Database) -> bool:
    """Whether the tables are those of this version. Raises `StoreUnavailable` when the database does not answer."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_heads() == _heads()


def create(database: Database) -> None:
    """Makes all tables in an empty database at once, without a step for each version there ever was."""
    with database.write() as connection:
        metadata.create_all(connection)
        create_search(connection)
        command.stamp(configure(connection), "head")


def configure(connection: Connection) -> Config:
    """Alembic's configuration, for work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _heads() -> tuple[str, ...]:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    return tuple(ScriptDirectory.from_config(config).get_heads())
