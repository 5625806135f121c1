"""Names in the STAC API: collections' ids, and items' ids that are unique within their collection.

Several sources may hold an item of the same id in the same collection. The one with the lowest record id keeps its id
as it came; the others are called by their id, a tilde and their record id (`scene-7~4711`). Such a name means the same
record for ever. An item whose own id ends like that always gets a tilde and its record id too, so that no name can
mean two records.
"""

import re

from windrow.ports.catalogue import Entry

UNCOLLECTED = "uncollected"
"""The collection of the items that name none."""

_COPY = re.compile(r"(.+)~(\d{1,18})", re.DOTALL)


def shown_collection(name: str) -> str:
    """The id of a collection in our API; items that name none are in one of their own."""
    return name or UNCOLLECTED


def kept_collections(shown: str) -> list[str]:
    """The names, as the catalogue keeps them, of the collection that we show by this id."""
    return ["", UNCOLLECTED] if shown == UNCOLLECTED else [shown]


def key_of(entry: Entry) -> tuple[str, str]:
    """What items share that would have the same path: our collection and their own id."""
    return shown_collection(entry.record.collection), entry.record.identifier


def name_of(entry: Entry, first: int) -> str:
    """An item's id in our API. `first` is the lowest record id among those with the same key."""
    identifier = entry.record.identifier
    if entry.id == first and not _COPY.fullmatch(identifier):
        return identifier
    return f"{identifier}~{entry.id}"


def read_copy(name: str) -> tuple[str, int] | None:
    """The item's own id and its record id, where a name tells both."""
    found = _COPY.fullmatch(name)
    return (found.group(1), int(found.group(2))) if found else None


def identifiers_of(names: frozenset[str]) -> list[str]:
    """The items' own ids that these names can stand for."""
    copies = [found[0] for name in names if (found := read_copy(name))]
    return sorted({*names, *copies})
