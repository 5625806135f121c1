"""Targets: add, change, check, push, look what became of it, delete or withdraw."""

from typing import Annotated

from fastapi import Body, Query, Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx, ReaderCtx
from windrow.faces.native.queries import Cursor, Limit, Number, make_part
from windrow.faces.native.remotes import apart
from windrow.wire.runs import Run
from windrow.wire.shapes import ListOf
from windrow.wire.targets import Delivery, Push, Target, TargetChange, TargetCheck, TargetInput, TargetKind

router = make_part("targets")

WHAT_IS_DUE = Push()

Failed = Annotated[bool | None, Query(description="Only those that failed (true), or did not (false).")]


@router.get("/target-kinds")
def list_target_kinds(ctx: ReaderCtx) -> ListOf[TargetKind]:
    """The kinds of target that are installed, with the JSON Schema of their settings."""
    kinds = sorted(ctx.windrow.kinds.targets.values(), key=lambda each: each.name)
    return ListOf(items=[TargetKind(name=each.name, title=each.title, settings=each.schema) for each in kinds])


@router.get("/sources/{source_id}/targets")
def list_targets(ctx: Ctx, source_id: Number, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Target]:
    """A source's targets in the order they were made, each with how far it is."""
    page = ctx.windrow.targets.page(ctx.principal, source_id, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_target))


@router.post("/sources/{source_id}/targets", status_code=201)
def create_target(ctx: Ctx, source_id: Number, target: TargetInput, response: Response) -> Target:
    """Adds a target to a source. Nothing is pushed before the next harvest, or until that is asked for."""
    view = ctx.windrow.targets.create(ctx.principal, source_id, translate.from_target(target))
    response.headers["Location"] = f"/api/v1/sources/{source_id}/targets/{view.target.id}"
    return translate.to_target(view)


@router.get("/sources/{source_id}/targets/{target_id}")
def read_target(ctx: Ctx, source_id: Number, target_id: Number) -> Target:
    """One target with how far it is."""
    return translate.to_target(ctx.windrow.targets.view(ctx.principal, source_id, target_id))


@router.patch("/sources/{source_id}/targets/{target_id}")
def change_target(ctx: Ctx, source_id: Number, target_id: Number, change: TargetChange) -> Target:
    """Changes a target. Another URL or other settings have everything pushed there again at the next push."""
    present = ctx.windrow.targets.view(ctx.principal, source_id, target_id)
    draft, seen = translate.change_target(present, change), present.target.changed_at
    return translate.to_target(ctx.windrow.targets.change(ctx.principal, source_id, target_id, draft, seen=seen))


@router.delete("/sources/{source_id}/targets/{target_id}", status_code=204)
def delete_target(ctx: Ctx, source_id: Number, target_id: Number) -> Response:
    """Deletes a target. What was pushed stays there; to withdraw it takes that away first."""
    ctx.windrow.targets.delete(ctx.principal, source_id, target_id)
    return Response(status_code=204)


@router.post("/sources/{source_id}/targets/{target_id}/withdraw", status_code=202)
def withdraw_target(ctx: Ctx, source_id: Number, target_id: Number, response: Response) -> Run | None:
    """Starts to take away all that was pushed to a target, and deletes the target with the last of it."""
    run = ctx.windrow.targets.delete(ctx.principal, source_id, target_id, withdraw=True)
    if run is None:
        return None
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.post("/sources/{source_id}/targets/{target_id}/check")
async def check_target(ctx: Ctx, source_id: Number, target_id: Number) -> TargetCheck:
    """Asks a target whether it would take records."""
    return translate.to_check(await apart(lambda: ctx.windrow.targets.check(ctx.principal, source_id, target_id)))


@router.post("/sources/{source_id}/push", status_code=202)
def push_all(ctx: Ctx, source_id: Number, response: Response, push: Annotated[Push, Body()] = WHAT_IS_DUE) -> Run:
    """Starts a push of what is due to all targets of a source; not while one is active."""
    run = ctx.windrow.targets.push(ctx.principal, source_id, full=push.full)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.post("/sources/{source_id}/targets/{target_id}/push", status_code=202)
def push_target(
    ctx: Ctx, source_id: Number, target_id: Number, response: Response, push: Annotated[Push, Body()] = WHAT_IS_DUE
) -> Run:
    """Starts a push of what is due to one target; not while one is active for its source."""
    run = ctx.windrow.targets.push(ctx.principal, source_id, target_id, full=push.full)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.get("/sources/{source_id}/targets/{target_id}/deliveries")
def list_deliveries(
    ctx: Ctx, source_id: Number, target_id: Number, failed: Failed = None, limit: Limit = 50, cursor: Cursor = None
) -> ListOf[Delivery]:
    """What became of each record at a target, by its number."""
    page = ctx.windrow.targets.deliveries(
        ctx.principal, source_id, target_id, failed=failed, limit=limit, cursor=cursor
    )
    return translate.list_of(page.map(translate.to_delivery))
