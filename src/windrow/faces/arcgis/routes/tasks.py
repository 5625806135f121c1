"""Scheduled tasks: make, list, look, change, switch, delete."""

import hashlib
from collections.abc import Callable, Sequence

import orjson
from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from windrow.errors import BadInput, Conflict, NotAllowed, NotFound
from windrow.faces.arcgis import limits as known_limits
from windrow.faces.arcgis.context import REST, Context, Ctx
from windrow.faces.arcgis.drafting import Wish, read_change, read_new, switched
from windrow.faces.arcgis.errors import SharingRoute
from windrow.faces.arcgis.spelling import from_hex, to_hex
from windrow.faces.arcgis.stopping import stop_runs, wait_for_ends
from windrow.faces.arcgis.translate import asking_of, to_task
from windrow.faces.arcgis.types import ELSEWHERE, ITEM_TYPES, KINDS, Looks
from windrow.faces.arcgis.words import FACE
from windrow.model.accounts import Right, User
from windrow.model.items import Item
from windrow.model.listings import Listed
from windrow.model.notes import NotedListing, NotedTask

TASKS = "/community/users/{username}/tasks"

WHOLE = 100
"""Clients that ask for so many cannot page: they get all at once, as far as one answer can hold them."""

LARGEST_ANSWER = 1_000
LARGEST_OFFSET = 10_000_000

Reading = Callable[[NotedTask], Wish]

TRIES = 3
"""How often a change is tried when others change the same task at the same time."""

ANONYMOUS = frozenset({"token", "f"})
"""Fields that do not belong to what is asked for."""

router = APIRouter(prefix=REST, tags=["ArcGIS"], route_class=SharingRoute, include_in_schema=False)


@router.post(f"{TASKS}/createTask")
def create_task(ctx: Ctx, username: str) -> Response:
    """Makes a task; asked for once more within minutes, it answers the same task."""
    ctx.principal.need(Right.WRITE)
    if username != ctx.principal.name:
        raise NotAllowed("Tasks are made for oneself: sign in as the user who shall own it.")
    limits = limits_of(ctx)
    wish = read_new(ctx.form, _looks(ctx), pause_after=limits[known_limits.FAILURES])
    _check_item(ctx, wish)
    task_id = ctx.windrow.noted_tasks.create(
        ctx.principal,
        wish.draft,
        wish.note,
        request=_request_of(ctx),
        quotas=known_limits.quotas_of(wish.note.word, limits),
    )
    return _done(ctx, task_id)


@router.get(TASKS)
@router.post(TASKS)
def list_tasks(ctx: Ctx, username: str) -> Response:
    """A user's tasks."""
    return _answer_list(ctx, ctx.user(username))


@router.get(f"{TASKS}/{{task_id}}")
@router.post(f"{TASKS}/{{task_id}}")
def read_task(ctx: Ctx, username: str, task_id: str) -> Response:
    """One task.

    Clients up to the latest ask for the second page of a list at the address of the last task of the first one: what
    carries `start` and `num` is answered with the list.
    """
    if {"start", "num"} <= set(ctx.form.values):
        return _answer_list(ctx, ctx.user(username))
    found = find_task(ctx, username, task_id)
    return ctx.answer(show_tasks(ctx, [found])[0])


@router.post(f"{TASKS}/{{task_id}}/update")
def update_task(ctx: Ctx, username: str, task_id: str) -> Response:
    """Changes what is sent of a task. `isActive=false` is how clients stop one: that ends a run under way as well."""
    limits = limits_of(ctx)

    def read(found: NotedTask) -> Wish:
        return read_change(ctx.form, found, _looks(ctx), pause_after=limits[known_limits.FAILURES])

    answer = _change(ctx, username, task_id, read)
    if ctx.form.truth("isActive") is False:
        stop_runs(ctx, find_task(ctx, username, task_id).task.id)
    return answer


@router.post(f"{TASKS}/{{task_id}}/enable")
def enable_task(ctx: Ctx, username: str, task_id: str) -> Response:
    """Switches a task on."""
    return _change(ctx, username, task_id, lambda found: switched(found, _looks(ctx), active=True))


@router.post(f"{TASKS}/{{task_id}}/disable")
def disable_task(ctx: Ctx, username: str, task_id: str) -> Response:
    """Switches a task off; a run under way goes on, other than where a task is stopped."""
    return _change(ctx, username, task_id, lambda found: switched(found, _looks(ctx), active=False))


@router.post(f"{TASKS}/{{task_id}}/delete")
async def delete_task(ctx: Ctx, username: str, task_id: str) -> Response:
    """Deletes a task with its runs; those that go on are stopped first, which may take seconds."""
    found = await run_in_threadpool(find_task, ctx, username, task_id)
    await wait_for_ends(ctx, await run_in_threadpool(stop_runs, ctx, found.task.id))
    return await run_in_threadpool(_delete, ctx, found.task.id)


@router.get("/portals/self/allScheduledTasks")
@router.post("/portals/self/allScheduledTasks")
def list_all_tasks(ctx: Ctx) -> Response:
    """Everybody's tasks, for administrators."""
    if not ctx.is_admin:
        raise NotAllowed("The tasks of all users are for administrators.")
    name = ctx.form.text("userFilter")
    return _answer_list(ctx, None if name is None else ctx.user(name))


def find_task(ctx: Context, username: str, task_id: str) -> NotedTask:
    """A task of a user. Raises `NotFound`."""
    user = ctx.user(username)
    try:
        found = ctx.windrow.noted_tasks.get(ctx.principal, from_hex(task_id), FACE)
    except NotFound as error:
        raise NotFound("task", task_id[:100]) from error
    if found.task.owner_id != user.id or found.task.kind not in {each.kind for each in ELSEWHERE}:
        raise NotFound("task", task_id[:100])
    return found


def show_tasks(ctx: Context, found: Sequence[NotedTask]) -> list[dict[str, object]]:
    """Tasks as they are answered."""
    latest = ctx.windrow.noted_tasks.latest_runs(found)
    return [to_task(each, latest.get(each.task.id), ctx.now) for each in found]


def limits_of(ctx: Context) -> dict[str, int]:
    """All limits, as they hold now."""
    return {**known_limits.USUAL, **ctx.windrow.noted_tasks.limits(ctx.principal, FACE)}


def _delete(ctx: Context, task_id: str) -> Response:
    try:
        ctx.windrow.tasks.delete(ctx.principal, task_id, ctx.windrow.blobs)
    except Conflict as error:
        raise Conflict("A run of this task is being stopped: delete the task again in a few seconds.") from error
    return _done(ctx, task_id)


def _change(ctx: Context, username: str, task_id: str, read: Reading) -> Response:
    ctx.principal.need(Right.WRITE)
    limits = limits_of(ctx)
    for attempt in range(TRIES):
        found = find_task(ctx, username, task_id)
        wish = read(found)
        if wish.note.subject != to_hex(asking_of(found).item or ""):
            _check_item(ctx, wish)
        try:
            ctx.windrow.noted_tasks.change(
                ctx.principal,
                found.task.id,
                wish.draft,
                wish.note,
                seen=found.task.changed_at,
                quotas=known_limits.quotas_of(wish.note.word, limits),
            )
            break
        except Conflict:
            if attempt == TRIES - 1:
                raise
    return _done(ctx, found.task.id)


def _answer_list(ctx: Context, user: User | None) -> Response:
    start = max(1, ctx.form.number("start") or 1)
    asked = ctx.form.number("num")
    num = LARGEST_ANSWER if asked is None or asked >= WHOLE else max(1, asked)
    asked_types = ctx.form.text("types")
    types = None if asked_types is None else frozenset(asked_types.split(",")) & frozenset(KINDS)
    found = _find(ctx, user, types, offset=start - 1, limit=num)
    following = start + len(found.items)
    whose = ctx.principal.user_id if user is None else user.id
    active = ctx.windrow.noted_tasks.count_active(ctx.principal, FACE, whose)
    answer = {
        "total": found.total,
        "start": start,
        "num": len(found.items),
        "nextStart": following if found.items and following <= found.total else -1,
        "activeTasksAvailable": known_limits.available(active, types, limits_of(ctx)),
        "tasks": show_tasks(ctx, found.items),
    }
    return ctx.answer(answer)


def _find(
    ctx: Context, user: User | None, types: frozenset[str] | None, *, offset: int, limit: int
) -> Listed[NotedTask]:
    item = ctx.form.plain("itemId")
    if offset > LARGEST_OFFSET:
        raise BadInput.of("start", f"must be at most {LARGEST_OFFSET}")
    which = NotedListing(
        FACE,
        owner_id=None if user is None else user.id,
        tenant_id=None if user is None else user.tenant_id,
        elsewhere=ELSEWHERE,
        words=types,
        subject=None if item is None else (to_hex(item), from_hex(item)),
        active=ctx.form.truth("active"),
        offset=offset,
        limit=limit,
    )
    return ctx.windrow.noted_tasks.find(ctx.principal, which)


def _looks(ctx: Context) -> Looks:
    return Looks(ctx.windrow.kinds.work_kind, lambda item_id: _item(ctx, item_id))


def _item(ctx: Context, item_id: str) -> Item:
    try:
        return ctx.windrow.items.get(ctx.principal, item_id)
    except NotFound as error:
        raise BadInput.of(
            "itemId", f"there is no item {to_hex(item_id)[:100]} here, or you may not know of it"
        ) from error


def _check_item(ctx: Context, wish: Wish) -> None:
    """Raises `BadInput` where a task that is done here names an item that is not here, or of another type."""
    wanted = ITEM_TYPES.get(wish.note.word)
    if wanted is None or not wish.note.subject:
        return
    item = _item(ctx, from_hex(wish.note.subject))
    if item.type is not wanted:
        raise BadInput.of("itemId", f"is a {item.type}, and {wish.note.word} needs a {wanted}")


def _request_of(ctx: Context) -> bytes:
    """A digest of what is asked for, and by whom."""
    asked = sorted((name, value) for name, value in ctx.form.values.items() if name not in ANONYMOUS)
    return hashlib.sha256(orjson.dumps([FACE, ctx.principal.user_id, asked])).digest()


def _done(ctx: Context, task_id: str) -> Response:
    return ctx.answer({"success": True, "taskId": to_hex(task_id)})
