"""Secrets that sequences name."""

from sqlalchemy import Column, ForeignKey, String, Table

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import Bytes, Json, UtcTime

named_secrets = Table(
    "named_secrets",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenants.id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("hosts", Json, nullable=False),
    Column("sealed", Bytes, nullable=False),  # encrypted; see storage/secrets.py
    Column("owner_id", Id, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)
