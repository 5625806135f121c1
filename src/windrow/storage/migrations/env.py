"""Runs migrations on the connection, and within the transaction, that `storage/migrating.py` gives."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from windrow.storage.search_schema import NAMES
from windrow.storage.tables import metadata


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    # The search structures are made by their own statements: see storage/search_schema.py.
    return kind != "table" or name is None or not name.startswith(NAMES)


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and type(item).__module__ == "windrow.storage.types":
        autogen.imports.add("from windrow.storage import types")
        return f"types.{type(item).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=_is_ours,
    render_item=_render,
    render_as_batch=True,  # SQLite cannot change a column: Alembic copies the table there
)
with context.begin_transaction():
    context.run_migrations()
