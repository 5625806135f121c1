"""Tasks: make, look, change, start, delete."""

from typing import Annotated

from fastapi import Body, Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx, ReaderCtx
from windrow.faces.native.queries import Cursor, Id, Kind, Limit, make_part
from windrow.wire.runs import Backfill, BackfillInput, Run, Start, Task, TaskChange, TaskInput, WorkKind
from windrow.wire.shapes import ListOf

router = make_part("tasks")

NOW = Start()


@router.get("/work-kinds")
def list_work_kinds(ctx: ReaderCtx) -> ListOf[WorkKind]:
    """The kinds of work that are installed, with the JSON Schema of their parameters."""
    kinds = sorted(ctx.windrow.kinds.work.values(), key=lambda each: each.name)
    return ListOf(items=[WorkKind(name=each.name, parameters=each.schema) for each in kinds])


@router.get("/tasks")
def list_tasks(ctx: Ctx, kind: Kind = None, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Task]:
    """Tasks, newest first."""
    page = ctx.windrow.tasks.page(ctx.principal, kind=kind, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_task))


@router.post("/tasks", status_code=201)
def create_task(ctx: Ctx, task: TaskInput, response: Response) -> Task:
    """Makes a task. The task of a source is made with its source."""
    created = ctx.windrow.tasks.create(ctx.principal, translate.from_task(task, now=ctx.now))
    response.headers["Location"] = f"/api/v1/tasks/{created.id}"
    return translate.to_task(created)


@router.get("/tasks/{task_id}")
def read_task(ctx: Ctx, task_id: Id) -> Task:
    """One task."""
    return translate.to_task(ctx.windrow.tasks.get(ctx.principal, task_id))


@router.patch("/tasks/{task_id}")
def change_task(ctx: Ctx, task_id: Id, change: TaskChange) -> Task:
    """Changes a task; a run under way goes on as it began."""
    present = ctx.windrow.tasks.get(ctx.principal, task_id)
    draft = translate.change_task(present, change, now=ctx.now)
    return translate.to_task(ctx.windrow.tasks.change(ctx.principal, task_id, draft, seen=present.changed_at))


@router.delete("/tasks/{task_id}", status_code=204)
def delete_task(ctx: Ctx, task_id: Id) -> Response:
    """Deletes a task with its runs; not while one is active."""
    ctx.windrow.tasks.delete(ctx.principal, task_id, ctx.windrow.blobs)
    return Response(status_code=204)


@router.post("/tasks/{task_id}/start", status_code=202)
def start_task(ctx: Ctx, task_id: Id, response: Response, start: Annotated[Start, Body()] = NOW) -> Run:
    """Runs a task now, or at a moment that lies ahead; with parameters and a nominal time of its own if you like."""
    run = ctx.windrow.tasks.start(
        ctx.principal,
        task_id,
        at=translate.in_utc(start.at, field="at"),
        parameters=start.parameters,
        due=translate.in_utc(start.due, field="due"),
    )
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.post("/tasks/{task_id}/backfill", status_code=202)
def backfill_task(ctx: Ctx, task_id: Id, backfill: BackfillInput) -> Backfill:
    """Makes one run for each moment of the task's schedule in a range that has passed, in their order."""
    made = ctx.windrow.repeating.backfill(
        ctx.principal,
        task_id,
        start=translate.in_utc(backfill.start, field="start"),
        end=translate.in_utc(backfill.end, field="end"),
        most=backfill.most,
        again=backfill.again,
        dry_run=backfill.dry_run,
    )
    return translate.to_backfill(made)
