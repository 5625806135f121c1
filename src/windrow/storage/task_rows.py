"""Task rows: how a task and its schedule are spelled in their table, both ways."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from windrow.model.schedules import Misfire, Overlap, Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import trigger_from_json, trigger_to_json
from windrow.storage.moments import EPOCH
from windrow.storage.run_rows import from_limits, from_retry, to_limits, to_retry


def to_task(row: Row[Any]) -> Task:
    """The task of a row."""
    return Task(
        id=row.id,
        name=row.name,
        kind=row.kind,
        tenant_id=row.tenant_id,
        owner_id=row.owner_id,
        parameters=row.parameters,
        queue=row.queue,
        priority=row.priority,
        limits=to_limits(row.limits),
        retry=to_retry(row.retry),
        schedule=None if row.schedule is None else to_schedule(row.schedule, row.next_due),
        created_at=row.created_at,
        changed_at=row.changed_at,
        last_run_id=row.last_run_id,
        source_id=row.source_id,
    )


def from_task(task: Task, *, now: datetime) -> dict[str, Any]:
    """The row of a task that is new or changed; `now` stands for moments that the task does not tell."""
    return {
        "id": task.id,
        "tenant_id": task.tenant_id,
        "owner_id": task.owner_id,
        "name": task.name,
        "kind": task.kind,
        "parameters": dict(task.parameters),
        "queue": task.queue,
        "priority": task.priority,
        "limits": from_limits(task.limits),
        "retry": from_retry(task.retry),
        "source_id": task.source_id,
        "schedule": None if task.schedule is None else from_schedule(task.schedule),
        "next_due": None if task.schedule is None else task.schedule.next_due,
        "created_at": task.created_at or now,
        "changed_at": task.changed_at or now,
    }


def to_schedule(kept: Mapping[str, Any], next_due: datetime | None) -> Schedule:
    """A schedule from its JSON and the column that its next moment has of its own."""
    return Schedule(
        trigger=trigger_from_json(kept["trigger"], now=EPOCH),  # what is kept always has its anchor
        enabled=kept["enabled"],
        start=_to_moment(kept["start"]),
        end=_to_moment(kept["end"]),
        occurrences=kept["occurrences"],
        misfire=Misfire(kept["misfire"]),
        overlap=Overlap(kept["overlap"]),
        grace=timedelta(seconds=kept["grace"]),
        next_due=next_due,
    )


def from_schedule(schedule: Schedule) -> dict[str, Any]:
    """A schedule as JSON, without its next moment."""
    return {
        "trigger": trigger_to_json(schedule.trigger),
        "enabled": schedule.enabled,
        "start": None if schedule.start is None else schedule.start.isoformat(),
        "end": None if schedule.end is None else schedule.end.isoformat(),
        "occurrences": schedule.occurrences,
        "misfire": schedule.misfire.value,
        "overlap": schedule.overlap.value,
        "grace": schedule.grace.total_seconds(),
    }


def _to_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
