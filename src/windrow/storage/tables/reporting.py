"""Where reports are sent."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import BigId, Bytes, CleanText, UtcTime

destinations = Table(
    "destinations",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("owner_id", Id, nullable=False),
    Column("name", String(255), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("shown", CleanText, nullable=False),  # scheme and host of the address
    Column("address", Bytes, nullable=False),  # encrypted; see storage/secrets.py
    Column("signing", Bytes),  # encrypted; webhooks have one
    Column("created_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("problem", CleanText, nullable=False, server_default=""),
    Column("problem_at", UtcTime),
    UniqueConstraint("tenant_id", "name"),
    Index("ix_destinations_tenant_id_id", "tenant_id", "id"),
    sqlite_autoincrement=True,
)
