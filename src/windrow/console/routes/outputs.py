"""Outputs of runs that are pages: shown within one of ours, where nothing in them can run or ask for anything."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from windrow.console.context import Context, Ctx
from windrow.console.pages import POLICY, PageRoute
from windrow.errors import NotFound

router = APIRouter(prefix="/runs/{run_id}", route_class=PageRoute)

LARGEST = 32 << 20
"""Bytes of a page that is shown; what is larger can be downloaded."""

FRAMED = f"{POLICY}; frame-src 'self'"
SHEET = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
"""Strangers may have written it. It is somebody else's page to the browser, runs no script, and loads nothing."""

Name = Annotated[str, Path(max_length=255)]


@router.get("/look/{name:path}")
def look_at_output(ctx: Ctx, run_id: str, name: Name) -> Response:
    """A page of ours around a file of a run that is a page."""
    size = _find(ctx, run_id, name)
    run = ctx.windrow.runs.get(ctx.principal, run_id)
    response = ctx.show("output.html", run=run, name=name, size=size, fits=size <= LARGEST)
    response.headers["Content-Security-Policy"] = FRAMED
    return response


@router.get("/outputs/{name:path}")
def read_output(ctx: Ctx, run_id: str, name: Name) -> Response:
    """The file itself, for the frame in that page."""
    if _find(ctx, run_id, name) > LARGEST:
        raise NotFound("page", name)
    with ctx.windrow.runs.open_output(ctx.principal, run_id, name) as (_, file):
        content = file.read()
    headers = {"Content-Security-Policy": SHEET, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


def _find(ctx: Context, run_id: str, name: str) -> int:
    """How large a file is that can be looked at. Raises `NotFound`, also for those that are no pages."""
    for each in ctx.windrow.runs.outputs(ctx.principal, run_id):
        if each.name == name and is_page(each.media_type):
            return each.size
    raise NotFound("page", name)


def is_page(media_type: str) -> bool:
    """Whether a file is a page that can be looked at here."""
    return media_type.partition(";")[0].strip() == "text/html"
