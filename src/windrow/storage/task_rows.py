"""Task rows: how a task and its schedule are spelled in their table, both ways."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row

from windrow.model.schedules import MOST_MISSED, PAUSE_AFTER, Misfire, Overlap, Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import kept_trigger, trigger_to_json
from windrow.model.windows import Window
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
        part_of=row.part_of,
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
        "part_of": task.part_of,
        "schedule": None if task.schedule is None else from_schedule(task.schedule),
        "next_due": None if task.schedule is None else task.schedule.next_due,
        "created_at": task.created_at or now,
        "changed_at": task.changed_at or now,
    }


def to_schedule(kept: Mapping[str, Any], next_due: datetime | None) -> Schedule:
    """A schedule from its JSON and the column that its next moment has of its own."""
    return Schedule(
        trigger=kept_trigger(kept["trigger"], now=EPOCH),  # what is kept always has its anchor
        enabled=kept["enabled"],
        start=_to_moment(kept["start"]),
        end=_to_moment(kept["end"]),
        occurrences=kept["occurrences"],
        misfire=Misfire(kept["misfire"]),
        overlap=Overlap(kept["overlap"]),
        grace=timedelta(seconds=kept["grace"]),
        # What follows was not written before 0.2.
        most_missed=kept.get("most_missed", MOST_MISSED),
        jitter=timedelta(seconds=kept.get("jitter", 0)),
        pause_after=kept.get("pause_after", PAUSE_AFTER),
        paused=kept.get("paused", ""),
        counted_after=kept.get("counted_after", ""),
        windows=tuple(to_window(each) for each in kept.get("windows", ())),
        blackouts=tuple(to_window(each) for each in kept.get("blackouts", ())),
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
        "most_missed": schedule.most_missed,
        "jitter": schedule.jitter.total_seconds(),
        "pause_after": schedule.pause_after,
        "paused": schedule.paused,
        "counted_after": schedule.counted_after,
        "windows": [from_window(each) for each in schedule.windows],
        "blackouts": [from_window(each) for each in schedule.blackouts],
    }


def to_window(kept: Mapping[str, Any]) -> Window:
    """A window from its JSON."""
    return Window(
        begin=time.fromisoformat(kept["begin"]),
        end=time.fromisoformat(kept["end"]),
        zone=kept["zone"],
        weekdays=frozenset(kept["weekdays"]),
        first=None if kept["first"] is None else date.fromisoformat(kept["first"]),
        last=None if kept["last"] is None else date.fromisoformat(kept["last"]),
    )


def from_window(window: Window) -> dict[str, Any]:
    """A window as JSON."""
    return {
        "begin": window.begin.isoformat(),
        "end": window.end.isoformat(),
        "zone": window.zone,
        "weekdays": sorted(window.weekdays),
        "first": None if window.first is None else window.first.isoformat(),
        "last": None if window.last is None else window.last.isoformat(),
    }


def _to_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
