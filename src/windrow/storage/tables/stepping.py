"""What runs note of the other runs that they began or wait for."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import CleanText, UtcTime

run_steps = Table(
    "run_steps",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("number", Integer, nullable=False),  # in the order of their beginnings
    Column("child_id", Id, ForeignKey("runs.id", ondelete="SET NULL")),
    Column("state", String(16)),  # how it ended, once the run was told: see storage/steps.py
    Column("error", CleanText, nullable=False, server_default=""),
    Column("own", Boolean, nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index("ix_run_steps_child_id", "child_id"),
)
