"""What is pushed, and where to: targets and deliveries."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import BigId, Bytes, CleanText, Json, UtcTime

targets = Table(
    "targets",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("source_id", BigId, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("owner_id", Id, ForeignKey("users.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("place", Bytes, nullable=False),  # digest of kind and URL: whose targets share it share their names there
    Column("settings", Json, nullable=False),
    Column("requests_per_second", Float, nullable=False),
    Column("concurrency", Integer, nullable=False),
    Column("credential", Bytes),  # encrypted; see storage/secrets.py
    Column("seal", Id, nullable=False),  # what its credential is bound to
    Column("enabled", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("renewed_by", Id, nullable=False, server_default=""),  # the run that had everything pushed again last
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    UniqueConstraint("source_id", "name"),
    Index("ix_targets_source_id_id", "source_id", "id"),
    Index("ix_targets_place", "place"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("target_id", BigId, ForeignKey("targets.id", ondelete="CASCADE"), primary_key=True),
    # No foreign key: a target must be told of the end of a record also after its resource was removed here.
    Column("resource_id", BigId, primary_key=True, autoincrement=False),
    Column("identifier", Text, nullable=False),
    Column("remote", Text, nullable=False, server_default=""),
    Column("version", UtcTime),  # `resources.last_changed` of what was pushed; None: it is to be pushed
    Column("edition", Integer, nullable=False, server_default="0"),  # of the target, when it was
    Column("tried_at", UtcTime),
    Column("pushed_at", UtcTime),
    Column("problem", CleanText, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index("ix_deliveries_identifier", "identifier", "target_id"),
    Index(
        "ix_deliveries_failed",
        "target_id",
        "resource_id",
        sqlite_where=text("problem <> ''"),
        postgresql_where=text("problem <> ''"),
    ),
)
