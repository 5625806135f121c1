"""What is harvested: sources, their pages and reviews, resources, records, documents."""

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
    false,
    text,
)

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import BigId, Bytes, CleanText, Json, UtcTime

sources = Table(
    "sources",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("owner_id", Id, ForeignKey("users.id"), nullable=False),
    Column("task_id", Id, ForeignKey("tasks.id"), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("settings", Json, nullable=False),
    Column("policies", Json, nullable=False),
    Column("notes", Json),  # what faces keep with it in the words of their protocols, by face
    Column("visibility", String(16), nullable=False),
    Column("credential", Bytes),  # encrypted; see storage/secrets.py
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("last_complete", UtcTime),
    Column("since", UtcTime),
    Column("cursor", Json, nullable=False),
    Column("last_run_id", Id),
    Column("last_state", String(16), nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("resources", BigId, nullable=False, server_default="0"),
    Column("available", Boolean),  # what the last check of it said; None before the first
    Column("checked_at", UtcTime),
    Column("listed_at", UtcTime),  # when a pass over its whole list last ended
    Column("announced", BigId),  # how many records that list held
    Column("retired_at", UtcTime),  # it is harvested no more, and its records stay
    Column("difference", Json),  # counts that do not agree since a pass: see model/reconciliation.py
    # Set while its rows are removed, batch by batch: it does not exist for anyone but the one who goes on removing.
    Column("deleting", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("tenant_id", "name"),
    Index("ix_sources_tenant_id_id", "tenant_id", "id"),
    Index("ix_sources_deleting", "changed_at", sqlite_where=text("deleting"), postgresql_where=text("deleting")),
    sqlite_autoincrement=True,
)

availability = Table(  # spans in which the checks of a source said the same
    "availability",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("source_id", BigId, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("available", Boolean, nullable=False),
    Column("problem", CleanText, nullable=False, server_default=""),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("checks", Integer, nullable=False),
    Column("seconds", Float, nullable=False),  # that the last check took
    Index("ix_availability_source_id_id", "source_id", "id"),
    sqlite_autoincrement=True,
)

passes = Table(
    "passes",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("source_id", BigId, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("started_at", UtcTime, nullable=False),
    Column("asked_since", UtcTime),  # None: everything was asked for
    Column("next_since", UtcTime),
    Column("listing", Boolean, nullable=False),
    Column("total", BigId),
    Column("cursor", Json, nullable=False),
    Column("problems", Json, nullable=False),  # what keeps the pass from being complete
    Column("doubts", Json, nullable=False),  # why absence proves less than usual
    Column("config", Json, nullable=False),  # the source's kind, url and settings as it began
    Column("overlaps", Boolean, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("source_id", BigId, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Bytes, primary_key=True),
    Column("fingerprint", Bytes, nullable=False),
    Column("seen", Bytes, nullable=False),
    Column("next", Json, nullable=False),
    Column("total", BigId),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("source_id", BigId, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Id, nullable=False),
    Column("state", String(16), nullable=False),
    Column("missing", BigId, nullable=False),
    Column("present", BigId, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("decided_at", UtcTime),
    Column("decided_by", Id),
    Index("ix_reviews_source_id_id", "source_id", "id"),
)

resources = Table(
    "resources",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("source_id", BigId, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("identifier", Text, nullable=False),
    Column("fingerprint", Bytes, nullable=False),
    Column("presence", String(8), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("wanted", Boolean, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("type", Text, nullable=False, server_default=""),
    Column("href", Text, nullable=False, server_default=""),
    Column("version", Text, nullable=False, server_default=""),
    Column("etag", Text, nullable=False, server_default=""),
    Column("last_modified", Text, nullable=False, server_default=""),
    Column("remote_modified", UtcTime),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_changed", UtcTime, nullable=False),
    Column("gone_since", UtcTime),
    Column("problem", Text, nullable=False, server_default=""),
    UniqueConstraint("source_id", "identifier"),
    Index("ix_resources_source_id_id", "source_id", "id"),
    Index(
        "ix_resources_odd",
        "source_id",
        "presence",
        "id",
        sqlite_where=text("presence <> 'present'"),
        postgresql_where=text("presence <> 'present'"),
    ),
    Index("ix_resources_source_id_wanted_id", "source_id", "wanted", "id"),
    Index(
        "ix_resources_outcome",  # all others are `added`: a first harvest writes nothing here
        "source_id",
        "outcome",
        "id",
        sqlite_where=text("outcome <> 'added'"),
        postgresql_where=text("outcome <> 'added'"),
    ),
    Index(
        "ix_resources_gone",
        "source_id",
        "gone_since",
        sqlite_where=text("presence = 'gone'"),
        postgresql_where=text("presence = 'gone'"),
    ),
    sqlite_autoincrement=True,
)

documents = Table(
    "documents",
    metadata,
    Column("id", BigId, ForeignKey("resources.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("media_type", String(64), nullable=False),
    Column("content", Bytes, nullable=False),  # zstandard
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", BigId, ForeignKey("resources.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("media_type", String(64), nullable=False),
    Column("content", Bytes, nullable=False),  # zstandard; the last good version stays in `documents` and `records`
)

records = Table(
    "records",
    metadata,
    Column("id", BigId, ForeignKey("resources.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("source_id", BigId, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("type", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("collection", Text, nullable=False, server_default=""),
    Column("standard", String(32), nullable=False),
    Column("modified", UtcTime),
    Column("time_start", UtcTime),
    Column("time_end", UtcTime),
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("body", Json, nullable=False),  # the rest of the record: see storage/records.py
    # Its resource is gone or unwanted: kept so that it can come back, but no search, list or count shows it.
    Column("hidden", Boolean, nullable=False, server_default=false()),
    # The title folded and cut, sorted by its code points: the same order on both databases, whatever the case.
    Column("title_key", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),
    # No index on the identifier: it is one of the record's search terms, which are cheaper to write than random keys.
    Index("ix_records_source_id_id", "source_id", "id"),
    # These hold all that a list asks about a row, so that rows which it does not show are not read.
    Index("ix_records_modified", "modified", "id", "source_id", "hidden"),
    Index("ix_records_title", "title_key", "id", "source_id", "hidden"),
    Index("ix_records_facets", "source_id", "standard", "type", "collection", "hidden"),
    Index(
        "ix_records_collection_id",
        "collection",
        "id",
        sqlite_where=text("collection <> ''"),
        postgresql_where=text("collection <> ''"),
    ),
)
