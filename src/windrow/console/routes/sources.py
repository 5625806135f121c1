"""Sources: the list, one source's page, and its harvests."""

from fastapi import APIRouter, Response

from windrow.console.context import Ctx, Cursor, Number, see
from windrow.console.forms import Posted
from windrow.console.pages import PageRoute
from windrow.console.views.runs import counts_of, pace_of
from windrow.console.views.sources import glance_at, title_of

router = APIRouter(prefix="/sources", route_class=PageRoute)


@router.get("")
def list_sources(ctx: Ctx, cursor: Cursor = None, retired: bool = False) -> Response:
    """Sources with their health, last and next run."""
    page = ctx.windrow.sources.page(ctx.principal, cursor=cursor, retired_ones=retired)
    titles = {each.source.kind: title_of(ctx.windrow, each.source.kind) for each in page.items}
    return ctx.show("sources.html", page=page, titles=titles, first=cursor is None, retired=retired)


@router.get("/{source_id}")
def show_source(ctx: Ctx, source_id: Number) -> Response:
    """One source: how it is, what it does now, what it did lately."""
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    last = glance.view.last_run
    values = {} if last is None else {"pace": pace_of(last, ctx.now), "counts": counts_of(last.progress.counts)}
    return ctx.show("source.html", values, glance=glance, run=last, source_id=source_id)


@router.get("/{source_id}/history")
def show_history(ctx: Ctx, source_id: Number, cursor: Cursor = None) -> Response:
    """A source's runs, newest first."""
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    page = ctx.windrow.sources.runs(ctx.principal, source_id, limit=30, cursor=cursor)
    rows = [(run, pace_of(run, ctx.now), counts_of(run.progress.counts)) for run in page.items]
    return ctx.show("source_history.html", glance=glance, rows=rows, page=page, first=cursor is None)


@router.post("/{source_id}/harvest")
def start_harvest(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """Starts a harvest, of everything where that was asked for, and shows it."""
    run = ctx.windrow.sources.harvest(ctx.principal, source_id, full=form.ticked("full"))
    return see(f"/runs/{run.id}")


@router.post("/{source_id}/refresh")
def start_refresh(ctx: Ctx, source_id: Number) -> Response:
    """Starts a look at what the source lists, and shows it."""
    return see(f"/runs/{ctx.windrow.sources.refresh(ctx.principal, source_id).id}")


@router.post("/{source_id}/check")
def start_check(ctx: Ctx, source_id: Number) -> Response:
    """Starts a check whether the source answers, and shows it."""
    return see(f"/runs/{ctx.windrow.sources.check(ctx.principal, source_id).id}")


@router.post("/{source_id}/copy")
def start_copying(ctx: Ctx, source_id: Number) -> Response:
    """Starts a run that copies the files which its records link to, and shows it."""
    return see(f"/runs/{ctx.windrow.copies.start(ctx.principal, source_id).id}")


@router.get("/{source_id}/availability")
def show_availability(ctx: Ctx, source_id: Number, cursor: Cursor = None) -> Response:
    """When the source answered its checks, and when not."""
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    page = ctx.windrow.sources.availability(ctx.principal, source_id, limit=50, cursor=cursor)
    return ctx.show("source_availability.html", glance=glance, page=page, first=cursor is None)


@router.post("/{source_id}/cancel")
def cancel_harvest(ctx: Ctx, source_id: Number) -> Response:
    """Stops the harvest or refresh that is active."""
    run = ctx.windrow.sources.cancel(ctx.principal, source_id)
    return see(f"/sources/{source_id}" if run is None else f"/runs/{run.id}")
