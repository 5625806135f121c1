"""The tables: the one description that both databases and the migrations are made from."""

from windrow.storage.tables.base import metadata
from windrow.storage.tables.copying import copies, copy_looks, spare_blobs
from windrow.storage.tables.editing import edits, originals
from windrow.storage.tables.harvesting import (
    availability,
    documents,
    pages,
    passes,
    quarantine,
    records,
    resources,
    reviews,
    sources,
)
from windrow.storage.tables.items import items
from windrow.storage.tables.keeping_secrets import named_secrets
from windrow.storage.tables.notifying import notifications
from windrow.storage.tables.noting import face_limits, run_notes, task_notes
from windrow.storage.tables.people import sessions, tenants, tokens, user_numbers, users
from windrow.storage.tables.pushing import deliveries, targets
from windrow.storage.tables.remembering import run_memories
from windrow.storage.tables.reporting import destinations
from windrow.storage.tables.running import (
    errand_notes,
    host_hours,
    hosts,
    key_holds,
    log_entries,
    outputs,
    parts,
    run_numbers,
    runs,
    tasks,
    workers,
)
from windrow.storage.tables.scheduled_queues import scheduled_queues
from windrow.storage.tables.stepping import run_steps

__all__ = [
    "availability",
    "copies",
    "copy_looks",
    "deliveries",
    "destinations",
    "documents",
    "edits",
    "errand_notes",
    "face_limits",
    "host_hours",
    "hosts",
    "items",
    "key_holds",
    "log_entries",
    "metadata",
    "named_secrets",
    "notifications",
    "originals",
    "outputs",
    "pages",
    "parts",
    "passes",
    "quarantine",
    "records",
    "resources",
    "reviews",
    "run_memories",
    "run_notes",
    "run_numbers",
    "run_steps",
    "runs",
    "scheduled_queues",
    "sessions",
    "sources",
    "spare_blobs",
    "targets",
    "task_notes",
    "tasks",
    "tenants",
    "tokens",
    "user_numbers",
    "users",
    "workers",
]
