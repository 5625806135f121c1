"""Items: files that tasks work with: bring, download, rename, replace, delete, and make tasks of them."""

from collections.abc import Mapping

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from windrow.console.context import Context, Ctx, Cursor, see
from windrow.console.drafts import problems_by_field
from windrow.console.forms import Posted
from windrow.console.pages import PageRoute
from windrow.console.uploads import Upload, read_upload
from windrow.errors import BadInput
from windrow.model.accounts import Right
from windrow.model.items import Item, ItemType

router = APIRouter(prefix="/items", route_class=PageRoute)

MOST_IN_FOLDERS = 500

RUN_BY: Mapping[ItemType, str] = {
    ItemType.NOTEBOOK: "notebook",
    ItemType.PIPELINE: "pipeline",
    ItemType.REPORT: "report",
}
"""The kinds of work that an item is for, each with its parameter `item`."""


@router.get("")
def list_items(ctx: Ctx, cursor: Cursor = None) -> Response:
    """What was uploaded, newest first, and the files of the folders beside it."""
    return _show(ctx, cursor=cursor)


@router.post("")
async def create_item(ctx: Ctx, request: Request) -> Response:
    """Keeps an uploaded file."""
    ctx.principal.need(Right.WRITE)  # before the file is read
    try:
        async with read_upload(request) as upload:
            await to_thread.run_sync(lambda: _add(ctx, upload))
    except BadInput as error:
        problems = problems_by_field(error)
        return await to_thread.run_sync(lambda: _show(ctx, problems=problems, status=422))
    return see("/items")


@router.post("/{item_id}/content")
async def replace_item(ctx: Ctx, item_id: str, request: Request) -> Response:
    """Gives an item the content of an uploaded file."""
    ctx.principal.need(Right.WRITE)  # before the file is read
    await to_thread.run_sync(lambda: ctx.windrow.items.get(ctx.principal, item_id))
    async with read_upload(request) as upload:
        await to_thread.run_sync(lambda: ctx.windrow.items.replace(ctx.principal, item_id, upload.content))
    return see("/items")


@router.post("/{item_id}")
def rename_item(ctx: Ctx, item_id: str, form: Posted) -> Response:
    """Gives an item another title."""
    ctx.windrow.items.rename(ctx.principal, item_id, form.text("title"))
    return see("/items")


@router.post("/{item_id}/delete")
def delete_item(ctx: Ctx, item_id: str) -> Response:
    """Deletes an item."""
    ctx.windrow.items.delete(ctx.principal, item_id)
    return see("/items")


def _add(ctx: Context, upload: Upload) -> Item:
    title = upload.fields.get("title", "").strip()
    return ctx.windrow.items.add(ctx.principal, upload.name, upload.content, title=title)


def _show(
    ctx: Context, *, cursor: str | None = None, problems: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    items, work = ctx.windrow.items, ctx.windrow.kinds.work
    beside = items.page_in_folders(ctx.principal, limit=MOST_IN_FOLDERS)
    return ctx.show(
        "items.html",
        status=status,
        page=items.page(ctx.principal, cursor=cursor),
        beside=beside.items,
        more_beside=beside.next is not None,
        run_by={kind: name for kind, name in RUN_BY.items() if _takes_items(work.get(name))},
        first=cursor is None,
        problems=problems or {},
    )


def _takes_items(kind: object) -> bool:
    return "item" in getattr(kind, "schema", {}).get("properties", {})
