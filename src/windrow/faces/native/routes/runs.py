"""Runs: look, cancel, delete; their parts, log and files."""

from typing import Annotated

from fastapi import Body, Query, Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Cursor, FileName, Id, Kind, Limit, make_part
from windrow.faces.native.streaming import FILE, PIECE, Download
from windrow.model.runs import PartState, RunState
from windrow.wire.runs import (
    LevelName,
    LogEntry,
    Output,
    Part,
    PartStateName,
    Rerun,
    Run,
    StateName,
    Step,
)
from windrow.wire.shapes import ListOf

router = make_part("runs")

WHOLE = Rerun()


@router.get("/runs")
def list_runs(
    ctx: Ctx,
    state: Annotated[list[StateName] | None, Query(description="Only runs in one of these states.")] = None,
    task_id: Annotated[str | None, Query(max_length=64, description="Only those of this task.")] = None,
    kind: Kind = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ListOf[Run]:
    """Runs, newest first."""
    states = None if state is None else frozenset(RunState(each) for each in state)
    page = ctx.windrow.runs.page(ctx.principal, states=states, task_id=task_id, kind=kind, limit=limit, cursor=cursor)
    return translate.list_of(page.map(lambda run: translate.to_run(run, now=ctx.now)))


@router.get("/runs/{run_id}")
def read_run(ctx: Ctx, run_id: Id) -> Run:
    """One run with its progress."""
    return translate.to_run(ctx.windrow.runs.get(ctx.principal, run_id), now=ctx.now)


@router.delete("/runs/{run_id}", status_code=204)
def delete_run(ctx: Ctx, run_id: Id) -> Response:
    """Deletes an ended run with its log and files."""
    ctx.windrow.runs.delete(ctx.principal, run_id)
    return Response(status_code=204)


@router.post("/runs/{run_id}/cancel", status_code=202)
def cancel_run(ctx: Ctx, run_id: Id) -> Run:
    """Asks a run to stop: it does within seconds. One that has ended stays as it is."""
    return translate.to_run(ctx.windrow.runs.cancel(ctx.principal, run_id), now=ctx.now)


@router.post("/runs/{run_id}/rerun", status_code=202)
def rerun_run(ctx: Ctx, run_id: Id, response: Response, rerun: Annotated[Rerun, Body()] = WHOLE) -> Run:
    """Runs an ended run again, with the parameters and the nominal time that it had; a pipeline perhaps in part."""
    repeating = ctx.windrow.repeating
    if rerun.from_failed or rerun.steps:
        again = repeating.resume(ctx.principal, run_id, steps=rerun.steps)
    else:
        again = repeating.rerun(ctx.principal, run_id)
    response.headers["Location"] = f"/api/v1/runs/{again.id}"
    return translate.to_run(again, now=ctx.now)


@router.get("/runs/{run_id}/parts")
def list_parts(
    ctx: Ctx,
    run_id: Id,
    state: Annotated[list[PartStateName] | None, Query(description="Only parts in one of these states.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ListOf[Part]:
    """A run's parts in the order they were made."""
    states = None if state is None else frozenset(PartState(each) for each in state)
    page = ctx.windrow.runs.parts(ctx.principal, run_id, states=states, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_part))


@router.get("/runs/{run_id}/steps")
def list_steps(ctx: Ctx, run_id: Id) -> ListOf[Step]:
    """The steps of a run that begins others and waits for them, in the order of their plan; none for other runs."""
    return ListOf(items=[translate.to_step(each, now=ctx.now) for each in ctx.windrow.steps.of(ctx.principal, run_id)])


@router.get("/runs/{run_id}/log")
def read_log(
    ctx: Ctx,
    run_id: Id,
    level: Annotated[LevelName | None, Query(description="Only entries at least this serious.")] = None,
    newest_first: Annotated[bool, Query(description="The other way round.")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ListOf[LogEntry]:
    """A run's log, oldest first unless asked otherwise."""
    page = ctx.windrow.runs.log(
        ctx.principal, run_id, least=level, newest_first=newest_first, limit=limit, cursor=cursor
    )
    return translate.list_of(page.map(translate.to_log_entry))


@router.get("/runs/{run_id}/outputs")
def list_outputs(ctx: Ctx, run_id: Id) -> ListOf[Output]:
    """The files that a run made."""
    return ListOf(items=[translate.to_output(each) for each in ctx.windrow.runs.outputs(ctx.principal, run_id)])


@router.get("/runs/{run_id}/outputs/{name:path}", response_class=Response, responses=FILE)
def read_output(ctx: Ctx, run_id: Id, name: FileName) -> Response:
    """One file of a run."""
    opened = ctx.windrow.runs.open_output(ctx.principal, run_id, name)
    output, file = opened.__enter__()
    return Download(
        iter(lambda: file.read(PIECE), b""),
        close=lambda: opened.__exit__(None, None, None),
        name=output.name,
        media_type=output.media_type,
        headers={"Content-Length": str(output.size), "ETag": f'"{output.digest}"'},
    )
