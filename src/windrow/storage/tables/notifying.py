"""Who is told of what becomes of a source."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, String, Table, UniqueConstraint, true

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import BigId, Bytes, CleanText, Json, UtcTime

notifications = Table(
    "notifications",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("source_id", BigId, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("owner_id", Id, nullable=False),
    Column("name", String(255), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("shown", CleanText, nullable=False),  # scheme and host of the address
    Column("address", Bytes, nullable=False),  # encrypted; see storage/secrets.py
    Column("signing", Bytes),  # encrypted; webhooks have one
    Column("events", Json, nullable=False),
    Column("digest_seconds", Float, nullable=False),
    Column("digest_empty", Boolean, nullable=False),
    Column("digested_until", UtcTime),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("told_at", UtcTime),
    Column("problem", CleanText, nullable=False, server_default=""),
    Column("problem_at", UtcTime),
    UniqueConstraint("source_id", "name"),
    Index("ix_notifications_source_id_id", "source_id", "id"),
    sqlite_autoincrement=True,
)
