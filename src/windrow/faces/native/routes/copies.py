"""Copies: have them made, list them, download them."""

from typing import Annotated

from fastapi import Body, Request, Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Cursor, Limit, Number, make_part
from windrow.faces.native.ranges import cut, headers_of, pieces_of
from windrow.faces.native.streaming import FILE, Download
from windrow.wire.copies import Copy, Copying, Stock
from windrow.wire.runs import Run
from windrow.wire.shapes import ListOf

router = make_part("copies")

AS_USUAL = Copying()


@router.post("/sources/{source_id}/copy", status_code=202)
def start_copying(
    ctx: Ctx, source_id: Number, response: Response, copying: Annotated[Copying, Body()] = AS_USUAL
) -> Run:
    """Starts a run that copies the files which a source's records link to; not while one is active."""
    run = ctx.windrow.copies.start(ctx.principal, source_id, full=copying.full, only=copying.only)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.get("/sources/{source_id}/copies")
def read_stock(ctx: Ctx, source_id: Number) -> Stock:
    """How many files of a source are copied, how many are not and why, and their bytes."""
    return translate.to_stock(ctx.windrow.copies.stock(ctx.principal, source_id))


@router.get("/records/{record_id}/copies")
def list_copies(ctx: Ctx, record_id: Number, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Copy]:
    """The files that a record links to, as far as they are to be copied."""
    page = ctx.windrow.copies.page(ctx.principal, record_id, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_copy))


@router.get(
    "/records/{record_id}/copies/{copy_id}",
    response_class=Response,
    responses={
        **FILE,
        206: {**FILE[200], "description": "The part of it that was asked for."},
        304: {"description": "It is still the file that the request knows."},
    },
)
def read_copy(ctx: Ctx, request: Request, record_id: Number, copy_id: Number) -> Response:
    """A file of a record, or one part of it (`Range`; 416 where it has no such part). It is sent to be saved only."""
    opened = ctx.windrow.copies.open(ctx.principal, record_id, copy_id)
    copy, file = opened.__enter__()
    size, etag = copy.size or 0, f'"{copy.sha256}"'
    found = cut(request.headers, size=size, etag=etag)
    download = Download(
        pieces_of(file, found),
        close=lambda: opened.__exit__(None, None, None),
        name=copy.name,
        media_type=copy.media_type or "application/octet-stream",
        headers=headers_of(found, size=size, etag=etag),
    )
    download.status_code = found.status
    return download
