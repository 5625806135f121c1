"""Scheduled queues: the numbers and names that Jaseci and django-celery-beat know tasks by."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import BigId, Json, UtcTime

scheduled_queues = Table(
    "scheduled_queues",
    metadata,
    Column("number", BigId, primary_key=True, autoincrement=True),
    Column("task_id", Id, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("owner_id", Id, ForeignKey("users.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("word", String(200), nullable=False),
    Column("said", Json, nullable=False),
    Column("origin", String(64), nullable=False),  # digest of an imported row: one that did not change is let alone
    Column("noted_at", UtcTime, nullable=False),
    UniqueConstraint("tenant_id", "name"),
    Index("ix_scheduled_queues_owner_id_name", "owner_id", "name"),
    Index("ix_scheduled_queues_name_number", "name", "number"),
    sqlite_autoincrement=True,  # the number of one that was deleted never names another
)
