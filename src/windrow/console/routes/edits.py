"""Editing a record: the form, taking back or confirming the edit of a field; and all that were edited."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, Cursor, Number, see
from windrow.console.drafts import problems_by_field, read_seen
from windrow.console.edit_forms import BLANK, HIDDEN, SHOWN, TITLES, EditForm, as_typed, read_change, to_form
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.views.edits import FieldPath, edits_of, marks_of
from windrow.console.views.sources import glance_at
from windrow.errors import BadInput, Conflict
from windrow.model.accounts import Right

router = APIRouter(route_class=PageRoute)

LISTED = 50


@router.get("/records/{record_id}/edit")
def show_form(ctx: Ctx, record_id: Number) -> Response:
    """The record, to be changed."""
    ctx.principal.need(Right.WRITE)
    traced = ctx.windrow.editing.trace(ctx.principal, record_id)
    source = ctx.windrow.sources.get(ctx.principal, traced.entry.source_id)
    entry = traced.entry
    form = to_form(entry.record, edits_of(traced), source.policies.edit_rules, seen=entry.stored_at)
    return _show(ctx, record_id, form)


@router.post("/records/{record_id}/edit")
def edit_record(ctx: Ctx, record_id: Number, form: Posted) -> Response:
    """Saves what was changed in the form."""
    try:
        _edit(ctx, record_id, form)
    except BadInput as error:
        return _show_typed(ctx, record_id, form, problems=problems_by_field(error), status=422)
    except Conflict as error:
        return _show_typed(ctx, record_id, form, problems={"form": str(error)}, status=409)
    return see(f"/records/{record_id}")


@router.post("/records/{record_id}/edits/{field}/undo")
def undo_edit(ctx: Ctx, record_id: Number, field: FieldPath) -> Response:
    """Gives a field back to its source."""
    ctx.windrow.editing.undo(ctx.principal, record_id, field)
    return see(f"/records/{record_id}")


@router.post("/records/{record_id}/edits/{field}/confirm")
def confirm_edit(ctx: Ctx, record_id: Number, field: FieldPath) -> Response:
    """Keeps the edit of a field although the source changed it since."""
    ctx.windrow.editing.confirm(ctx.principal, record_id, field)
    return see(f"/records/{record_id}")


@router.get("/sources/{source_id}/edits")
def list_edits(ctx: Ctx, source_id: Number, conflicts: bool = False, cursor: Cursor = None) -> Response:
    """A source's records that were edited here."""
    page = ctx.windrow.editing.edited(ctx.principal, source_id, conflicts=conflicts, limit=LISTED, cursor=cursor)
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    values = {"titles": TITLES, "conflicts": conflicts, "first": cursor is None}
    return ctx.show("source_edits.html", values, glance=glance, page=page)


def _edit(ctx: Context, record_id: int, form: Form) -> None:
    ctx.principal.need(Right.WRITE)
    seen, traced = read_seen(form), ctx.windrow.editing.trace(ctx.principal, record_id)
    if seen is not None and seen != traced.entry.stored_at:
        # What was touched in the form is told by the record it was made from.
        raise Conflict("Somebody, or a harvest, wrote this record since you opened the form: load it anew.")
    values, rules = read_change(form, traced.entry.record, edits_of(traced))
    ctx.windrow.editing.edit(ctx.principal, record_id, values, rules=rules, seen=seen)


def _show_typed(ctx: Context, record_id: int, form: Form, *, problems: Mapping[str, str], status: int) -> Response:
    return _show(ctx, record_id, as_typed(form, problems), status=status)


def _show(ctx: Context, record_id: int, form: EditForm, *, status: int = 200) -> Response:
    traced = ctx.windrow.editing.trace(ctx.principal, record_id)
    rows = {"columns": SHOWN, "hidden": HIDDEN, "blank": BLANK}
    return ctx.show("record_edit.html", rows, status=status, entry=traced.entry, form=form, marks=marks_of(traced))
