"""A static STAC catalogue: a root that lists up to 256 sub-catalogues, each of which lists its items.

A single list would be written anew, with all its links, for every item; so each record has its sub-catalogue by the
hash of its identifier. A list is never changed but made of what lies in its folder, by one writer at a time, who holds
the folder's lock from before the item is written until the list is: so no writer can lose another's link, and one who
died between the two is made up for by the next who comes.
"""

from typing import Any

import orjson

from windrow.errors import Unfit
from windrow.formats.stac_writing import VERSION
from windrow.targets.folder.shelves import Shelf

CATALOGUE = "catalog.json"
_JSON = "application/json"
_GEOJSON = "application/geo+json"
_SHELVES = frozenset(f"{number:02x}" for number in range(256))


def put_item(root: Shelf, shelf_name: str, file: str, item: dict[str, Any], *, title: str) -> None:
    """Writes an item and whatever has to list it."""
    links = [
        _link("root", f"../{CATALOGUE}", _JSON),
        _link("parent", f"./{CATALOGUE}", _JSON),
        *item["links"],
    ]
    with root.inside(shelf_name) as shelf, shelf.locked():
        shelf.write(file, _document({**item, "links": links}))
        _list_items(shelf, shelf_name, title)
    list_shelves(root, title)


def remove_item(root: Shelf, shelf_name: str, file: str, *, title: str) -> None:
    """Takes an item away, and out of its list."""
    if shelf_name not in root.names():
        return
    with root.inside(shelf_name) as shelf, shelf.locked():
        shelf.delete(file)
        _list_items(shelf, shelf_name, title)
    list_shelves(root, title)


def list_shelves(root: Shelf, title: str) -> None:
    """Writes the root's list."""
    with root.locked():
        children = [each for each in root.names() if each in _SHELVES]
        links = [_link("root", f"./{CATALOGUE}", _JSON)]
        links += [_link("child", f"./{each}/{CATALOGUE}", _JSON) for each in children]
        root.write(CATALOGUE, _catalogue("windrow", title, links))


def _list_items(shelf: Shelf, name: str, title: str) -> None:
    items = [each for each in shelf.names() if each.endswith(".json") and each != CATALOGUE]
    links = [_link("root", f"../{CATALOGUE}", _JSON), _link("parent", f"../{CATALOGUE}", _JSON)]
    links += [_link("item", f"./{each}", _GEOJSON) for each in items]
    shelf.write(CATALOGUE, _catalogue(f"windrow-{name}", f"{title}, part {name}", links))


def _catalogue(identifier: str, title: str, links: list[dict[str, str]]) -> bytes:
    return _document(
        {
            "type": "Catalog",
            "stac_version": VERSION,
            "id": identifier,
            "title": title,
            "description": title,
            "links": links,
        }
    )


def _link(rel: str, href: str, media_type: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type}


def _document(value: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2)
    except orjson.JSONEncodeError as problem:
        raise Unfit(f"JSON cannot carry the record: {problem}.") from problem
