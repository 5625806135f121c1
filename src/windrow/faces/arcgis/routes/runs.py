"""Runs of scheduled tasks: list, look, say what became of one, delete."""

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from windrow.errors import BadInput, Conflict, NotFound
from windrow.faces.arcgis.context import REST, Context, Ctx
from windrow.faces.arcgis.errors import SharingRoute
from windrow.faces.arcgis.limits import HISTORY
from windrow.faces.arcgis.routes.tasks import TASKS, find_task, limits_of, show_tasks
from windrow.faces.arcgis.spelling import from_hex, to_hex
from windrow.faces.arcgis.stopping import wait_for_ends
from windrow.faces.arcgis.translate import result_of, to_run
from windrow.faces.arcgis.words import FACE, SAYABLE, status_of
from windrow.model.notes import RunNote
from windrow.model.runs import Run

RUNS = f"{TASKS}/{{task_id}}/runs"
LONGEST_TEXT = 10_000

router = APIRouter(prefix=REST, tags=["ArcGIS"], route_class=SharingRoute, include_in_schema=False)


@router.get(RUNS)
@router.post(RUNS)
def list_runs(ctx: Ctx, username: str, task_id: str) -> Response:
    """The latest runs of a task, the newest first; older ones are kept, and not listed."""
    found = find_task(ctx, username, task_id)
    most = limits_of(ctx)[HISTORY]
    runs = ctx.windrow.runs.page(ctx.principal, task_id=found.task.id, limit=most).items
    said = ctx.windrow.noted_tasks.said_of_runs(runs, FACE)
    task = show_tasks(ctx, [found])[0]
    return ctx.answer({"runs": [to_run(each, said.get(each.id), task) for each in runs]})


@router.get(f"{RUNS}/{{run_id}}")
@router.post(f"{RUNS}/{{run_id}}")
def read_run(ctx: Ctx, username: str, task_id: str, run_id: str) -> Response:
    """One run."""
    found = find_task(ctx, username, task_id)
    run = _find(ctx, found.task.id, run_id)
    said = ctx.windrow.noted_tasks.said_of_runs([run], FACE)
    return ctx.answer(to_run(run, said.get(run.id), show_tasks(ctx, [found])[0]))


@router.post(f"{RUNS}/{{run_id}}/update")
def update_run(ctx: Ctx, username: str, task_id: str, run_id: str) -> Response:
    """Keeps what a client says of a run. It is shown by this face; what we know of the run stays beside it."""
    found = find_task(ctx, username, task_id)
    run = _find(ctx, found.task.id, run_id)
    before = ctx.windrow.noted_tasks.said_of_runs([run], FACE).get(run.id)
    status = (ctx.form.text("status") or (status_of(run) if before is None else before.state)).lower()
    if status not in SAYABLE:
        raise BadInput.of("status", f"must be one of {', '.join(sorted(SAYABLE))}")
    text = ctx.form.values.get("result", result_of(run) if before is None else before.text)
    if len(text) > LONGEST_TEXT:
        raise BadInput.of("result", f"must have at most {LONGEST_TEXT} characters")
    ctx.windrow.noted_tasks.say_of_run(ctx.principal, run, RunNote(run.id, FACE, status, text, ctx.now))
    return _done(ctx, found.task.id, run.id)


@router.post(f"{RUNS}/{{run_id}}/delete")
async def delete_run(ctx: Ctx, username: str, task_id: str, run_id: str) -> Response:
    """Deletes a run; one that goes on is stopped first, which may take seconds."""
    run = await run_in_threadpool(_stopped, ctx, username, task_id, run_id)
    await wait_for_ends(ctx, [run])
    return await run_in_threadpool(_delete, ctx, run)


def _stopped(ctx: Context, username: str, task_id: str, run_id: str) -> Run:
    found = find_task(ctx, username, task_id)
    return ctx.windrow.runs.cancel(ctx.principal, _find(ctx, found.task.id, run_id).id)


def _delete(ctx: Context, run: Run) -> Response:
    try:
        ctx.windrow.runs.delete(ctx.principal, run.id)
    except Conflict as error:
        raise Conflict("This run is being stopped: delete it again in a few seconds.") from error
    return _done(ctx, run.task_id, run.id)


def _find(ctx: Context, task_id: str, run_id: str) -> Run:
    """A run of a task. Raises `NotFound`."""
    try:
        run = ctx.windrow.runs.get(ctx.principal, from_hex(run_id))
    except NotFound as error:
        raise NotFound("run", run_id[:100]) from error
    if run.task_id != task_id:
        raise NotFound("run", run_id[:100])
    return run


def _done(ctx: Context, task_id: str, run_id: str) -> Response:
    return ctx.answer({"success": True, "taskId": to_hex(task_id), "runId": to_hex(run_id)})
