"""Tasks: the list, one task with its schedule and runs; making, changing, running, pausing and deleting."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, Cursor, see
from windrow.console.drafts import read_seen
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.task_drafts import TaskForm, as_typed, from_form, problems_of, to_form
from windrow.console.views.runs import counts_of, pace_of
from windrow.console.views.schedules import Told, tell, tell_form
from windrow.console.views.tasks import about, facts_of, kinds_by_hand, parameters_of, place_of, row_of, title_of
from windrow.core.agenda.looking import by_hand, draft_of
from windrow.core.runs import TaskDraft
from windrow.core.scheduling import SOURCE_WORK
from windrow.errors import BadInput, Conflict
from windrow.model.accounts import Right
from windrow.model.tasks import Task
from windrow.ports.agenda import LOOKED_AT
from windrow.ports.work import WorkKind

router = APIRouter(prefix="/tasks", route_class=PageRoute)

SHOWN = 50
LONGEST = 255
RUNS = 20


@router.get("")
def list_tasks(ctx: Ctx, q: str = "", kind: str = "", cursor: Cursor = None) -> Response:
    """Tasks by name and kind, with how their last run stands and when they are due."""
    there = ctx.windrow.agenda.kinds(ctx.principal)
    chosen = {"": [each for each in there if each not in SOURCE_WORK], "all": None}.get(kind, [kind])
    words = q.strip()[:LONGEST]
    page = ctx.windrow.agenda.named(ctx.principal, words=words, kinds=chosen, limit=SHOWN, cursor=cursor)
    return ctx.show(
        "tasks.html",
        page=page.map(row_of),
        words=words,
        kind=kind,
        kinds=there,
        installed=kinds_by_hand(ctx.windrow),
        looked_at=LOOKED_AT,
        first=cursor is None,
    )


@router.get("/new")
def new_task(ctx: Ctx, kind: str = "", item: str = "", name: str = "") -> Response:
    """Where a kind is chosen, and the form for one of that kind, perhaps with the item that it is to work with."""
    ctx.principal.need(Right.WRITE)
    if kind == "sequence":
        return see("/sequences/new")
    if not kind:
        kinds = [(each.name, title_of(each), about(each)) for each in kinds_by_hand(ctx.windrow)]
        return ctx.show("task_kinds.html", kinds=kinds)
    chosen = _kind(ctx, kind)
    draft = TaskDraft(name[:LONGEST], chosen.name, {"item": item} if item else {})
    return show_form(ctx, chosen, to_form(draft, chosen))


@router.post("")
def create_task(ctx: Ctx, form: Posted) -> Response:
    """Makes a task, and runs it at once where that was ticked."""
    ctx.principal.need(Right.WRITE)
    kind = _kind(ctx, form.text("kind"))
    try:
        task = ctx.windrow.tasks.create(ctx.principal, from_form(form, kind, now=ctx.now))
    except BadInput as error:
        return show_form(ctx, kind, as_typed(form, kind, problems_of(error)), status=422)
    if not form.ticked("start"):
        return see(f"/tasks/{task.id}")
    return see(f"/runs/{ctx.windrow.tasks.start(ctx.principal, task.id).id}")


@router.post("/preview")
def preview_task(ctx: Ctx, form: Posted) -> Response:
    """The form with what its schedule means; for browsers without scripts."""
    ctx.principal.need(Right.WRITE)
    kind = _kind(ctx, form.text("kind"))
    return show_form(ctx, kind, as_typed(form, kind, {}), told=tell_form(form, now=ctx.now))


@router.get("/{task_id}")
def show_task(ctx: Ctx, task_id: str, cursor: Cursor = None) -> Response:
    """One task: what it does, when it runs, what its runs took."""
    task = ctx.windrow.tasks.get(ctx.principal, task_id)
    if not by_hand(task):
        return see(place_of(task))
    kind = ctx.windrow.kinds.work.get(task.kind)
    page = ctx.windrow.runs.page(ctx.principal, task_id=task.id, limit=RUNS, cursor=cursor)
    return ctx.show(
        "task.html",
        task=task,
        kind_title=task.kind if kind is None else title_of(kind),
        about="" if kind is None else about(kind),
        installed=kind is not None,
        parameters=parameters_of(task, {} if kind is None else kind.schema),
        told=None if task.schedule is None else tell(task.schedule, now=ctx.now),
        glance=facts_of(ctx.windrow, ctx.principal, task),
        page=page,
        rows=[(run, pace_of(run, ctx.now), counts_of(run.progress.counts)) for run in page.items],
        first=cursor is None,
    )


@router.get("/{task_id}/settings")
def show_settings(ctx: Ctx, task_id: str) -> Response:
    """The form of a task."""
    task, kind = _own(ctx, task_id)
    form = to_form(draft_of(task, task.schedule), kind, seen=task.changed_at)
    return show_form(ctx, kind, form, task=task)


@router.post("/{task_id}/settings")
def change_task(ctx: Ctx, task_id: str, form: Posted) -> Response:
    """Saves the form; a run under way goes on as it began."""
    task, kind = _own(ctx, task_id)
    try:
        draft = from_form(form, kind, now=ctx.now, present=draft_of(task, task.schedule))
        ctx.windrow.tasks.change(ctx.principal, task.id, draft, seen=read_seen(form))
    except BadInput as error:
        return _show_typed(ctx, task, kind, form, problems=problems_of(error), status=422)
    except Conflict as error:
        return _show_typed(ctx, task, kind, form, problems={"form": str(error)}, status=409)
    return see(f"/tasks/{task.id}")


@router.post("/{task_id}/settings/preview")
def preview_change(ctx: Ctx, task_id: str, form: Posted) -> Response:
    """The form with what its schedule means; for browsers without scripts."""
    task, kind = _own(ctx, task_id)
    told = tell_form(form, now=ctx.now, kept=task.schedule)
    return show_form(ctx, kind, as_typed(form, kind, {}, kept=task.schedule), task=task, told=told)


@router.post("/{task_id}/run")
def run_task(ctx: Ctx, task_id: str) -> Response:
    """Runs a task now, and shows the run."""
    return see(f"/runs/{ctx.windrow.tasks.start(ctx.principal, task_id).id}")


@router.post("/{task_id}/pause")
def pause_task(ctx: Ctx, task_id: str) -> Response:
    """Switches its schedule off."""
    return see(f"/tasks/{ctx.windrow.agenda.pause(ctx.principal, task_id).id}")


@router.post("/{task_id}/resume")
def resume_task(ctx: Ctx, task_id: str) -> Response:
    """Switches its schedule on again; failures are counted anew."""
    return see(f"/tasks/{ctx.windrow.agenda.resume(ctx.principal, task_id).id}")


@router.get("/{task_id}/delete")
def confirm_delete(ctx: Ctx, task_id: str) -> Response:
    """What would go with the task."""
    ctx.principal.need(Right.WRITE)
    task = ctx.windrow.tasks.get(ctx.principal, task_id)
    return ctx.show("task_delete.html", task=task)


@router.post("/{task_id}/delete")
def delete_task(ctx: Ctx, task_id: str) -> Response:
    """Deletes a task with its runs, their logs and files."""
    ctx.windrow.tasks.delete(ctx.principal, task_id, ctx.windrow.blobs)
    return see("/tasks")


def _kind(ctx: Context, name: str) -> WorkKind:
    if name in SOURCE_WORK:
        raise BadInput.of("kind", f"{name} is work on a source: it is started there")
    return ctx.windrow.kinds.work_kind(name)


def _own(ctx: Context, task_id: str) -> tuple[Task, WorkKind]:
    """A task that may be changed here. Raises `NotAllowed`, `NotFound`, `Conflict`."""
    ctx.principal.need(Right.WRITE)
    task = ctx.windrow.tasks.get(ctx.principal, task_id)
    if not by_hand(task):
        raise Conflict("This task belongs to a source: change it in the source's settings.")
    return task, ctx.windrow.kinds.work_kind(task.kind)


def _show_typed(
    ctx: Context, task: Task, kind: WorkKind, form: Form, *, problems: Mapping[str, str], status: int
) -> Response:
    return show_form(ctx, kind, as_typed(form, kind, problems, kept=task.schedule), task=task, status=status)


def show_form(
    ctx: Context,
    kind: WorkKind,
    form: TaskForm,
    *,
    task: Task | None = None,
    told: Told | None = None,
    status: int = 200,
) -> Response:
    """The form of a task, of one that is there or of a new one."""
    values = {"form": form, "task": task, "kind_title": title_of(kind), "about": about(kind), "told": told}
    return ctx.show("task_form.html", values, status=status)
