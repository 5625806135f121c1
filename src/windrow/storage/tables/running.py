"""What runs: tasks, runs, parts, log, outputs, workers, hosts."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from windrow.storage.tables.base import Id, metadata
from windrow.storage.types import BigId, Bytes, CleanText, Json, UtcTime

PAUSED_SQLITE = "json_extract(schedule, '$.enabled') = 0"
PAUSED_POSTGRESQL = "(schedule ->> 'enabled') = 'false'"
"""Whether a schedule is switched off, as the indexes of paused tasks and their query say it, word for word."""

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
    Column("part_of", Id),  # the task whose runs begin its runs as their steps, and with which it goes
    Column("schedule", Json),
    Column("schedule_version", Integer, nullable=False, server_default="0"),
    Column("next_due", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("last_run_id", Id),
    Index("ix_tasks_tenant_id_id", "tenant_id", "id"),
    Index("ix_tasks_tenant_id_kind_id", "tenant_id", "kind", "id"),
    Index("ix_tasks_kind_id", "kind", "id"),
    Index("ix_tasks_owner_id_id", "owner_id", "id"),
    Index(
        "ix_tasks_part_of",
        "part_of",
        sqlite_where=text("part_of IS NOT NULL"),
        postgresql_where=text("part_of IS NOT NULL"),
    ),
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
    Index(
        "ix_tasks_kind_next_due_id",
        "kind",
        "next_due",
        "id",
        sqlite_where=text("next_due IS NOT NULL"),
        postgresql_where=text("next_due IS NOT NULL"),
    ),
    Index(
        "ix_tasks_tenant_id_kind_next_due_id",
        "tenant_id",
        "kind",
        "next_due",
        "id",
        sqlite_where=text("next_due IS NOT NULL"),
        postgresql_where=text("next_due IS NOT NULL"),
    ),
    Index(
        "ix_tasks_paused_kind_id",
        "kind",
        "id",
        sqlite_where=text(PAUSED_SQLITE),
        postgresql_where=text(PAUSED_POSTGRESQL),
    ),
    Index(
        "ix_tasks_paused_tenant_id_kind_id",
        "tenant_id",
        "kind",
        "id",
        sqlite_where=text(PAUSED_SQLITE),
        postgresql_where=text(PAUSED_POSTGRESQL),
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
    Column("leads_on", Boolean),  # true until what follows from its end was begun: see core/consequences.py
    Column("backfill", Boolean),  # true where it was asked for because its moment had passed: see core/repeating.py
    Column("rerun_of", Id),
    Column("awaits", Boolean),  # true while it waits for the ends of other runs: see storage/steps.py
    Index("ix_runs_tenant_id_id", "tenant_id", "id"),
    Index("ix_runs_tenant_id_state_id", "tenant_id", "state", "id"),
    Index("ix_runs_tenant_id_kind_state_id", "tenant_id", "kind", "state", "id"),
    Index("ix_runs_state_id", "state", "id"),
    Index("ix_runs_kind_state_id", "kind", "state", "id"),
    Index("ix_runs_task_id_id", "task_id", "id"),
    Index("ix_runs_task_id_state_id", "task_id", "state", "id"),
    Index(
        "ix_runs_due_id",
        "due",
        "id",
        sqlite_where=text("due IS NOT NULL"),
        postgresql_where=text("due IS NOT NULL"),
    ),
    Index(
        "ix_runs_tenant_id_due_id",
        "tenant_id",
        "due",
        "id",
        sqlite_where=text("due IS NOT NULL"),
        postgresql_where=text("due IS NOT NULL"),
    ),
    Index(
        # The state leads these four although it is always the same: SQLite counts how many columns of an index a query
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
    Index(  # which moments of a task have a run
        "ix_runs_task_id_due",
        "task_id",
        "due",
        sqlite_where=text("due IS NOT NULL"),
        postgresql_where=text("due IS NOT NULL"),
    ),
    Index(
        "ix_runs_leading_on",
        "id",
        sqlite_where=text("leads_on AND ended_at IS NOT NULL"),
        postgresql_where=text("leads_on AND ended_at IS NOT NULL"),
    ),
    Index(
        "ix_runs_awaiting",
        "state",
        "ready_at",
        sqlite_where=text("awaits AND state = 'waiting'"),
        postgresql_where=text("awaits AND state = 'waiting'"),
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

errand_notes = Table(
    "errand_notes",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("note", Json, nullable=False),
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

host_hours = Table(  # when hosts may be asked: apart from their lines, which are forgotten after a while
    "host_hours",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("hours", Json, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)
