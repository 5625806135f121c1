"""Foreign databases: tables of another system, read as they are, and never written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, column, create_engine, inspect, make_url, select, text
from sqlalchemy import table as named
from sqlalchemy.exc import ArgumentError, DBAPIError

from windrow.errors import BadInput

READ_ONLY = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def read_tables(url: str, tables: Sequence[str], *, field: str = "url") -> Iterator[tuple[str, dict[str, Any]]]:
    """All rows of these tables, of one moment, each with its table: the tables one after another, as they are named.

    `url` begins with `sqlite:///` or `postgresql://`. Values are the driver's own: SQLite has texts and numbers for
    moments and truths. A table that is not there has no rows. Raises `BadInput`, which never holds a password.
    """
    engine = _engine(url, field)
    try:
        with _connected(engine) as connection:
            present = set(inspect(connection).get_table_names())
            for table in tables:
                if table in present:
                    rows = connection.execute(select(text("*")).select_from(named(table)).order_by(column("id")))
                    yield from ((table, dict(row)) for row in rows.mappings())
    except DBAPIError as error:
        raise BadInput.of(field, f"cannot be read: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # one moment for all tables
            yield connection
        else:
            yield connection.execution_options(**READ_ONLY)


def _engine(given: str, field: str) -> Engine:
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise BadInput.of(field, "is no URL of a database, such as postgresql://user@host/name") from error
    if url.get_backend_name() == "sqlite":
        return _read_only_file(url, field)
    if url.get_backend_name() in ("postgresql", "postgres"):
        return create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    told = f"names a {url.get_backend_name()}: only sqlite and postgresql are read; take a dump of the others"
    raise BadInput.of(field, told)


def _read_only_file(url: URL, field: str) -> Engine:
    path = Path(url.database or "")
    if not path.is_file():
        raise BadInput.of(field, f"names no file: there is no {path}")
    return create_engine(f"sqlite:///file:{quote(str(path.absolute()))}?mode=ro&uri=true", poolclass=NullPool)
