"""Starting a task otherwise than it is: with other parameters, later, for another moment, or for many that passed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, see
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.schema_forms import read_settings, typed_fields
from windrow.console.task_drafts import problems_of, to_form
from windrow.console.views.tasks import title_of
from windrow.core.agenda.looking import by_hand, draft_of
from windrow.core.repeating import USUAL_BACKFILLED, Backfill
from windrow.errors import BadInput, Conflict
from windrow.model.accounts import Right
from windrow.model.tasks import Task
from windrow.ports.work import WorkKind

router = APIRouter(prefix="/tasks/{task_id}/start", route_class=PageRoute)

MOMENTS = ("at", "due", "start", "end")


@router.get("")
def show_start(ctx: Ctx, task_id: str) -> Response:
    """The forms: one run with other words, and runs for moments that have passed."""
    task, kind = _own(ctx, task_id)
    return _show(ctx, task, kind)


@router.post("")
def start_task(ctx: Ctx, task_id: str, form: Posted) -> Response:
    """Starts one run with what was entered, and shows it."""
    task, kind = _own(ctx, task_id)
    try:
        given = read_settings(kind.schema, form)
        changed = {name: value for name, value in given.items() if task.parameters.get(name) != value}
        moments = {name: _moment(form, name) for name in ("at", "due")}
        run = ctx.windrow.tasks.start(ctx.principal, task.id, parameters=changed or None, **moments)
    except BadInput as error:
        return _show(ctx, task, kind, form=form, problems=problems_of(error), status=422)
    return see(f"/runs/{run.id}")


@router.post("/backfill")
def backfill_task(ctx: Ctx, task_id: str, form: Posted) -> Response:
    """Shows for which moments there would be a run, or makes those runs."""
    task, kind = _own(ctx, task_id)
    try:
        found = ctx.windrow.repeating.backfill(
            ctx.principal,
            task.id,
            start=_needed(form, "start"),
            end=_needed(form, "end"),
            most=form.integer("most", USUAL_BACKFILLED),
            again=form.ticked("again"),
            dry_run=not form.ticked("make"),
        )
    except BadInput as error:
        return _show(ctx, task, kind, form=form, problems=problems_of(error), status=422)
    except Conflict as error:
        return _show(ctx, task, kind, form=form, problems={"start": str(error)}, status=409)
    return _show(ctx, task, kind, form=form, found=found)


def _own(ctx: Context, task_id: str) -> tuple[Task, WorkKind]:
    """A task that is started here. Raises `NotAllowed`, `NotFound`, `Conflict`."""
    ctx.principal.need(Right.WRITE)
    task = ctx.windrow.tasks.get(ctx.principal, task_id)
    if not by_hand(task):
        raise Conflict("This task belongs to a source: start it on the source's page.")
    return task, ctx.windrow.kinds.work_kind(task.kind)


def _moment(form: Form, name: str) -> datetime | None:
    text = form.text(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput.of(name, "must be a day or moment in ISO 8601, such as 2027-01-31T06:00") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _needed(form: Form, name: str) -> datetime:
    moment = _moment(form, name)
    if moment is None:
        raise BadInput.of(name, "is missing")
    return moment


def _show(
    ctx: Context,
    task: Task,
    kind: WorkKind,
    *,
    form: Form | None = None,
    found: Backfill | None = None,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    shown = replace(to_form(draft_of(task, task.schedule), kind), problems=problems or {})
    if form is not None:
        shown = replace(shown, settings=typed_fields(kind.schema, form) if found is None else shown.settings)
    return ctx.show(
        "task_start.html",
        status=status,
        task=task,
        kind_title=title_of(kind),
        form=shown,
        typed={name: "" if form is None else form.text(name) for name in MOMENTS},
        most=USUAL_BACKFILLED if form is None else form.text("most") or USUAL_BACKFILLED,
        again=form is not None and form.ticked("again"),
        made=form is not None and form.ticked("make"),
        found=found,
    )
