"""The pages that a walk over a STAC source is made of, and their keys."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, TypeAlias

from windrow.sources.stac.walk import Walk


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """A document of a static catalogue: its links lead on.

    root     the folder that names are relative to
    inside   whether it lies below one of the collections that are asked for
    """

    tag: ClassVar[str] = "catalogue"
    url: str
    root: str
    inside: bool = False


@dataclass(frozen=True, slots=True)
class CollectionsPage:
    """A page of an API's list of collections, or (`single`) one collection's own document.

    items    whether it leads on to the collections' items
    search   where to search for the items of a collection that does not link to them; `posts`: by POST only
    """

    tag: ClassVar[str] = "collections"
    url: str
    items: bool = True
    single: bool = False
    search: str = ""
    posts: bool = False
    walk: Walk = Walk()


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """A page of items. With a body it is asked for by POST. `whole`: the walk holds all records of the pass."""

    tag: ClassVar[str] = "items"
    url: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None
    whole: bool = False
    walk: Walk = Walk()


Page: TypeAlias = CataloguePage | CollectionsPage | ItemsPage


def key_of(page: Page) -> dict[str, Any]:
    """The page's key; what is at its default is left out."""
    values = asdict(page)
    kept = {each.name: values[each.name] for each in fields(page) if getattr(page, each.name) != each.default}
    return {"page": page.tag, **kept}


def page_of(key: Mapping[str, Any]) -> Page:
    """The page that a key tells."""
    values = {name: value for name, value in key.items() if name not in ("page", "walk")}
    walk = Walk(**key.get("walk", {}))
    match key["page"]:
        case CataloguePage.tag:
            return CataloguePage(**values)
        case CollectionsPage.tag:
            return CollectionsPage(**values, walk=walk)
        case _:
            return ItemsPage(**values, walk=walk)
