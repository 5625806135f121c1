"""`windrow items …`: files that tasks work with: bring, look, fetch, change, delete."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from windrow.cli.answers import Column, pages, print_details, print_json, print_line, print_list, size, tell
from windrow.cli.commands import Command
from windrow.cli.local import open_local
from windrow.cli.options import All, Data, Json, Limit, Yes, confirm
from windrow.model.items import Item, ItemType

app = typer.Typer(help="Files that tasks work with: notebooks, pipelines, report definitions.", no_args_is_help=True)

ItemId = Annotated[str, typer.Argument(metavar="ITEM", help="Id of the item.")]
Source = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="The file on this machine.")
]
OfType = Annotated[ItemType | None, typer.Option("--type", help="Only of this type.")]

COLUMNS: list[Column[Item]] = [
    Column("ID", lambda item: item.id, folded=False),
    Column("Title", lambda item: item.title),
    Column("Type", lambda item: item.type),
    Column("Name", lambda item: item.name),
    Column("Size", lambda item: size(item.size)),
    Column("Changed", lambda item: item.changed_at),
]


@app.command("list", cls=Command)
def list_items(
    item_type: OfType = None,
    folders: Annotated[
        bool, typer.Option("--folders", help="Instead, the files of the folders that item_folders names.")
    ] = False,
    limit: Limit = 50,
    every: All = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List items, newest first; those in folders by title."""
    with open_local(data) as local:
        items, principal = local.windrow.items, local.principal
        fetch = items.page_in_folders if folders else items.page
        found = pages(lambda most, cursor: fetch(principal, item_type=item_type, limit=most, cursor=cursor))
        print_list(found, COLUMNS, as_json=as_json, limit=None if every else limit)


@app.command(cls=Command)
def add(
    file: Source,
    title: Annotated[str, typer.Option(help="What to call it; without it, by its name.")] = "",
    item_type: Annotated[
        ItemType | None, typer.Option("--type", help="What it is; without it, the end of its name tells.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Bring a file of up to 64 MiB."""
    with open_local(data, make=True) as local, file.open("rb") as content:
        item = local.windrow.items.add(local.principal, file.name, content, title=title, item_type=item_type)
        _show(item, as_json=as_json)


@app.command(cls=Command)
def get(item_id: ItemId, data: Data = None, as_json: Json = False) -> None:
    """Show an item: what it is, how large, when it was changed."""
    with open_local(data) as local:
        _show(local.windrow.items.get(local.principal, item_id), as_json=as_json)


@app.command(cls=Command)
def download(
    item_id: ItemId,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to put it; - is standard output.")
    ] = None,
    data: Data = None,
) -> None:
    """Fetch an item's content."""
    with open_local(data) as local, local.windrow.items.open(local.principal, item_id) as (item, file):
        target = output or Path(Path(item.name).name)
        if str(target) == "-":
            shutil.copyfileobj(file, sys.stdout.buffer)
            return
        with target.open("wb") as copy:
            shutil.copyfileobj(file, copy)
    tell(f"{target}: {size(item.size)}")


@app.command(cls=Command)
def replace(item_id: ItemId, file: Source, data: Data = None, as_json: Json = False) -> None:
    """Give an item another content; tasks that name it use it from then on."""
    with open_local(data) as local, file.open("rb") as content:
        _show(local.windrow.items.replace(local.principal, item_id, content), as_json=as_json)


@app.command(cls=Command)
def rename(
    item_id: ItemId,
    title: Annotated[str, typer.Argument(help="What to call it.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Give an item another title."""
    with open_local(data) as local:
        _show(local.windrow.items.rename(local.principal, item_id, title), as_json=as_json)


@app.command(cls=Command)
def delete(item_id: ItemId, yes: Yes = False, data: Data = None, as_json: Json = False) -> None:
    """Delete an item. Tasks that name it fail from then on, and say so."""
    with open_local(data) as local:
        item = local.windrow.items.get(local.principal, item_id)
        confirm(f"Delete {item.title}?", yes=yes)
        local.windrow.items.delete(local.principal, item.id)
        if as_json:
            print_json({"deleted": item.id})
        else:
            print_line(f"Deleted {item.title}.")


def _show(item: Item, *, as_json: bool) -> None:
    if as_json:
        print_json(item)
        return
    print_details(
        {
            "item": item.id,
            "title": item.title,
            "type": item.type,
            "name": item.name,
            "size": size(item.size),
            "uploaded": item.is_uploaded,
            "created": item.created_at,
            "changed": item.changed_at,
        }
    )
