"""Changing a source: its settings with a look at what they would do, comparing everything, deleting it."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, Number, see
from windrow.console.drafts import as_typed, from_form, problems_by_field, read_seen, to_form
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.views.schedules import Told, tell_form
from windrow.console.views.sources import glance_at
from windrow.core.harvesting.previewing import Preview
from windrow.core.source_drafts import SourceDraft
from windrow.errors import BadInput, Conflict, RemoteError

router = APIRouter(prefix="/sources/{source_id}", route_class=PageRoute)


@router.get("/settings")
def show_settings(ctx: Ctx, source_id: Number) -> Response:
    """What the source is set to; a form for those who may change it."""
    view = ctx.windrow.sources.view(ctx.principal, source_id)
    kind = ctx.windrow.kinds.source(view.source.kind)
    form = to_form(view.draft, kind, has_credential=view.source.has_credential, seen=view.source.changed_at)
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    return ctx.show("source_settings.html", glance=glance, form=form, preview=None, told=None)


@router.post("/settings")
def change_source(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """Saves the form."""
    ctx.own_source(source_id)
    try:
        draft, seen = _draft(ctx, source_id, form), read_seen(form)
        ctx.windrow.sources.change(ctx.principal, source_id, draft, seen=seen)
    except BadInput as error:
        return _show_typed(ctx, source_id, form, problems=problems_by_field(error), status=422)
    except Conflict as error:
        return _show_typed(ctx, source_id, form, problems={"form": str(error)}, status=409)
    return see(f"/sources/{source_id}")


@router.post("/settings/preview")
def preview_change(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """What the next harvest would begin with; writes nothing."""
    ctx.own_source(source_id)
    try:
        draft = _draft(ctx, source_id, form)
        preview = ctx.windrow.sources.preview(ctx.principal, draft, source_id=source_id)
    except BadInput as error:
        return _show_typed(ctx, source_id, form, problems=problems_by_field(error), status=422)
    except RemoteError as error:
        return _show_typed(ctx, source_id, form, problems={"preview": str(error)}, status=422)
    return _show_typed(ctx, source_id, form, preview=preview)


@router.post("/settings/schedule")
def explain_schedule(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """The form with what its schedule means; for browsers without scripts."""
    ctx.own_source(source_id)
    kept = ctx.windrow.sources.view(ctx.principal, source_id).task.schedule
    keeping = ctx.windrow.schedules.keeping(ctx.principal, source_id)
    return _show_typed(ctx, source_id, form, told=tell_form(form, now=ctx.now, kept=kept, keeping=keeping))


@router.post("/settings/compare")
def compare_change(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """Starts a run that compares everything as it would be with everything as it is."""
    ctx.own_source(source_id)
    try:
        run = ctx.windrow.sources.diff(ctx.principal, source_id, _draft(ctx, source_id, form))
    except BadInput as error:
        return _show_typed(ctx, source_id, form, problems=problems_by_field(error), status=422)
    return see(f"/runs/{run.id}")


@router.get("/delete")
def confirm_delete(ctx: Ctx, source_id: Number) -> Response:
    """What would go with the source."""
    ctx.own_source(source_id)
    return ctx.show("source_delete.html", glance=glance_at(ctx.windrow, ctx.principal, source_id), problem="")


@router.post("/delete")
def delete_source(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """Deletes the source with all its records, if its name was typed."""
    ctx.own_source(source_id)
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    if form.text("name") != glance.view.source.name:
        return ctx.show("source_delete.html", status=422, glance=glance, problem="is not the source's name")
    ctx.windrow.sources.delete(ctx.principal, source_id)
    return see("/sources")


@router.post("/retire")
def retire_source(ctx: Ctx, source_id: Number) -> Response:
    """Harvests the source no more and keeps its records."""
    ctx.windrow.sources.retire(ctx.principal, source_id)
    return see(f"/sources/{source_id}")


@router.post("/revive")
def revive_source(ctx: Ctx, source_id: Number) -> Response:
    """Takes a retired source up again."""
    ctx.windrow.sources.revive(ctx.principal, source_id)
    return see(f"/sources/{source_id}/settings")


def _draft(ctx: Context, source_id: int, form: Form) -> SourceDraft:
    view = ctx.windrow.sources.view(ctx.principal, source_id)
    kind = ctx.windrow.kinds.source(view.source.kind)
    return from_form(form, kind, now=ctx.now, present=view.draft)


def _show_typed(
    ctx: Context,
    source_id: int,
    form: Form,
    *,
    problems: Mapping[str, str] | None = None,
    preview: Preview | None = None,
    told: Told | None = None,
    status: int = 200,
) -> Response:
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    source = glance.view.source
    kind = ctx.windrow.kinds.source(source.kind)
    kept = glance.view.task.schedule
    typed = as_typed(form, kind, problems or {}, has_credential=source.has_credential, kept=kept)
    return ctx.show("source_settings.html", status=status, glance=glance, form=typed, preview=preview, told=told)
