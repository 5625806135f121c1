"""Plans: what a database says how it would answer."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from windrow.storage.database import Database


def plans_of(database: Database, ask: Callable[[Connection], object]) -> list[str]:
    """The plan of every query that `ask` sends, its parameters as they are; on PostgreSQL as if tables were large."""
    plans: list[str] = []

    def explain(connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            raw = connection.connection.cursor()
            raw.execute(f"EXPLAIN {'QUERY PLAN ' if database.is_sqlite else ''}{statement}", parameters)
            plans.append("\n".join(" ".join(map(str, row)) for row in raw.fetchall()))

    with database.read() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        event.listen(connection, "before_cursor_execute", explain)
        ask(connection)
    return plans
