"""What people changed of records: the remote's own version of those that differ from it, and the edits."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, false, text

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import BigId, Json, UtcTime

originals = Table(  # of records that are edited, or that have keywords which the remote has dropped
    "originals",
    metadata,
    Column("resource_id", BigId, ForeignKey("resources.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("source_id", BigId, nullable=False),
    Column("record", Json, nullable=False),  # as the remote has it: see storage/edit_rows.py
    Column("kept", Json, nullable=False),  # keywords that it had once
    Column("moved", Json, nullable=False),  # by field: when the remote changed it last, and the run that found it
    Column("as_of", UtcTime, nullable=False),  # what is not in `moved` is at least as old
    Column("edited", Boolean, nullable=False, server_default=false()),  # whether an edit stands
    Column("conflict", Boolean, nullable=False, server_default=false()),  # ... that the remote has changed since
    # Those with an edit have an index, and those without: were there one for all, SQLite would take it or the first by
    # the order in which they were made.
    Index("ix_originals_kept", "source_id", sqlite_where=text("NOT edited"), postgresql_where=text("NOT edited")),
    Index(
        "ix_originals_edited", "source_id", "resource_id", sqlite_where=text("edited"), postgresql_where=text("edited")
    ),
    Index(
        "ix_originals_conflict",
        "source_id",
        "resource_id",
        sqlite_where=text("conflict"),
        postgresql_where=text("conflict"),
    ),
)

edits = Table(
    "edits",
    metadata,
    Column(
        "resource_id",
        BigId,
        ForeignKey("originals.resource_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("field", String(16), primary_key=True),
    Column("value", Json),
    Column("rule", String(8), nullable=False),
    Column("base", Json),  # the remote's value when the edit was made or confirmed
    Column("user_id", Id, nullable=False),
    Column("at", UtcTime, nullable=False),
)
