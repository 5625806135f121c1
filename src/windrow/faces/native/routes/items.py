"""Items: bring, look, download, change, delete."""

from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Query, Request, Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Cursor, Id, Limit, make_part
from windrow.faces.native.receiving import FILE_BODY, received
from windrow.faces.native.streaming import PIECE, Download
from windrow.model.accounts import Right
from windrow.model.items import ItemType
from windrow.wire.items import Item, ItemChange, ItemTypeName
from windrow.wire.shapes import ListOf

router = make_part("items")

CONTENT: dict[int | str, dict[str, Any]] = {200: {"description": "The file, which is JSON.", "content": {"*/*": {}}}}

OfType = Annotated[ItemTypeName | None, Query(alias="type", description="Only those of this type.")]


@router.get("/items")
def list_items(ctx: Ctx, item_type: OfType = None, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Item]:
    """What was uploaded, newest first. Files of folders are listed apart."""
    page = ctx.windrow.items.page(ctx.principal, item_type=_type(item_type), limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_item))


@router.get("/items-in-folders")
def list_items_in_folders(ctx: Ctx, item_type: OfType = None, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Item]:
    """Files of the folders that the setting item_folders names, by title. Everybody's tasks may use them."""
    page = ctx.windrow.items.page_in_folders(ctx.principal, item_type=_type(item_type), limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_item))


@router.post("/items", status_code=201, openapi_extra=FILE_BODY)
async def create_item(
    ctx: Ctx,
    request: Request,
    response: Response,
    name: Annotated[str, Query(max_length=255, description="The file's name; needed.", examples=["tides.ipynb"])] = "",
    title: Annotated[str, Query(max_length=255, description="What to call it; without it, by its name.")] = "",
    item_type: Annotated[
        ItemTypeName | None, Query(alias="type", description="What it is; without it, the end of its name tells.")
    ] = None,
) -> Item:
    """Brings a file of up to 64 MiB: the body is its content."""
    add = ctx.windrow.items.add
    ctx.principal.need(Right.WRITE)  # before the file is read
    async with received(request) as file:
        item = await to_thread.run_sync(lambda: add(ctx.principal, name, file, title=title, item_type=_type(item_type)))
    response.headers["Location"] = f"/api/v1/items/{item.id}"
    return translate.to_item(item)


@router.get("/items/{item_id}")
def read_item(ctx: Ctx, item_id: Id) -> Item:
    """One item, uploaded or of a folder."""
    return translate.to_item(ctx.windrow.items.get(ctx.principal, item_id))


@router.patch("/items/{item_id}")
def change_item(ctx: Ctx, item_id: Id, change: ItemChange) -> Item:
    """Gives an uploaded item another title."""
    if change.title is None:
        return translate.to_item(ctx.windrow.items.get(ctx.principal, item_id))
    return translate.to_item(ctx.windrow.items.rename(ctx.principal, item_id, change.title))


@router.delete("/items/{item_id}", status_code=204)
def delete_item(ctx: Ctx, item_id: Id) -> Response:
    """Deletes an uploaded item. Tasks that name it fail from then on, and say so."""
    ctx.windrow.items.delete(ctx.principal, item_id)
    return Response(status_code=204)


@router.get("/items/{item_id}/content", response_class=Response, responses=CONTENT)
def read_item_content(ctx: Ctx, item_id: Id) -> Response:
    """An item's content, to be saved."""
    opened = ctx.windrow.items.open(ctx.principal, item_id)
    item, file = opened.__enter__()
    return Download(
        iter(lambda: file.read(PIECE), b""),
        close=lambda: opened.__exit__(None, None, None),
        name=item.name,
        media_type=item.media_type,
        headers={"ETag": f'"{item.sha256}"', "Content-Length": str(item.size)} if item.is_uploaded else {},
    )


@router.put("/items/{item_id}/content", openapi_extra=FILE_BODY)
async def replace_item_content(
    ctx: Ctx,
    request: Request,
    item_id: Id,
    seen: Annotated[
        datetime | None,
        Query(description="`changed_at` of the item that this comes from: refused when it was changed since."),
    ] = None,
) -> Item:
    """Gives an uploaded item another content of the same type: the body, up to 64 MiB."""
    ctx.principal.need(Right.WRITE)  # before the file is read
    last = translate.in_utc(seen, field="seen")
    replace = ctx.windrow.items.replace
    async with received(request) as file:
        item = await to_thread.run_sync(lambda: replace(ctx.principal, item_id, file, seen=last))
    return translate.to_item(item)


def _type(name: ItemTypeName | None) -> ItemType | None:
    return None if name is None else ItemType(name)
