"""What tasks work with: files that people uploaded."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import BigId, UtcTime

items = Table(
    "items",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("owner_id", Id, ForeignKey("users.id"), nullable=False),
    Column("title", String(255), nullable=False),
    Column("type", String(16), nullable=False),
    Column("name", String(255), nullable=False),
    Column("size", BigId, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("blob", String(255), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Index("ix_items_tenant_id_id", "tenant_id", "id"),
    Index("ix_items_tenant_id_type_id", "tenant_id", "type", "id"),
    Index("ix_items_type_id", "type", "id"),
)
