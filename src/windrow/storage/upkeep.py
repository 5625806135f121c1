"""Upkeep: looking after a database as a whole: is it sound, how large is it, a copy of it, its free space."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, func, select, text

from windrow.errors import BadInput
from windrow.storage import schema
from windrow.storage.database import BUSY_MILLISECONDS, Database
from windrow.storage.tables import metadata

COPIED_AT_ONCE = 10_000
"""Database pages between two words on how far it is."""

COUNTED = ("tenants", "users", "sources", "resources", "records", "tasks", "runs", "workers")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a look at a database found. `problems` is empty for one that is sound; `size` is in bytes."""

    engine: str
    version: str
    schema: str
    current: bool
    problems: tuple[str, ...]
    size: int


def check(database: Database) -> Condition:
    """Looks at everything: the schema, and on SQLite each page and each reference. Writes nothing."""
    return _condition(database, _sqlite_problems(database) if database.is_sqlite else ())


def describe(database: Database) -> Condition:
    """The same without the look at each page, which takes long where there are many."""
    return _condition(database, ())


def count_rows(database: Database) -> dict[str, int]:
    """How many there are of what people know; estimates on PostgreSQL, where counting reads whole tables."""
    with database.read() as connection:
        return {name: int(connection.scalar(_counting(database, name)) or 0) for name in COUNTED}


def backup(database: Database, target: Path, *, progress: Callable[[int, int], None]) -> int:
    """Copies an SQLite database while it is in use; the copy appears only when it is whole. Returns its bytes.

    `progress` is told the pages done and the pages in all. Raises `BadInput`.
    """
    if not database.is_sqlite:
        raise BadInput.of("FILE", "is for SQLite; on PostgreSQL use pg_dump, such as: pg_dump --format=custom windrow")
    if target.exists():
        raise BadInput.of("FILE", f"{target} is there already: choose another name")
    if not target.parent.is_dir():
        raise BadInput.of("FILE", f"there is no folder {target.parent}")
    unfinished = target.with_name(f".{target.name}.part")
    try:
        _copy(database, unfinished, progress)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def vacuum(database: Database) -> None:
    """Gives free space back to the disk, and counts anew what the planner should know of the tables."""
    if database.is_sqlite:
        with _sqlite(database) as connection:
            connection.execute("VACUUM")
            connection.execute("ANALYZE")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))


def _condition(database: Database, problems: tuple[str, ...]) -> Condition:
    with database.read() as connection:
        revision = schema.revision_of(connection)
        if database.is_sqlite:
            version, size = sqlite3.sqlite_version, _sqlite_size(database)
        else:
            version = str(connection.scalar(text("SHOW server_version")))
            size = int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    engine = "SQLite" if database.is_sqlite else "PostgreSQL"
    return Condition(engine, version, revision, schema.is_current(database), problems, size)


def _counting(database: Database, name: str) -> Select[int]:
    if database.is_sqlite:
        return select(func.count()).select_from(metadata.tables[name])
    # What the planner believes (-1 before its first look), instead of a read of the whole table.
    return (
        select(func.greatest(text("reltuples"), 0))
        .select_from(text("pg_class"))
        .where(text("oid = to_regclass(:name)").bindparams(name=name))
    )


def _sqlite_problems(database: Database) -> tuple[str, ...]:
    try:
        with _sqlite(database) as connection:
            told = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            strays = [f"row {row[1]} of {row[0]} refers to nothing" for row in connection.execute(_STRAYS)]
    except sqlite3.DatabaseError as error:
        return (str(error),)
    return (*(each for each in told if each != "ok"), *strays)


_STRAYS = "PRAGMA foreign_key_check"


def _sqlite_size(database: Database) -> int:
    path = Path(str(database.url.database))
    return sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists())


def _copy(database: Database, target: Path, progress: Callable[[int, int], None]) -> None:
    def tell(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)

    with _sqlite(database) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=COPIED_AT_ONCE, progress=tell, sleep=0)


@contextmanager
def _sqlite(database: Database) -> Iterator[sqlite3.Connection]:
    """A connection beside the pool: a copy and a clean-up want no transaction begun for them."""
    path = str(database.url.database)
    with closing(sqlite3.connect(path, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None)) as connection:
        yield connection
