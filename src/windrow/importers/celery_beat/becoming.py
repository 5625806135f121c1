"""Becoming: what a periodic task is in our words: which work, with which parameters, as whom, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from windrow.core.runs import TaskDraft
from windrow.core.scheduling import SOURCE_WORK
from windrow.core.validating import fill
from windrow.core.walking.kind import WALKER
from windrow.core.windrow import Windrow
from windrow.errors import BadInput, NotFound, WindrowError
from windrow.faces.jaseci.arguments import read_sequence, read_walker
from windrow.faces.jaseci.schedules import read_schedule
from windrow.faces.jaseci.words import SEQUENCE, SEQUENCE_TASKS, WALKER_TASKS
from windrow.importers.celery_beat.rows import PeriodicTask
from windrow.model.accounts import Principal, User
from windrow.model.scheduled_queues import QueueNote
from windrow.model.schedules import Schedule
from windrow.model.tasks import DEFAULT_QUEUE, PRIORITIES

HOUSEKEEPING = frozenset({"celery.backend_cleanup", "django_celery_results.cleanup"})
"""What Celery plans for itself."""

ARGS = "args"
"""Under this name a walker is given what stood in `args`."""


class Unneeded(WindrowError):
    """A periodic task that has nothing to do here."""


@dataclass(frozen=True, slots=True)
class Options:
    """How periodic tasks are taken over.

    names       walkers or kinds of work by the Celery tasks that they stand for, where they have other names
    masters     users by the ids of Jaseci's masters, in lower case
    queues      those that workers serve here; rows that name another go to the usual one
    priorities  `redis` (0 goes first) or `rabbitmq` (the highest goes first); "" leaves them
    paused      switches the new schedules off
    dry_run     writes nothing
    """

    names: Mapping[str, str] = field(default_factory=dict)
    masters: Mapping[str, User] = field(default_factory=dict)
    queues: tuple[str, ...] = (DEFAULT_QUEUE,)
    priorities: str = ""
    paused: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Becoming:
    """What one becomes; `lost` tells what is not as it was. Without an owner it is whoever imports it."""

    draft: TaskDraft
    note: QueueNote
    owner: User | None
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Work:
    kind: str
    parameters: Mapping[str, Any]
    owner: User | None = None
    lost: tuple[str, ...] = ()


def become(windrow: Windrow, principal: Principal, row: PeriodicTask, *, now: datetime, options: Options) -> Becoming:
    """What a periodic task becomes. Raises `BadInput` for what cannot be taken over, and `Unneeded`."""
    if row.task in HOUSEKEEPING:
        raise Unneeded("Celery tidies up after itself; Windrow does so by itself")
    if row.problem:
        raise BadInput.of("row", row.problem)
    work = _work(windrow, principal, row, options)
    said, zone_lost = _said(row)
    read = read_schedule(said, now=now, everything=True, anchor=row.last_run)
    schedule, once_lost = _fitting(read.schedule, row)
    queue, priority, sending_lost = _sending(row, options)
    draft = TaskDraft(row.name, work.kind, work.parameters, queue=queue, priority=priority, schedule=schedule)
    note = QueueNote(row.name, row.task, {"schedule": dict(read.said), "kwargs": _kwargs(row)}, _digest(draft, said))
    return Becoming(draft, note, work.owner, (*work.lost, *zone_lost, *once_lost, *sending_lost))


def _work(windrow: Windrow, principal: Principal, row: PeriodicTask, options: Options) -> _Work:
    if row.task in WALKER_TASKS | SEQUENCE_TASKS and row.args:
        raise BadInput.of("args", "are not understood: write them into its kwargs, by their names")
    if row.task in WALKER_TASKS:
        return _jaseci_walker(windrow, principal, row, options)
    if row.task in SEQUENCE_TASKS:
        document = read_sequence(row.kwargs)
        return _Work(SEQUENCE, {"document": document, "dialect": document.get("dialect") or "compat"})
    name = options.names.get(row.task, row.task)
    given = {**row.kwargs, ARGS: row.args} if row.args else dict(row.kwargs)
    if name in windrow.walkers.walkers:
        return _Work(WALKER, _walk(windrow, principal, name, given))
    if name in windrow.kinds.work and name not in SOURCE_WORK:
        return _Work(name, given)
    told = f"nothing is registered here as {name!r}: write a walker of that name, or say --task {row.task}=WALKER"
    raise BadInput.of("task", told)


def _jaseci_walker(windrow: Windrow, principal: Principal, row: PeriodicTask, options: Options) -> _Work:
    arguments = read_walker(row.kwargs)
    parameters = _walk(windrow, principal, arguments.walker, arguments.context)
    if arguments.master is None:
        return _Work(WALKER, parameters)
    owner = options.masters.get(arguments.master) or _known(windrow, principal, arguments.master)
    told = f"runs as {principal.name}, and not as master {arguments.master}: see --master"
    return _Work(WALKER, parameters, owner, (told,) if owner is None else ())


def _known(windrow: Windrow, principal: Principal, user_id: str) -> User | None:
    try:
        return windrow.accounts.get_user(principal, user_id)
    except NotFound:
        return None


def _walk(windrow: Windrow, principal: Principal, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        walker = windrow.walkers.get(principal, name)
    except NotFound as error:
        raise BadInput.of("walker", f"Walker {name} not found! Register one of that name, and import again") from error
    return {"walker": name, "context": fill(walker.schema, given, field="kwargs")}


def _said(row: PeriodicTask) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Its schedule. Jaseci's own tasks ran in UTC, whatever their rows said."""
    said = dict(row.schedule)
    conf = said.get("conf", {})
    if row.task not in WALKER_TASKS | SEQUENCE_TASKS or "timezone" not in conf:
        return said, ()
    said["conf"] = {name: value for name, value in conf.items() if name != "timezone"}
    told = f"runs in UTC, as it did there: its time zone {conf['timezone']} was never heeded"
    return said, () if conf["timezone"] == "UTC" else (told,)


def _fitting(schedule: Schedule, row: PeriodicTask) -> tuple[Schedule, tuple[str, ...]]:
    """What was to run once and has run does not run again."""
    if schedule.occurrences != 1 or not row.runs:
        return schedule, ()
    return replace(schedule, occurrences=0), ("was to run once, and has run there",)


def _sending(row: PeriodicTask, options: Options) -> tuple[str, int, tuple[str, ...]]:
    sending, lost = dict(row.sending), []
    queue, priority = sending.pop("queue", None), sending.pop("priority", None)
    if queue is not None and queue not in options.queues:
        lost.append(f"waits in queue {DEFAULT_QUEUE}: no worker here serves {queue}")
        queue = None
    if priority is not None and not options.priorities:
        lost.append(f"without its priority {priority}: say by --priorities which broker it was for")
        priority = None
    if sending:
        lost.append(f"without its {', '.join(sorted(sending))}")
    number = 0 if priority is None else min(int(priority), PRIORITIES[-1])
    return queue or DEFAULT_QUEUE, -number if options.priorities == "redis" else number, tuple(lost)


def _kwargs(row: PeriodicTask) -> Mapping[str, Any]:
    return {**row.kwargs, ARGS: row.args} if row.args else row.kwargs


def _digest(draft: TaskDraft, said: Mapping[str, Any]) -> str:
    """Of all that was said of it, but for how often and when it ran."""
    told = [draft.kind, draft.parameters, draft.queue, draft.priority, said]
    return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
