"""The tables: the one description that both databases and the migrations are made from."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from windrow.storage.types import BigId, Bytes, CleanText, Json, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(36)

# Who: tenants, users, tokens, console sessions, audit.

tenants = Table(
    "tenants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False, index=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

user_numbers = Table(  # for protocols that know people by small numbers
    "user_numbers",
    metadata,
    Column("number", BigId, primary_key=True, autoincrement=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, unique=True),
    sqlite_autoincrement=True,
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(255), nullable=False),
    Column("digest", Bytes, nullable=False, unique=True),  # SHA-256 of a secret of 256 random bits: no salt needed
    Column("scopes", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("last_used_at", UtcTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", Bytes, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

# What runs: tasks, runs, parts, log, outputs, workers.

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("owner_id", Id, ForeignKey("users.id"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("parameters", Json, nullable=False),
    Column("queue", String(64), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("limits", Json, nullable=False),
    Column("retry", Json, nullable=False),
    Column("source_id", BigId),  # the source that it looks after beside its harvest, which `sources.task_id` names
    Column("schedule", Json),
    Column("schedule_version", Integer, nullable=False, server_default="0"),
    Column("next_due", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("last_run_id", Id),
    Index("ix_tasks_tenant_id_id", "tenant_id", "id"),
    Index("ix_tasks_tenant_id_kind_id", "tenant_id", "kind", "id"),
    Index("ix_tasks_kind_id", "kind", "id"),
    Index(
        "uq_tasks_source_id_kind",
        "source_id",
        "kind",
        unique=True,
        sqlite_where=text("source_id IS NOT NULL"),
        postgresql_where=text("source_id IS NOT NULL"),
    ),
    Index(
        "ix_tasks_next_due",
        "next_due",
        sqlite_where=text("next_due IS NOT NULL"),
        postgresql_where=text("next_due IS NOT NULL"),
    ),
    Index(
        "ix_tasks_tenant_id_next_due",
        "tenant_id",
        "next_due",
        sqlite_where=text("next_due IS NOT NULL"),
        postgresql_where=text("next_due IS NOT NULL"),
    ),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("task_id", Id, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("owner_id", Id, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("name", String(255), nullable=False),
    Column("state", String(16), nullable=False),
    Column("cause", String(16), nullable=False),
    Column("parameters", Json, nullable=False),
    Column("queue", String(64), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("limits", Json, nullable=False),
    Column("retry", Json, nullable=False),
    Column("due", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("ready_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("lost", SmallInteger, nullable=False, server_default="0"),  # leases lost in a row: see storage/sweeping.py
    Column("phase", String(16), nullable=False, server_default=""),
    Column("open_parts", Integer, nullable=False, server_default="0"),
    Column("blocked_by", String(255), nullable=False, server_default=""),
    Column("worker_id", Id, nullable=False, server_default=""),
    Column("lease_until", UtcTime),
    Column("sent_at", UtcTime),  # when an engine was told of it, until somebody takes it: see storage/dispatches.py
    Column("sends", SmallInteger, nullable=False, server_default="0"),
    Column("progress_done", BigId, nullable=False, server_default="0"),
    Column("progress_total", BigId),
    Column("counts", Json, nullable=False),
    Column("message", CleanText, nullable=False, server_default=""),
    Column("result", Json, nullable=False),
    Column("error", CleanText, nullable=False, server_default=""),
    Column("logged", Integer, nullable=False, server_default="0"),  # how many log entries it has
    Index("ix_runs_tenant_id_id", "tenant_id", "id"),
    Index("ix_runs_tenant_id_state_id", "tenant_id", "state", "id"),
    Index("ix_runs_tenant_id_kind_state_id", "tenant_id", "kind", "state", "id"),
    Index("ix_runs_state_id", "state", "id"),
    Index("ix_runs_kind_state_id", "kind", "state", "id"),
    Index("ix_runs_task_id_id", "task_id", "id"),
    Index("ix_runs_task_id_state_id", "task_id", "state", "id"),
    Index(
        # The state leads these three although it is always the same: SQLite counts how many columns of an index a query
        # names, and would rather take one of the lists' indexes.
        "ix_runs_claim",
        "state",
        "queue",
        text("priority DESC"),
        "ready_at",
        "id",
        sqlite_where=text("state = 'queued' AND blocked_by = ''"),
        postgresql_where=text("state = 'queued' AND blocked_by = ''"),
    ),
    Index(
        "ix_runs_ready",
        "state",
        "ready_at",
        sqlite_where=text("state = 'scheduled'"),
        postgresql_where=text("state = 'scheduled'"),
    ),
    Index(
        "ix_runs_blocked",
        "state",
        "blocked_by",
        text("priority DESC"),
        "ready_at",
        "id",
        sqlite_where=text("state = 'queued' AND blocked_by <> ''"),
        postgresql_where=text("state = 'queued' AND blocked_by <> ''"),
    ),
    Index(
        "ix_runs_lease",
        "lease_until",
        sqlite_where=text("lease_until IS NOT NULL"),
        postgresql_where=text("lease_until IS NOT NULL"),
    ),
    Index(
        "ix_runs_worker",
        "worker_id",
        sqlite_where=text("lease_until IS NOT NULL"),
        postgresql_where=text("lease_until IS NOT NULL"),
    ),
    Index(
        "ix_runs_sent",
        "sent_at",
        sqlite_where=text("sent_at IS NOT NULL"),
        postgresql_where=text("sent_at IS NOT NULL"),
    ),
    Index(  # ended runs whose parts are still to be cancelled
        "ix_runs_unsettled",
        "id",
        sqlite_where=text("ended_at IS NOT NULL AND open_parts > 0"),
        postgresql_where=text("ended_at IS NOT NULL AND open_parts > 0"),
    ),
)

run_numbers = Table(  # of passes over sources, for protocols that know them by small numbers
    "run_numbers",
    metadata,
    Column("number", BigId, primary_key=True, autoincrement=True),
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("tenant_id", Id, nullable=False),
    Column("source_id", BigId, nullable=False),
    Index("ix_run_numbers_tenant_id_number", "tenant_id", "number"),
    Index("ix_run_numbers_source_id_number", "source_id", "number"),
    sqlite_autoincrement=True,
)

key_holds = Table(
    "key_holds",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_key_holds_run_id", "run_id"),
)

parts = Table(
    "parts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Bytes, nullable=False),  # 16 bytes of the key's canonical JSON: a run has no key twice
    Column("key", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lost", SmallInteger, nullable=False, server_default="0"),  # leases lost in a row
    Column("ready_at", UtcTime, nullable=False),
    Column("queue", String(64), nullable=False, server_default=""),  # set while workers may claim it on its own
    Column("priority", SmallInteger, nullable=False, server_default="0"),
    Column("worker_id", Id, nullable=False, server_default=""),
    Column("lease_until", UtcTime),
    Column("sent_at", UtcTime),
    Column("sends", SmallInteger, nullable=False, server_default="0"),
    Column("counts", Json),
    Column("error", CleanText, nullable=False, server_default=""),
    Column("seen", Bytes),  # which resources a page held: see storage/seen.py
    Column("gone", Bytes),  # which resources a page declared deleted
    UniqueConstraint("run_id", "digest"),
    Index("ix_parts_run_id_state_id", "run_id", "state", "id"),
    Index(
        "ix_parts_claim",
        "queue",
        text("priority DESC"),
        "ready_at",
        "id",
        sqlite_where=text("state = 'open' AND queue <> ''"),
        postgresql_where=text("state = 'open' AND queue <> ''"),
    ),
    Index(
        "ix_parts_lease",
        "lease_until",
        sqlite_where=text("lease_until IS NOT NULL"),
        postgresql_where=text("lease_until IS NOT NULL"),
    ),
    Index(
        "ix_parts_worker",
        "worker_id",
        sqlite_where=text("lease_until IS NOT NULL"),
        postgresql_where=text("lease_until IS NOT NULL"),
    ),
    Index(
        "ix_parts_sent",
        "sent_at",
        sqlite_where=text("sent_at IS NOT NULL"),
        postgresql_where=text("sent_at IS NOT NULL"),
    ),
)

log_entries = Table(
    "log_entries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("level", String(8), nullable=False),
    Column("part", CleanText, nullable=False, server_default=""),
    Column("message", CleanText, nullable=False),
    Column("data", Json),
    Index("ix_log_entries_run_id_level_id", "run_id", "level", "id"),
)

outputs = Table(
    "outputs",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("media_type", String(255), nullable=False),
    Column("size", BigId, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("blob", String(255), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("engine", String(32), nullable=False),
    Column("queues", Json, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("memory", BigId, nullable=False),
    Column("draining", Boolean, nullable=False),
    Column("stopping", Boolean, nullable=False, server_default=false()),
    Column("started_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False, index=True),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("line", Json, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)

# What is harvested: sources, their pages and reviews, resources, records, documents.

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
