"""Scheduling: walkers and sequences that run by a schedule, made, listed and deleted by their numbers."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from windrow.core.runs import TaskDraft
from windrow.core.validating import fill
from windrow.core.walking.kind import WALKER
from windrow.errors import BadInput, NameTaken, NotFound
from windrow.faces.jaseci.arguments import WalkerArguments, read_sequence, read_walker
from windrow.faces.jaseci.context import AdminCtx, Call, Ctx
from windrow.faces.jaseci.errors import JaseciRoute, failure, respond
from windrow.faces.jaseci.schedules import Read, read_schedule, show_trigger
from windrow.faces.jaseci.words import SCHEDULED_SEQUENCE, SCHEDULED_WALKER, SEQUENCE, WALKER_TASKS
from windrow.model.accounts import Right, User
from windrow.model.scheduled_queues import QueueListing, QueueNote, ScheduledQueue
from windrow.model.tasks import Task

router = APIRouter(route_class=JaseciRoute, include_in_schema=False)

TAKEN = "Internal Exception: {'name': ['Periodic task with this Name already exists.']}"
MOST = 1_000
"""Scheduled queues that one list tells."""

LONGEST_NAME = 200
LARGEST = (1 << 63) - 1


@router.post("/js/add_scheduled_walker")
async def add_walker(call: Ctx) -> Response:
    """Runs a walker by a schedule: an interval or a crontab."""
    return await run_in_threadpool(_add_walker, call, everything=False)


@router.post("/js_admin/add_scheduled_walker")
async def add_walker_as_admin(call: AdminCtx) -> Response:
    """The same with all that a periodic task of the admins may say, and for whichever account."""
    return await run_in_threadpool(_add_walker, call, everything=True)


@router.post("/js_admin/add_scheduled_sequence")
async def add_sequence(call: AdminCtx) -> Response:
    """Runs a sequence by a schedule."""
    return await run_in_threadpool(_add_sequence, call)


@router.post("/js/get_scheduled_queues")
async def list_queues(call: Ctx) -> Response:
    """One's own scheduled walkers; for admins everything."""
    return await run_in_threadpool(_list, call)


@router.post("/js_admin/get_scheduled_queues")
async def list_queues_as_admin(call: AdminCtx) -> Response:
    """The same under the admins' prefix."""
    return await list_queues(call)


@router.post("/js/delete_scheduled_queue")
async def delete_queue(call: Ctx) -> Response:
    """Deletes one by its number."""
    return await run_in_threadpool(_delete, call)


@router.post("/js_admin/delete_scheduled_queue")
async def delete_queue_as_admin(call: AdminCtx) -> Response:
    """The same under the admins' prefix."""
    return await delete_queue(call)


def show(queue: ScheduledQueue) -> dict[str, Any]:
    """A scheduled queue as lists show it: as it was said, or as it is now where another way in changed it."""
    note, task = queue.note, queue.task
    if note.still_schedules(task):
        said = note.said["schedule"]
        schedule = {"type": said["type"], "conf": said["conf"]}
    else:
        schedule = show_trigger(None if task.schedule is None else task.schedule.trigger)
    kwargs = note.said["kwargs"] if note.still_describes(task) else _kwargs_of(task)
    return {"id": queue.number, "name": note.name, "schedule": schedule, "kwargs": kwargs}


def _add_walker(call: Call, *, everything: bool) -> Response:
    name, read = _name(call), _schedule(call, everything=everything)
    body = call.object("body")
    arguments = read_walker(body)
    owner = _owner(call, arguments)
    try:
        walker = call.windrow.walkers.get(call.principal, arguments.walker)
    except NotFound:
        return respond({"report": [], **failure(f"Walker {arguments.walker} not found!")})
    context = fill(walker.schema, arguments.context, field="body.ctx")
    parameters = {"walker": walker.name, "context": context}
    draft = TaskDraft(name, WALKER, parameters, schedule=read.schedule)
    kwargs = {**body, "mst": f"urn:uuid:{owner.id if owner else call.principal.user_id}"}
    return _make(call, draft, QueueNote(name, SCHEDULED_WALKER, {"schedule": read.said, "kwargs": kwargs}), owner)


def _add_sequence(call: Call) -> Response:
    name, read = _name(call), _schedule(call, everything=True)
    document = read_sequence(call.object("body"))
    parameters = {"document": document, "dialect": document.get("dialect") or "compat"}
    draft = TaskDraft(name, SEQUENCE, parameters, schedule=read.schedule)
    return _make(call, draft, QueueNote(name, SCHEDULED_SEQUENCE, {"schedule": read.said, "kwargs": document}), None)


def _make(call: Call, draft: TaskDraft, note: QueueNote, owner: User | None) -> Response:
    try:
        call.windrow.scheduled_queues.create(call.principal, draft, note, owner=owner)
    except NameTaken:
        return respond(failure(TAKEN))
    return respond(f"Scheduled {'Walker' if draft.kind == WALKER else 'Sequence'} created successfully!")


def _list(call: Call) -> Response:
    mine = Right.ADMIN not in call.principal.rights
    which = QueueListing(
        call.principal.scope,
        owner_id=call.principal.user_id if mine else None,
        words=WALKER_TASKS if mine else None,
        search=call.text("search") or "",
        ascending=_flag(call, "asc"),
        offset=_number(call, "offset", 0, LARGEST),
        limit=_number(call, "limit", 10, MOST),
    )
    return respond([show(each) for each in call.windrow.scheduled_queues.page(call.principal, which)])


def _delete(call: Call) -> Response:
    given = call.parameters.get("scheduled_queue_id")
    if given in (None, ""):
        raise BadInput.of("scheduled_queue_id", "is missing")
    queues = call.windrow.scheduled_queues
    try:
        queue = queues.get(call.principal, _whole(given) or 0, words=WALKER_TASKS)
    except NotFound:
        return respond(f"Scheduled Queue with id({given}) is not existing!")
    queues.delete(call.principal, queue, call.windrow.blobs)
    return respond(f"Scheduled Queue with id({given}) is deleted successfully!")


def _name(call: Call) -> str:
    name = (call.text("name") or "").strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadInput.of("name", f"must have 1 to {LONGEST_NAME} characters")
    return name


def _schedule(call: Call, *, everything: bool) -> Read:
    return read_schedule(call.object("schedule"), now=call.windrow.tasks.clock(), everything=everything)


def _owner(call: Call, arguments: WalkerArguments) -> User | None:
    """Whom it runs as: oneself, whatever is said, unless one is an admin. Raises `BadInput`."""
    if arguments.master is None or Right.ADMIN not in call.principal.rights:
        return None
    try:
        return call.windrow.accounts.get_user(call.principal, arguments.master)
    except NotFound as error:
        told = "Invalid Master! No account has this id; leave it out to have it run as yourself"
        raise BadInput.of("body.mst", told) from error


def _kwargs_of(task: Task) -> Mapping[str, Any]:
    master = {"mst": f"urn:uuid:{task.owner_id}"}
    if task.kind == WALKER:
        return {"wlk": task.parameters.get("walker"), "ctx": task.parameters.get("context", {}), **master}
    document: Mapping[str, Any] = task.parameters.get("document", task.parameters)
    return document


def _flag(call: Call, name: str) -> bool:
    value = call.parameters.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise BadInput.of(name, "must be true or false")


def _number(call: Call, name: str, usual: int, most: int) -> int:
    value = call.parameters.get(name)
    number = usual if value is None else _whole(value)
    if number is None or number > most:
        raise BadInput.of(name, f"must be a whole number from 0 to {most}")
    return number


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST else None
