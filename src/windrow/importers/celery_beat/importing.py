"""Importing: a periodic task becomes a task with a schedule; one that did not change since is let alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from windrow.core.windrow import Windrow
from windrow.errors import BadInput
from windrow.importers.celery_beat.becoming import Becoming, Options, Unneeded, become
from windrow.importers.celery_beat.rows import PeriodicTask
from windrow.model.accounts import Principal
from windrow.model.scheduled_queues import ScheduledQueue
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Interval

__all__ = ["Imported", "Options", "take_over"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a periodic task.

    task      the Celery task that it names
    state     imported, updated, unchanged, unneeded or refused
    task_id   the task that it is now; None where there is none, or nothing was written
    schedule  when it runs here, in words
    next_due  when it runs next
    notes     what is not as it was, or why it was refused
    """

    name: str
    task: str
    state: str
    task_id: str | None = None
    schedule: str = ""
    next_due: datetime | None = None
    notes: str = ""


def take_over(
    windrow: Windrow, principal: Principal, tasks: Iterable[PeriodicTask], *, now: datetime, options: Options
) -> Iterator[Imported]:
    """Takes periodic tasks over, one after another; with `options.dry_run` only tells what would become of them.

    Doing it again takes over what changed there since, and leaves all else as it is here.
    """
    for each in tasks:
        try:
            yield _take_over(windrow, principal, each, now=now, options=options)
        except Unneeded as error:
            yield Imported(each.name, each.task, "unneeded", notes=str(error))
        except BadInput as error:
            yield Imported(each.name, each.task, "refused", notes=str(error))


def _take_over(
    windrow: Windrow, principal: Principal, row: PeriodicTask, *, now: datetime, options: Options
) -> Imported:
    became = become(windrow, principal, row, now=now, options=options)
    tenant_id = principal.tenant_id if became.owner is None else became.owner.tenant_id
    present = windrow.scheduled_queues.named(principal, became.note.name, tenant_id=tenant_id)
    if present is None:
        return _import(windrow, principal, became, options)
    if not present.note.origin:
        raise BadInput.of("name", f"{row.name!r} is another scheduled queue's here: rename one of them")
    if present.note.origin == became.note.origin:
        return _told(became, "unchanged", present.task)
    return _update(windrow, principal, present, became, options)


def _import(windrow: Windrow, principal: Principal, became: Becoming, options: Options) -> Imported:
    draft = became.draft
    if options.paused and draft.schedule is not None:
        draft = replace(draft, schedule=replace(draft.schedule, enabled=False))
    if options.dry_run:
        to_be = windrow.scheduled_queues.draft(principal, draft, owner=became.owner)
        return _told(became, "imported", to_be, is_written=False)
    made = windrow.scheduled_queues.create(principal, draft, became.note, owner=became.owner)
    return _told(became, "imported", made.task)


def _update(
    windrow: Windrow, principal: Principal, present: ScheduledQueue, became: Becoming, options: Options
) -> Imported:
    draft = replace(became.draft, schedule=_going_on(present, became))
    if options.dry_run:
        to_be = windrow.scheduled_queues.draft(principal, draft, owner=became.owner)
        return _told(became, "updated", to_be, is_written=False)
    changed = windrow.scheduled_queues.change(
        principal, present.number, draft, became.note, seen=present.task.changed_at
    )
    return _told(became, "updated", changed.task)


def _going_on(present: ScheduledQueue, became: Becoming) -> Schedule | None:
    """The new schedule, with what people and clocks have done here to the old one: switched it, let it run once."""
    new, old = became.draft.schedule, present.task.schedule
    if new is None or old is None:
        return new
    before, now = present.note.said["schedule"], became.note.said["schedule"]
    if before.get("enabled") == now.get("enabled"):
        new = replace(new, enabled=old.enabled)
    if before.get("one_off") == now.get("one_off") and before.get("type") == now.get("type"):
        new = replace(new, occurrences=old.occurrences)
    if isinstance(new.trigger, Interval) and isinstance(old.trigger, Interval):
        new = replace(new, trigger=replace(new.trigger, anchor=old.trigger.anchor))
    return new


def _told(became: Becoming, state: str, task: Task, *, is_written: bool = True) -> Imported:
    schedule = task.schedule
    return Imported(
        became.note.name,
        became.note.word,
        state,
        task.id if is_written else None,
        "" if schedule is None else schedule.describe(),
        None if schedule is None else schedule.next_due,
        "" if state == "unchanged" else "; ".join(became.lost),
    )
