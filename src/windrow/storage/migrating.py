"""Migrating: the work on the tables that is done with Alembic."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from windrow.storage.search_schema import create_search
from windrow.storage.tables import metadata


def upgrade(connection: Connection) -> None:
    """Takes the tables step by step to the last revision."""
    command.upgrade(configure(connection), "head")


def create(connection: Connection) -> None:
    """Makes all tables at once, and notes that they are of the last revision."""
    metadata.create_all(connection)
    create_search(connection)
    command.stamp(configure(connection), "head")


def configure(connection: Connection) -> Config:
    """Alembic's configuration, for work on this connection."""
    config = Config()
    config.set_main_option("script_location", "windrow.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
