"""Runs: the list, one run with its live progress, its log and parts; stopping and removing."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from windrow.console.context import Context, Ctx, Cursor, see
from windrow.console.forms import Posted
from windrow.console.live import STILL_HERE, event, stream
from windrow.console.pages import PageRoute
from windrow.console.rendering import render
from windrow.console.routes.outputs import is_page
from windrow.console.routes.requests import BESIDE, requests_of
from windrow.console.views.diffs import differences_of
from windrow.console.views.runs import came_to, counts_of, pace_of, source_name, source_of
from windrow.console.views.steps import draw
from windrow.core.following import Followed
from windrow.core.pipelines.deciding import BAD
from windrow.core.pipelines.looking import StepView
from windrow.core.repeating import AGAIN, PIPELINE
from windrow.core.runs import HARVEST
from windrow.core.scheduling import SOURCE_WORK
from windrow.model.runs import ACTIVE, Level, PartState, Run, RunState

router = APIRouter(prefix="/runs", route_class=PageRoute)

LOG = 100
PARTS = 50
FILTERS: dict[str, frozenset[RunState] | None] = {
    "all": None,
    "active": ACTIVE,
    "succeeded": frozenset({RunState.SUCCEEDED}),
    "partial": frozenset({RunState.PARTIAL}),
    "failed": frozenset({RunState.FAILED}),
    "cancelled": frozenset({RunState.CANCELLED, RunState.SKIPPED}),
}


@router.get("")
def list_runs(ctx: Ctx, state: str = "all", cursor: Cursor = None) -> Response:
    """Runs, newest first, by how they stand."""
    chosen = state if state in FILTERS else "all"
    page = ctx.windrow.runs.page(ctx.principal, states=FILTERS[chosen], cursor=cursor)
    return ctx.show("runs.html", page=page, chosen=chosen, filters=list(FILTERS), first=cursor is None)


@router.get("/{run_id}")
def show_run(ctx: Ctx, run_id: str, level: Level = Level.DEBUG, before: Cursor = None) -> Response:
    """One run, with the newest of its log."""
    run = ctx.windrow.runs.get(ctx.principal, run_id)
    log = ctx.windrow.runs.log(ctx.principal, run_id, least=level.value, newest_first=True, limit=LOG, cursor=before)
    failed = ctx.windrow.runs.parts(ctx.principal, run_id, states=frozenset({PartState.FAILED}), limit=PARTS)
    layers = ctx.windrow.steps.layers(ctx.principal, run_id)
    return ctx.show(
        "run.html",
        shown(ctx, run),
        layers=layers,
        drawing=draw(layers),
        resumable=_can_go_on(ctx, run, layers),
        repeatable=run.kind not in SOURCE_WORK | {HARVEST} or run.kind in AGAIN - {HARVEST},
        parents=ctx.windrow.steps.part_of(ctx.principal, run_id),
        entries=list(reversed(log.items)),
        earlier=log.next,
        level=level,
        levels=list(Level),
        newest=log.items[0].id if log.items and before is None else None,
        follows=before is None and not run.state.is_terminal,
        part_counts=ctx.windrow.runs.count_parts(ctx.principal, run_id),
        failed_parts=failed.items,
        is_page=is_page,
        outputs=ctx.windrow.runs.outputs(ctx.principal, run_id),
        differences=differences_of(ctx.windrow, ctx.principal, run),
        source_name=source_name(ctx.windrow, ctx.principal, run),
        requests=requests_of(ctx, run, limit=BESIDE) if run.kind == "sequence" else None,
        came_to=came_to(run),
    )


@router.get("/{run_id}/parts")
def list_parts(
    ctx: Ctx, run_id: str, state: Annotated[PartState | None, Query()] = None, cursor: Cursor = None
) -> Response:
    """A run's parts, all or those of one state."""
    run = ctx.windrow.runs.get(ctx.principal, run_id)
    states = None if state is None else frozenset({state})
    page = ctx.windrow.runs.parts(ctx.principal, run_id, states=states, limit=PARTS, cursor=cursor)
    counts = ctx.windrow.runs.count_parts(ctx.principal, run_id)
    return ctx.show(
        "parts.html", run=run, page=page, chosen=state, part_counts=counts, states=list(PartState), first=cursor is None
    )


@router.get("/{run_id}/live")
def follow_run(
    ctx: Ctx,
    run_id: str,
    after: int | None = None,
    level: Level = Level.DEBUG,
    last_event_id: Annotated[int | None, Header()] = None,
) -> Response:
    """A run as it goes on: `progress` and `log` as pieces of the page, and `ended` at its end."""
    run = ctx.windrow.runs.get(ctx.principal, run_id)
    since = last_event_id if last_event_id is not None else after
    return stream(_told(ctx, ctx.parts.listening.follow(run.id, after=since), level))


@router.post("/{run_id}/cancel")
def cancel_run(ctx: Ctx, run_id: str) -> Response:
    """Asks a run to stop: it does within seconds."""
    ctx.windrow.runs.cancel(ctx.principal, run_id)
    return see(f"/runs/{run_id}")


@router.post("/{run_id}/rerun")
def rerun_run(ctx: Ctx, run_id: str) -> Response:
    """Runs an ended run again, and shows the new one."""
    return see(f"/runs/{ctx.windrow.repeating.rerun(ctx.principal, run_id).id}")


@router.post("/{run_id}/resume")
def resume_run(ctx: Ctx, run_id: str, form: Posted) -> Response:
    """Goes on with a run that stopped: a pipeline from what failed, or from a step; shows the new run."""
    return see(f"/runs/{ctx.windrow.repeating.resume(ctx.principal, run_id, steps=form.all('step')).id}")


@router.post("/{run_id}/delete")
def delete_run(ctx: Ctx, run_id: str) -> Response:
    """Removes an ended run with its log and files."""
    ctx.windrow.runs.delete(ctx.principal, run_id)
    return see("/runs")


def _can_go_on(ctx: Context, run: Run, layers: list[list[StepView]]) -> bool:
    if run.kind == PIPELINE:
        return any(each.state in BAD for layer in layers for each in layer)
    return ctx.windrow.repeating.can_resume(run)


def shown(ctx: Context, run: Run) -> dict[str, object]:
    """What the progress of a run is drawn from."""
    return {
        "run": run,
        "pace": pace_of(run, ctx.now),
        "counts": counts_of(run.progress.counts),
        "source_id": source_of(run),
    }


async def _told(ctx: Context, events: AsyncIterator[Followed | None], level: Level) -> AsyncIterator[bytes]:
    serious = list(Level)[list(Level).index(level) :]
    async for each in events:
        if each is None:
            yield STILL_HERE
            continue
        for entry in each.entries:
            html = _piece(ctx, "log_entry.html", entry=entry) if entry.level in serious else ""
            yield event("log", html, number=entry.id)
        yield event("progress", _piece(ctx, "progress.html", **shown(ctx, each.run)))
        if each.run.state.is_terminal:
            yield event("ended", each.run.state.value)


def _piece(ctx: Context, template: str, **values: object) -> str:
    return render(template, ctx.request, principal=ctx.principal, now=ctx.now, values=values)
