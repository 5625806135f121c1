"""Schedules: what is due next over all tasks and sources, what is paused, and what a schedule in a form means."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from windrow.console.context import Context, Ctx, Cursor
from windrow.console.forms import Form
from windrow.console.pages import PageRoute
from windrow.console.presets import filled
from windrow.console.schedule_forms import typed_fields
from windrow.console.views.schedules import tell_form
from windrow.console.views.tasks import Row, row_of
from windrow.core.closing import Keeping

router = APIRouter(prefix="/schedules", route_class=PageRoute)

SHOWN = 50
PAUSED_FIRST = 20
"""So many of the paused ones stand above what is due."""


@router.get("")
def list_schedules(ctx: Ctx, kind: str = "", show: str = "", cursor: Cursor = None) -> Response:
    """What is paused, with its reasons, then what is due, the soonest first."""
    kinds = [kind] if kind else None
    if show == "paused":
        page = ctx.windrow.agenda.paused(ctx.principal, kinds=kinds, limit=SHOWN, cursor=cursor)
    else:
        page = ctx.windrow.agenda.due(ctx.principal, kinds=kinds, limit=SHOWN, cursor=cursor)
    paused: Sequence[Row] = ()
    more_paused = False
    if show != "paused" and cursor is None:
        found = ctx.windrow.agenda.paused(ctx.principal, kinds=kinds, limit=PAUSED_FIRST)
        paused, more_paused = [row_of(each) for each in found.items], found.next is not None
    return ctx.show(
        "schedules.html",
        page=page.map(row_of),
        paused=paused,
        more_paused=more_paused,
        kinds=ctx.windrow.agenda.kinds(ctx.principal),
        kind=kind,
        show=show,
        first=cursor is None,
    )


@router.get("/explain")
def explain_schedule(ctx: Ctx, request: Request) -> Response:
    """What the fields of a schedule mean as they stand; a piece of the page that holds them."""
    form = _asked(request)
    return ctx.show("schedule_told.html", told=tell_form(form, now=ctx.now, keeping=_keeping(ctx, form)))


@router.get("/editor")
def fill_editor(ctx: Ctx, request: Request) -> Response:
    """The fields of a schedule with a preset filled in, and all else as it was typed."""
    return _editor(ctx, _asked(request))


def _editor(ctx: Context, form: Form) -> Response:
    when = filled(typed_fields(form), form.text("when.preset"))
    source = form.text("when.source")
    return ctx.show("schedule_fields.html", when=when, of=form.text("when.of", "task"), source=source)


def _keeping(ctx: Context, form: Form) -> Keeping | None:
    """The hours of the host that the schedule's source asks."""
    source = form.text("when.source")
    return ctx.windrow.schedules.keeping(ctx.principal, int(source)) if source.isdecimal() else None


def _asked(request: Request) -> Form:
    return Form((name, value) for name, value in request.query_params.multi_items() if "\0" not in name + value)
