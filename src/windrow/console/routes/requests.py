"""The requests of a sequence's run: each attempt at each step, one step with request and answer."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from windrow.console.context import Context, Ctx, Cursor
from windrow.console.pages import PageRoute
from windrow.console.views.requests import Row, rows_of, show_step, stopped_at
from windrow.core.recalling import may_recall
from windrow.model.paging import PageOf
from windrow.model.runs import Level, Run

router = APIRouter(prefix="/runs", route_class=PageRoute)

SHOWN = 100
BESIDE = 30
"""Attempts that the page of a run shows."""


@router.get("/{run_id}/requests")
def list_requests(
    ctx: Ctx,
    run_id: str,
    step: Annotated[str, Query(max_length=500)] = "",
    attempt: Annotated[int, Query(ge=1, le=1000)] = 1,
    cursor: Cursor = None,
) -> Response:
    """Each attempt at each step in their order; with `step`, that one with its request and its answer."""
    run = ctx.windrow.runs.get(ctx.principal, run_id)
    if step:
        return _show_one(ctx, run, step, attempt)
    page = requests_of(ctx, run, limit=SHOWN, cursor=cursor)
    return ctx.show("requests.html", run=run, page=page, first=cursor is None)


def requests_of(ctx: Context, run: Run, *, limit: int, cursor: str | None = None) -> PageOf[Row]:
    """The attempts that a run's log tells of; a page may hold fewer than `limit`, because the log tells more."""
    page = ctx.windrow.runs.log(ctx.principal, run.id, least=Level.INFO.value, limit=limit, cursor=cursor)
    return PageOf(rows_of(page.items, run), page.next)


def _show_one(ctx: Context, run: Run, step: str, attempt: int) -> Response:
    key = step if attempt == 1 else f"{step}#{attempt}"
    may = may_recall(ctx.principal, run)
    remembered = ctx.windrow.recalling.of(ctx.principal, run.id, [key]).get(key) if may else None
    return ctx.show(
        "request.html",
        run=run,
        attempt=attempt,
        shown=show_step(run, step, remembered),
        may_recall=may,
        remembered=remembered is not None,
        stopped=stopped_at(run) == step.partition(".page[")[0],
    )
