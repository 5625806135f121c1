"""Sources: find out what they are, register, look, change, harvest, delete."""

from typing import Annotated

from fastapi import Body, Query, Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx, ReaderCtx
from windrow.faces.native.queries import Cursor, Limit, Number, make_part
from windrow.faces.native.remotes import apart
from windrow.wire.runs import Run
from windrow.wire.shapes import ListOf
from windrow.wire.sources import (
    Availability,
    Detection,
    Harvest,
    Look,
    Preview,
    Refresh,
    Source,
    SourceChange,
    SourceInput,
    SourceKind,
)

router = make_part("sources")

NoChange = Annotated[SourceChange, Body(description="The change; without one, the source as it is.")]
Retired = Annotated[bool, Query(description="Those that are retired, instead of the others.")]
NOTHING = SourceChange()
AS_USUAL = Harvest()
A_LOOK = Refresh()


@router.get("/source-kinds")
def list_source_kinds(ctx: ReaderCtx) -> ListOf[SourceKind]:
    """The kinds of source that are installed, with the JSON Schema of their settings."""
    kinds = sorted(ctx.windrow.kinds.sources.values(), key=lambda each: each.name)
    return ListOf(items=[SourceKind(name=each.name, title=each.title, settings=each.schema) for each in kinds])


@router.post("/sources/detect")
async def detect_source(ctx: Ctx, look: Look) -> ListOf[Detection]:
    """What speaks at a URL, the surest first. Asks the remote."""
    credential = translate.from_credential(look.credential)
    found = await apart(lambda: ctx.windrow.sources.detect(ctx.principal, look.url, credential))
    return ListOf(items=[translate.to_detection(each) for each in found])


@router.post("/sources/preview")
async def preview_source(ctx: Ctx, source: SourceInput) -> Preview:
    """The first records of a source that is not saved yet, and their count. Asks the remote, writes nothing."""
    draft = translate.from_source(source, now=ctx.now)
    return translate.to_preview(await apart(lambda: ctx.windrow.sources.preview(ctx.principal, draft)))


@router.get("/sources")
def list_sources(ctx: Ctx, limit: Limit = 50, cursor: Cursor = None, retired: Retired = False) -> ListOf[Source]:
    """Sources in the order they were made."""
    page = ctx.windrow.sources.page(ctx.principal, limit=limit, cursor=cursor, retired_ones=retired)
    return translate.list_of(page.map(lambda view: translate.to_source(view, now=ctx.now)))


@router.post("/sources", status_code=201)
def create_source(ctx: Ctx, source: SourceInput, response: Response) -> Source:
    """Registers a source, with the task that harvests it."""
    view = ctx.windrow.sources.create(ctx.principal, translate.from_source(source, now=ctx.now))
    response.headers["Location"] = f"/api/v1/sources/{view.source.id}"
    return translate.to_source(view, now=ctx.now)


@router.get("/sources/{source_id}")
def read_source(ctx: Ctx, source_id: Number) -> Source:
    """One source with its health, schedule and last run."""
    return translate.to_source(ctx.windrow.sources.view(ctx.principal, source_id), now=ctx.now)


@router.patch("/sources/{source_id}")
def change_source(ctx: Ctx, source_id: Number, change: SourceChange) -> Source:
    """Changes a source. A harvest under way goes on as it began."""
    present = ctx.windrow.sources.view(ctx.principal, source_id)
    draft = translate.change_source(present, change, now=ctx.now)
    seen = present.source.changed_at
    return translate.to_source(ctx.windrow.sources.change(ctx.principal, source_id, draft, seen=seen), now=ctx.now)


@router.delete("/sources/{source_id}", status_code=204)
def delete_source(ctx: Ctx, source_id: Number) -> Response:
    """Deletes a source with its records and runs; not while it is being harvested."""
    ctx.windrow.sources.delete(ctx.principal, source_id)
    return Response(status_code=204)


@router.post("/sources/{source_id}/retire")
def retire_source(ctx: Ctx, source_id: Number) -> Source:
    """Harvests a source no more and keeps its records; not while it is being harvested."""
    return translate.to_source(ctx.windrow.sources.retire(ctx.principal, source_id), now=ctx.now)


@router.post("/sources/{source_id}/revive")
def revive_source(ctx: Ctx, source_id: Number) -> Source:
    """Takes a retired source up again; its schedules stay off until somebody says otherwise."""
    return translate.to_source(ctx.windrow.sources.revive(ctx.principal, source_id), now=ctx.now)


@router.post("/sources/{source_id}/preview")
async def preview_change(ctx: Ctx, source_id: Number, change: NoChange = NOTHING) -> Preview:
    """What a harvest would do after this change. Asks the remote, writes nothing."""

    def preview() -> Preview:
        present = ctx.windrow.sources.view(ctx.principal, source_id)
        draft = translate.change_source(present, change, now=ctx.now)
        return translate.to_preview(ctx.windrow.sources.preview(ctx.principal, draft, source_id=source_id))

    return await apart(preview)


@router.post("/sources/{source_id}/diff", status_code=202)
def start_diff(ctx: Ctx, source_id: Number, response: Response, change: NoChange = NOTHING) -> Run:
    """Starts a run that finds out what this change would add, change and remove; its file `diff.jsonl` lists it."""
    present = ctx.windrow.sources.view(ctx.principal, source_id)
    draft = translate.change_source(present, change, now=ctx.now)
    run = ctx.windrow.sources.diff(ctx.principal, source_id, draft)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.post("/sources/{source_id}/harvest", status_code=202)
def start_harvest(
    ctx: Ctx, source_id: Number, response: Response, harvest: Annotated[Harvest, Body()] = AS_USUAL
) -> Run:
    """Starts a harvest; not while one is active."""
    run = ctx.windrow.sources.harvest(ctx.principal, source_id, full=harvest.full, only=harvest.only)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.post("/sources/{source_id}/refresh", status_code=202)
def start_refresh(ctx: Ctx, source_id: Number, response: Response, refresh: Annotated[Refresh, Body()] = A_LOOK) -> Run:
    """Starts a look at what the source lists; nothing is fetched apart from the list. Not while one is active."""
    run = ctx.windrow.sources.refresh(ctx.principal, source_id, full=refresh.full)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.post("/sources/{source_id}/check", status_code=202)
def start_check(ctx: Ctx, source_id: Number, response: Response) -> Run:
    """Starts a check whether the source answers; not while one is active."""
    run = ctx.windrow.sources.check(ctx.principal, source_id)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.get("/sources/{source_id}/availability")
def list_availability(ctx: Ctx, source_id: Number, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Availability]:
    """When the source answered and when not, newest first."""
    page = ctx.windrow.sources.availability(ctx.principal, source_id, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_availability))


@router.post("/sources/{source_id}/cancel", status_code=202)
def cancel_harvest(ctx: Ctx, source_id: Number) -> Run | None:
    """Stops the harvest or refresh that is active; null when there is none."""
    run = ctx.windrow.sources.cancel(ctx.principal, source_id)
    return None if run is None else translate.to_run(run, now=ctx.now)


@router.get("/sources/{source_id}/runs")
def list_source_runs(ctx: Ctx, source_id: Number, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Run]:
    """A source's runs, newest first."""
    page = ctx.windrow.sources.runs(ctx.principal, source_id, limit=limit, cursor=cursor)
    return translate.list_of(page.map(lambda run: translate.to_run(run, now=ctx.now)))
