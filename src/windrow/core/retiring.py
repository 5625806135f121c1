"""Retiring: a source that is harvested no more and whose records stay, and its way back."""

from dataclasses import replace
from datetime import datetime

from windrow.errors import Conflict
from windrow.model.sources import Source
from windrow.model.tasks import Task


def retired(source: Source, now: datetime) -> Source:
    """The source retired; its name is free for another one."""
    return replace(source, name=f"{source.name[:200]}{_mark(source)}", retired_at=now, changed_at=now)


def revived(source: Source, now: datetime) -> Source:
    """The source as it was before. Raises `Conflict` where it is not retired."""
    if source.retired_at is None:
        raise Conflict(f"Source {source.id} is not retired.")
    return replace(source, name=source.name.removesuffix(_mark(source)), retired_at=None, changed_at=now)


def switched_off(task: Task, now: datetime) -> Task:
    """The task with its schedule off."""
    if task.schedule is None:
        return task
    return replace(task, schedule=replace(task.schedule, enabled=False, next_due=None), changed_at=now)


def check_active(source: Source) -> Source:
    """The source, if it is not retired. Raises `Conflict`."""
    if source.retired_at is not None:
        raise Conflict(f"Source {source.id} is retired: nothing of it is changed or harvested. Revive it first.")
    return source


def _mark(source: Source) -> str:
    return f" (retired, {source.id})"
