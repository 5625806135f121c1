"""Targets of a source: the list, one target's page, the form for one, checks, pushes, removal."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, Cursor, Number, see
from windrow.console.drafts import problems_by_field, read_seen
from windrow.console.forms import Posted
from windrow.console.pages import PageRoute
from windrow.console.target_drafts import TargetForm, as_typed, from_form, to_form
from windrow.console.views.sources import glance_at
from windrow.core.targets import Checked, TargetDraft
from windrow.errors import BadInput, Conflict
from windrow.ports.targets import TargetKind


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deliveries to show: only those that failed, and from where on."""

    failed: bool = False
    cursor: str | None = None


EVERYTHING = Asked()

router = APIRouter(prefix="/sources/{source_id}/targets", route_class=PageRoute)


@router.get("")
def list_targets(ctx: Ctx, source_id: Number, cursor: Cursor = None) -> Response:
    """Where the source's records are pushed to, and how far each is."""
    page = ctx.windrow.targets.page(ctx.principal, source_id, cursor=cursor)
    return ctx.show(
        "source_targets.html",
        glance=glance_at(ctx.windrow, ctx.principal, source_id),
        page=page,
        first=cursor is None,
        last_push=ctx.windrow.targets.last_push(ctx.principal, source_id),
        kinds=_kinds(ctx),
    )


@router.get("/new")
def new_target(ctx: Ctx, source_id: Number, kind: str = "") -> Response:
    """The form for a target of a kind."""
    ctx.own_source(source_id)
    chosen = ctx.windrow.kinds.target(kind)
    return _show_new(ctx, source_id, chosen, to_form(TargetDraft("", chosen.name, ""), chosen))


@router.post("")
def create_target(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """Adds a target."""
    ctx.own_source(source_id)
    kind = ctx.windrow.kinds.target(form.text("kind"))
    try:
        view = ctx.windrow.targets.create(ctx.principal, source_id, from_form(form, kind))
    except BadInput as error:
        return _show_new(ctx, source_id, kind, as_typed(form, kind, problems_by_field(error)), status=422)
    except Conflict as error:
        return _show_new(ctx, source_id, kind, as_typed(form, kind, {"name": str(error)}), status=409)
    return see(f"/sources/{source_id}/targets/{view.target.id}")


@router.post("/push")
def push_all(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """Starts a push to all targets, and shows it."""
    ctx.own_source(source_id)
    run = ctx.windrow.targets.push(ctx.principal, source_id, full=form.ticked("full"))
    return see(f"/runs/{run.id}")


@router.get("/{target_id}")
def show_target(ctx: Ctx, source_id: Number, target_id: Number, failed: str = "", cursor: Cursor = None) -> Response:
    """One target: how far it is, what became of each record, what it is set to."""
    return _show(ctx, source_id, target_id, asked=Asked(failed == "yes", cursor))


@router.post("/{target_id}")
def change_target(ctx: Ctx, source_id: Number, target_id: Number, form: Posted) -> Response:
    """Saves the form."""
    ctx.own_source(source_id)
    view = ctx.windrow.targets.view(ctx.principal, source_id, target_id)
    kind = ctx.windrow.kinds.target(view.target.kind)
    has = view.target.has_credential
    try:
        draft, seen = from_form(form, kind), read_seen(form)
        ctx.windrow.targets.change(ctx.principal, source_id, target_id, draft, seen=seen)
    except BadInput as error:
        typed = as_typed(form, kind, problems_by_field(error), has_credential=has)
        return _show(ctx, source_id, target_id, form=typed, status=422)
    except Conflict as error:
        typed = as_typed(form, kind, {"form": str(error)}, has_credential=has)
        return _show(ctx, source_id, target_id, form=typed, status=409)
    return see(f"/sources/{source_id}/targets/{target_id}")


@router.post("/{target_id}/check")
def check_target(ctx: Ctx, source_id: Number, target_id: Number) -> Response:
    """Asks the target whether it would take records."""
    ctx.own_source(source_id)
    checked = ctx.windrow.targets.check(ctx.principal, source_id, target_id)
    return _show(ctx, source_id, target_id, checked=checked)


@router.post("/{target_id}/push")
def push_target(ctx: Ctx, source_id: Number, target_id: Number, form: Posted) -> Response:
    """Starts a push to this target, and shows it."""
    ctx.own_source(source_id)
    run = ctx.windrow.targets.push(ctx.principal, source_id, target_id, full=form.ticked("full"))
    return see(f"/runs/{run.id}")


@router.post("/{target_id}/remove")
def remove_target(ctx: Ctx, source_id: Number, target_id: Number, form: Posted) -> Response:
    """Removes the target; takes away first what was pushed, where that was asked for."""
    ctx.own_source(source_id)
    run = ctx.windrow.targets.delete(ctx.principal, source_id, target_id, withdraw=form.ticked("withdraw"))
    return see(f"/sources/{source_id}/targets" if run is None else f"/runs/{run.id}")


def _kinds(ctx: Context) -> list[TargetKind]:
    return sorted(ctx.windrow.kinds.targets.values(), key=lambda kind: kind.title)


def _show_new(ctx: Context, source_id: int, kind: TargetKind, form: TargetForm, *, status: int = 200) -> Response:
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    return ctx.show("target_new.html", status=status, glance=glance, form=form, kind=kind)


def _show(
    ctx: Context,
    source_id: int,
    target_id: int,
    *,
    form: TargetForm | None = None,
    checked: Checked | None = None,
    asked: Asked = EVERYTHING,
    status: int = 200,
) -> Response:
    view = ctx.windrow.targets.view(ctx.principal, source_id, target_id)
    target, kind = view.target, ctx.windrow.kinds.targets.get(view.target.kind)
    if form is None and kind is not None:
        form = to_form(view.draft, kind, has_credential=target.has_credential, seen=target.changed_at)
    page = ctx.windrow.targets.deliveries(
        ctx.principal, source_id, target_id, failed=True if asked.failed else None, cursor=asked.cursor
    )
    values: Mapping[str, object] = {"view": view, "target": target, "kind": kind, "page": page, "failed": asked.failed}
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    return ctx.show(
        "target.html", values, status=status, glance=glance, form=form, checked=checked, first=asked.cursor is None
    )
