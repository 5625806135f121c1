"""Schema: making the tables."""

from windrow.storage.database import Database
from windrow.storage.search_schema import create_search
from windrow.storage.tables import metadata


def create(database: Database) -> None:
    """Makes all tables in an empty database, as they are today."""
    with database.write() as connection:
        metadata.create_all(connection)
        create_search(connection)
