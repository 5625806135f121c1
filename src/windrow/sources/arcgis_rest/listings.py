"""Listings: what a folder names, and what a service names, before anything of it is read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats.json import objects_of, text_of
from windrow.sources.arcgis_rest.asking import describe
from windrow.sources.arcgis_rest.pages import FolderPage, Page, ServicePage
from windrow.sources.arcgis_rest.places import TYPES, join
from windrow.sources.arcgis_rest.settings import Settings

GROUP = "Group Layer"
TABLE = "Table"
_DEPTH = 4
"""Levels of folders: ArcGIS Server has one. What goes deeper is a server that answers every address alike."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds.

    services   types by whole name (`Transport/Roads`), in the listing's order; those with data to harvest only
    folders    paths below the catalogue
    odd        what cannot be followed: (name, why)
    """

    services: Mapping[str, Sequence[str]] = field(default_factory=dict)
    folders: Sequence[str] = ()
    odd: Sequence[tuple[str, str]] = ()

    def pages(self, settings: Settings) -> list[Page]:
        """The pages that it leads to."""
        services = [page for name, types in self.services.items() for page in _service_pages(name, types, settings)]
        return [*services, *(FolderPage(each) for each in self.folders if settings.enters(each))]


@dataclass(frozen=True, slots=True)
class Entry:
    """A layer or table as its service names it. `type` and `parent` are empty where the server does not tell."""

    number: int
    name: str
    type: str = ""
    parent: int | None = None
    children: tuple[int, ...] = ()

    @property
    def mark(self) -> tuple[int, str]:
        """Equal where a feature service and a map service of the same name mean the same layer."""
        return self.number, self.name.casefold()


def read_listing(document: Mapping[str, Any], folder: str) -> Listing:
    """What a folder lists. Raises `RemoteUnreadable` for a document that is no listing."""
    services, folders = document.get("services"), document.get("folders", [])
    if not isinstance(services, list) or not isinstance(folders, list):
        raise RemoteUnreadable(f"No list of services and folders, but {describe(dict(document))}.")
    known: dict[str, list[str]] = {}
    odd: list[tuple[str, str]] = []
    for each in services:
        name, kind = _named(each)
        whole = join(folder, name)
        if not whole or not kind:
            odd.append((f"{folder}/{name or each}"[:200], "The folder lists a service without a usable name or type."))
        elif kind in TYPES and kind not in known.setdefault(whole, []):
            known[whole].append(kind)
    below = dict.fromkeys(join(folder, text_of(each)) for each in folders)
    deep = [each for each in below if each.count("/") >= _DEPTH]
    odd += [(each, f"Folders go deeper than {_DEPTH} levels: the server seems to answer all alike.") for each in deep]
    return Listing(known, [each for each in below if each and each != folder and each not in deep], odd)


def read_entries(document: Mapping[str, Any]) -> list[Entry]:
    """The layers and tables of a service, group layers too. Raises `RemoteUnreadable` where it lists none at all."""
    layers, tables = document.get("layers"), document.get("tables")
    if not isinstance(layers, list) and not isinstance(tables, list):
        raise RemoteUnreadable(f"No service with layers, but {describe(dict(document))}.")
    found = {entry.number: entry for entry in (*_entries(tables, TABLE), *_entries(layers, ""))}
    return sorted(found.values(), key=lambda each: each.number)


def count_listed(document: Mapping[str, Any]) -> int:
    """How many layers and tables a service lists, also such as have no number by which they could be asked for."""
    return sum(len(each) for name in ("layers", "tables") if isinstance(each := document.get(name), list))


def choose(entries: Sequence[Entry], layer: int | None, settings: Settings) -> list[Entry]:
    """Those to harvest: all but group layers, or one layer with all below it, as far as their names are wanted."""
    chosen = [each for each in entries if each.type != GROUP and settings.takes(each.name)]
    if layer is None:
        return chosen
    if all(each.number != layer for each in entries):
        raise RemoteUnreadable(f"The service lists no layer {layer} but: {', '.join(_told(entries)) or 'none'}.")
    inside = _descendants(entries, layer)
    return [each for each in chosen if each.number in inside]


def _service_pages(name: str, types: Sequence[str], settings: Settings) -> Iterator[Page]:
    """A service's pages. A feature service beside a map service is read with that: mostly they publish the same."""
    if not settings.takes_service(name):
        return
    wanted = [each for each in types if each in settings.types]
    twin = "MapServer" in wanted and "FeatureServer" in wanted
    for each in wanted:
        if not (twin and each == "FeatureServer") and (each != "ImageServer" or settings.takes(name)):
            yield ServicePage(name, each, twin and each == "MapServer")


def _named(value: Any) -> tuple[str, str]:
    return (text_of(value.get("name")), text_of(value.get("type"))) if isinstance(value, dict) else ("", "")


def _entries(values: Any, usual: str) -> Iterator[Entry]:
    for each in objects_of(values):
        number, parent = _number(each.get("id")), _number(each.get("parentLayerId"))
        if number is not None:
            children = each.get("subLayerIds")
            yield Entry(
                number,
                text_of(each.get("name")) or f"{usual or 'Layer'} {number}",
                text_of(each.get("type")) or usual,
                parent,
                tuple(child for child in children if _number(child) is not None) if isinstance(children, list) else (),
            )


def _number(value: Any) -> int | None:
    """A layer's number; -1 stands for no parent."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _descendants(entries: Sequence[Entry], layer: int) -> set[int]:
    """The layer and all below it; either side may tell that one lies below the other."""
    below: dict[int, set[int]] = {}
    for each in entries:
        below.setdefault(each.number, set()).update(each.children)
        if each.parent is not None:
            below.setdefault(each.parent, set()).add(each.number)
    found, waiting = set[int](), [layer]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += below.get(number, ())
    return found


def _told(entries: Sequence[Entry]) -> list[str]:
    return [f"{each.number} ({each.name[:40]})" for each in entries[:20]]
