"""Runs: look, follow, cancel, delete; their parts, log and files; the workers that carry them."""

from collections.abc import Callable, Iterator
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Cursor, Limit
from windrow.model.runs import PartState, RunState
from windrow.wire.runs import (
    Inspection,
    LevelName,
    LogEntry,
    Output,
    Part,
    PartStateName,
    Run,
    StateName,
    Worker,
)
from windrow.wire.shapes import ListOf

router = APIRouter(tags=["runs"])

PIECE = 1 << 16


@router.get("/runs")
def list_runs(
    ctx: Ctx,
    state: Annotated[list[StateName] | None, Query(description="Only runs in one of these states.")] = None,
    task_id: str | None = None,
    kind: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ListOf[Run]:
    """Runs, newest first."""
    states = None if state is None else frozenset(RunState(each) for each in state)
    page = ctx.windrow.runs.page(ctx.principal, states=states, task_id=task_id, kind=kind, limit=limit, cursor=cursor)
    return translate.list_of(page.map(lambda run: translate.to_run(run, now=ctx.now)))


@router.get("/runs/{run_id}")
def read_run(ctx: Ctx, run_id: str) -> Run:
    """One run with its progress."""
    return translate.to_run(ctx.windrow.runs.get(ctx.principal, run_id), now=ctx.now)


@router.delete("/runs/{run_id}", status_code=204)
def delete_run(ctx: Ctx, run_id: str) -> Response:
    """Deletes an ended run with its log and files."""
    ctx.windrow.runs.delete(ctx.principal, run_id)
    return Response(status_code=204)


@router.post("/runs/{run_id}/cancel", status_code=202)
def cancel_run(ctx: Ctx, run_id: str) -> Run:
    """Asks a run to stop: it does within seconds. One that has ended stays as it is."""
    return translate.to_run(ctx.windrow.runs.cancel(ctx.principal, run_id), now=ctx.now)


@router.get("/runs/{run_id}/parts")
def list_parts(
    ctx: Ctx,
    run_id: str,
    state: Annotated[list[PartStateName] | None, Query(description="Only parts in one of these states.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ListOf[Part]:
    """A run's parts in the order they were made."""
    states = None if state is None else frozenset(PartState(each) for each in state)
    page = ctx.windrow.runs.parts(ctx.principal, run_id, states=states, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_part))


@router.get("/runs/{run_id}/log")
def read_log(
    ctx: Ctx,
    run_id: str,
    level: Annotated[LevelName | None, Query(description="Only entries at least this serious.")] = None,
    newest_first: bool = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ListOf[LogEntry]:
    """A run's log, oldest first unless asked otherwise."""
    page = ctx.windrow.runs.log(
        ctx.principal, run_id, least=level, newest_first=newest_first, limit=limit, cursor=cursor
    )
    return translate.list_of(page.map(translate.to_log_entry))


@router.get("/runs/{run_id}/outputs")
def list_outputs(ctx: Ctx, run_id: str) -> ListOf[Output]:
    """The files that a run made."""
    return ListOf(items=[translate.to_output(each) for each in ctx.windrow.runs.outputs(ctx.principal, run_id)])


@router.get("/runs/{run_id}/outputs/{name}", response_class=StreamingResponse)
def read_output(ctx: Ctx, run_id: str, name: str) -> StreamingResponse:
    """One file of a run."""
    opened = ctx.windrow.runs.open_output(ctx.principal, run_id, name)
    output, file = opened.__enter__()
    headers = {"Content-Length": str(output.size), "Content-Disposition": "attachment", "ETag": f'"{output.digest}"'}
    pieces = _pieces(file, lambda: opened.__exit__(None, None, None))
    return StreamingResponse(pieces, media_type=output.media_type, headers=headers)


def _pieces(file: BinaryIO, close: Callable[[], object]) -> Iterator[bytes]:
    try:
        while piece := file.read(PIECE):
            yield piece
    finally:
        close()


@router.get("/workers", tags=["workers"])
def list_workers(ctx: Ctx) -> ListOf[Worker]:
    """The living processes; for admins."""
    return ListOf(items=[translate.to_worker(each) for each in ctx.windrow.runs.workers(ctx.principal)])


@router.post("/workers/{worker_id}/drain", status_code=202, tags=["workers"])
def drain_worker(ctx: Ctx, worker_id: str) -> Response:
    """Asks a worker to finish what it has and go; for admins."""
    ctx.windrow.runs.drain(ctx.principal, worker_id)
    return Response(status_code=202)


@router.get("/inspection", tags=["workers"])
def inspect_workers(ctx: Ctx) -> Inspection:
    """What each worker does (`active`), what waits for a slot (`reserved`) or for its time (`scheduled`)."""
    return translate.to_inspection(ctx.windrow.runs.inspect(ctx.principal))
