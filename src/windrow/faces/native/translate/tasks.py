"""Tasks, as shapes and from them."""

from dataclasses import replace
from datetime import datetime

from windrow.core.runs import TaskDraft
from windrow.faces.native.translate.schedules import change_schedule, from_schedule, to_schedule
from windrow.model import tasks
from windrow.wire import runs as run_shapes


def from_task(task: run_shapes.TaskInput, *, now: datetime) -> TaskDraft:
    """A task to be made."""
    return TaskDraft(
        name=task.name,
        kind=task.kind,
        parameters=task.parameters,
        queue=task.queue,
        priority=task.priority,
        limits=tuple(tasks.Limit(each.key, each.most) for each in task.limits),
        retry=None if task.retry is None else tasks.Retry(task.retry.attempts, task.retry.first, task.retry.longest),
        schedule=from_schedule(task.schedule, now=now),
    )


def change_task(task: tasks.Task, change: run_shapes.TaskChange, *, now: datetime) -> TaskDraft:
    """A task as it is to be after a change: what was left out stays."""
    draft = TaskDraft(
        task.name, task.kind, task.parameters, task.queue, task.priority, task.limits, task.retry, task.schedule
    )
    given = change.model_dump(exclude_unset=True, include={"name", "parameters", "queue", "priority"})
    draft = replace(draft, **given)
    if change.limits is not None:
        draft = replace(draft, limits=tuple(tasks.Limit(each.key, each.most) for each in change.limits))
    if change.retry is not None:
        draft = replace(draft, retry=replace(task.retry, **change.retry.model_dump(exclude_unset=True)))
    if "schedule" in change.model_fields_set:
        draft = replace(draft, schedule=change_schedule(task.schedule, change.schedule, now=now))
    return draft


def to_task(task: tasks.Task) -> run_shapes.Task:
    """A task."""
    return run_shapes.Task(
        id=task.id,
        name=task.name,
        kind=task.kind,
        parameters=task.parameters,
        queue=task.queue,
        priority=task.priority,
        limits=[run_shapes.LimitView(key=each.key, most=each.most) for each in task.limits],
        retry=run_shapes.RetryView(attempts=task.retry.attempts, first=task.retry.first, longest=task.retry.longest),
        schedule=to_schedule(task.schedule),
        owner_id=task.owner_id,
        created_at=task.created_at,
        changed_at=task.changed_at,
        last_run_id=task.last_run_id,
    )
