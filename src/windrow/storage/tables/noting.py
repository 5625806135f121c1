"""What protocols said of tasks and runs, and the limits that they know."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import Bytes, CleanText, Json, UtcTime

task_notes = Table(
    "task_notes",
    metadata,
    Column("task_id", Id, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("face", String(32), primary_key=True),
    Column("word", String(64), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("said", Json, nullable=False),
    Column("request", Bytes, unique=True),  # digest of who asked for what: asked for again soon, nothing is made twice
    Column("noted_at", UtcTime, nullable=False),
)

run_notes = Table(
    "run_notes",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("face", String(32), primary_key=True),
    Column("state", String(32), nullable=False),
    Column("text", CleanText, nullable=False),
    Column("noted_at", UtcTime, nullable=False),
)

face_limits = Table(
    "face_limits",
    metadata,
    Column("face", String(32), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("most", Integer, nullable=False),
)
