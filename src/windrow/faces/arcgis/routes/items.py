"""Items: the notebooks, pipelines and reports that tasks work with, as content of the portal."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from fastapi import APIRouter, Response

from windrow.errors import BadInput, NotFound
from windrow.faces.arcgis.context import REST, Context, Ctx, Form
from windrow.faces.arcgis.errors import SharingRoute
from windrow.faces.arcgis.searching import is_asked_for, read_query
from windrow.faces.arcgis.spelling import disarmed, from_hex, to_hex
from windrow.faces.arcgis.translate import ITEM_WORDS, to_item
from windrow.model.items import SUFFIXES, Item, ItemType, type_of

ITEM = "/content/items/{item_id}"
OWN = "/content/users/{username}"
LARGEST_SEARCH = 100
LATEST = 1_000

router = APIRouter(prefix=REST, tags=["ArcGIS"], route_class=SharingRoute, include_in_schema=False)


@router.get(ITEM)
@router.post(ITEM)
def read_item(ctx: Ctx, item_id: str) -> Response:
    """An item, without its content."""
    return ctx.answer(_shown(ctx, _find(ctx, item_id)))


@router.get(f"{ITEM}/data")
@router.post(f"{ITEM}/data")
def read_data(ctx: Ctx, item_id: str) -> Response:
    """An item's content, which is always JSON."""
    item = _find(ctx, item_id)
    with ctx.windrow.items.open(ctx.principal, item.id) as (found, file):
        return Response(disarmed(file.read()), media_type=found.media_type)


@router.post(f"{OWN}/addItem")
def add_item(ctx: Ctx, username: str) -> Response:
    """Keeps a file, or the text of one."""
    _need_oneself(ctx, username)
    item_type = _type(ctx.form)
    title = ctx.form.text("title") or ""
    with _content(ctx.form) as (name, content):
        if content is None:
            raise BadInput.of("file", "is missing: send the item's content as a file, or as text")
        name = ctx.form.text("fileName", "filename") or name or _name_for(title, item_type)
        item = ctx.windrow.items.add(ctx.principal, name, content, title=title, item_type=item_type)
    return _done(ctx, item.id)


@router.post(f"{OWN}/items/{{item_id}}/update")
def update_item(ctx: Ctx, username: str, item_id: str) -> Response:
    """Gives an item another title or content; what is not sent stays."""
    item = _find_own(ctx, username, item_id)
    with _content(ctx.form) as (_, content):
        if content is not None:
            item = ctx.windrow.items.replace(ctx.principal, item.id, content)
    if (title := ctx.form.text("title")) is not None:
        ctx.windrow.items.rename(ctx.principal, item.id, title)
    return _done(ctx, item.id)


@router.get(f"{OWN}/items/{{item_id}}/status")
@router.post(f"{OWN}/items/{{item_id}}/status")
def read_status(ctx: Ctx, username: str, item_id: str) -> Response:
    """How far an item is brought, for clients that ask until it is: what is here is here as a whole."""
    item = _find_own(ctx, username, item_id)
    return ctx.answer({"status": "completed", "statusMessage": "completed", "itemId": to_hex(item.id)})


@router.post(f"{OWN}/items/{{item_id}}/delete")
def delete_item(ctx: Ctx, username: str, item_id: str) -> Response:
    """Deletes an item. Tasks that name it fail from then on, and say so."""
    item = _find_own(ctx, username, item_id)
    ctx.windrow.items.delete(ctx.principal, item.id)
    return ctx.answer({"success": True, "itemId": to_hex(item.id)})


@router.get("/search")
@router.post("/search")
def search(ctx: Ctx) -> Response:
    """Items that `q` asks for: the newest first, out of the latest thousand and the files of the folders."""
    query = read_query(ctx.form.text("q") or "")
    everything = [
        *ctx.windrow.items.page(ctx.principal, limit=LATEST).items,
        *ctx.windrow.items.in_folders(ctx.principal),
    ]
    found = [shown for shown in (_shown(ctx, each) for each in everything) if is_asked_for(query, shown)]
    return ctx.answer({"query": ctx.form.text("q") or "", **_page(ctx, found, "results")})


@router.get(OWN)
@router.post(OWN)
def list_content(ctx: Ctx, username: str) -> Response:
    """What a user brought, out of the latest thousand items: the newest first. There are no folders."""
    user = ctx.user(username)
    latest = ctx.windrow.items.page(ctx.principal, limit=LATEST).items
    found = [_shown(ctx, each) for each in latest if each.owner_id == user.id]
    around: dict[str, object] = {"username": user.name, "currentFolder": None, "folders": []}
    return ctx.answer({**around, **_page(ctx, found, "items")})


def _page(ctx: Context, found: Sequence[Mapping[str, object]], name: str) -> dict[str, object]:
    start = max(1, ctx.form.number("start") or 1)
    num = min(max(1, ctx.form.number("num") or 10), LARGEST_SEARCH)
    page = found[start - 1 : start - 1 + num]
    following = start + len(page) if start - 1 + len(page) < len(found) else -1
    return {"total": len(found), "start": start, "num": len(page), "nextStart": following, name: page}


def _find(ctx: Context, item_id: str) -> Item:
    try:
        return ctx.windrow.items.get(ctx.principal, from_hex(item_id))
    except NotFound as error:
        raise NotFound("item", item_id[:100]) from error


def _find_own(ctx: Context, username: str, item_id: str) -> Item:
    user, item = ctx.user(username), _find(ctx, item_id)
    if item.owner_id not in ("", user.id):
        raise NotFound("item", item_id[:100])
    return item


def _need_oneself(ctx: Context, username: str) -> None:
    if username != ctx.principal.name:
        raise NotFound("user", username[:100])


def _shown(ctx: Context, item: Item) -> dict[str, object]:
    owner = ctx.windrow.accounts.name_of(item.owner_id) if item.owner_id else ""
    return to_item(item, owner)


def _type(form: Form) -> ItemType | None:
    """The type that was said; None where the file's name is to tell. Raises `BadInput`."""
    word = form.text("type")
    found = next(
        (ours for ours, theirs in ITEM_WORDS.items() if word is not None and theirs.lower() == word.lower()), None
    )
    if word is not None and found is None:
        raise BadInput.of("type", f"must be one of {', '.join(ITEM_WORDS.values())}")
    return found


def _name_for(title: str, item_type: ItemType | None) -> str:
    suffix = next((each for each, kind in SUFFIXES.items() if kind is item_type), "")
    name = "".join(sign if sign.isalnum() or sign in "-_ " else "-" for sign in title).strip() or "item"
    return name if type_of(name) is item_type and item_type is not None else name + suffix


@contextmanager
def _content(form: Form) -> Iterator[tuple[str, BinaryIO | None]]:
    """The file that came, or the text, with its name; None where neither did."""
    file = form.files.get("file")
    if file is not None:
        yield file.filename or "", file.file
    elif (text := form.text("text")) is not None:
        yield "", io.BytesIO(text.encode(errors="surrogatepass"))
    else:
        yield "", None


def _done(ctx: Context, item_id: str) -> Response:
    return ctx.answer({"success": True, "id": to_hex(item_id), "folder": ""})
