"""What the document at a source's URL is: an API, a static catalogue, or a single list or item."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats.json import objects_of, text_of, texts_of
from windrow.formats.stac import is_collection
from windrow.sources.stac.links import items_link, links_of
from windrow.sources.stac.searches import Search


class Form(Enum):
    """What can stand at a URL that a STAC source is harvested from."""

    API = "an API's landing page"
    COLLECTIONS = "an API's list of collections"
    COLLECTION = "one collection of an API"
    ITEMS = "a list of items"
    TREE = "a document of a static catalogue"


@dataclass(frozen=True, slots=True)
class Root:
    """The document at a source's URL.

    url      where it came from
    sure     how certain it is that it is STAC, 0 to 1
    paged    whether a list goes on at a next page
    changes  a search that takes the filter for changes
    """

    form: Form
    url: str
    title: str
    sure: float
    paged: bool = False
    collections: str = ""
    search: Search | None = None
    changes: Search | None = None


def read_root(document: Mapping[str, Any], url: str) -> Root:
    """What the document is. Raises `RemoteUnreadable` for JSON that is no STAC."""
    form = _form_of(document, url)
    if form is None:
        raise RemoteUnreadable(f"JSON, but no STAC: {_describe(document)}")
    title = text_of(document.get("title")) or text_of(document.get("id"))
    # A list is known by its members; an empty one may be of any kind of feature.
    sure = 1.0 if _is_marked(document) else 0.9 if document.get("features", True) else 0.3
    if form is not Form.API:
        return Root(form, url, title, sure, paged=any(link.rel == "next" for link in links_of(document, url)))
    return Root(
        form,
        url,
        title,
        sure,
        collections=_collections_link(document, url),
        search=_search(document, url),
        changes=_changes(document, url),
    )


def _form_of(document: Mapping[str, Any], url: str) -> Form | None:
    if document.get("type") == "FeatureCollection":
        return Form.ITEMS if all(map(_is_marked, objects_of(document.get("features"))[:1])) else None
    if isinstance(document.get("collections"), list):
        return Form.COLLECTIONS if any(map(_is_marked, objects_of(document["collections"]))) else None
    if not _is_marked(document):
        return None
    if document.get("type") == "Feature":
        return Form.TREE
    if is_collection(document):
        return Form.COLLECTION if _is_served(document, url) else Form.TREE
    return Form.API if _is_api(document, url) else Form.TREE


def _is_marked(document: Mapping[str, Any]) -> bool:
    """Whether the document says itself that it is STAC."""
    return "stac_version" in document or any("stacspec.org" in each for each in texts_of(document.get("conformsTo")))


def _is_served(collection: Mapping[str, Any], url: str) -> bool:
    """Whether a collection comes from an API: it links to the list of its items, not to each of them."""
    return bool(items_link(collection, url)) and not any(link.rel == "item" for link in links_of(collection, url))


def _is_api(document: Mapping[str, Any], url: str) -> bool:
    """An API that is only a tree to browse (STAC API Core without more) is walked like a static catalogue."""
    return bool(_collections_link(document, url) or _search(document, url))


def _collections_link(document: Mapping[str, Any], url: str) -> str:
    return next((link.href for link in links_of(document, url) if link.rel == "data"), "")


def _search(document: Mapping[str, Any], url: str) -> Search | None:
    """By GET where that is offered, as it can be cached and looked at; otherwise by POST."""
    searches = [Search(link.href, link.posts) for link in links_of(document, url) if link.rel == "search"]
    return next((each for each in searches if not each.posts), next(iter(searches), None))


def _changes(document: Mapping[str, Any], url: str) -> Search | None:
    """The search that can be filtered in one of CQL2's spellings, as the conformance classes say."""
    classes = texts_of(document.get("conformsTo"))
    if not any("item-search#filter" in each for each in classes):
        return None
    searches = [Search(link.href, link.posts) for link in links_of(document, url) if link.rel == "search"]
    as_json = any(each.endswith("cql2-json") for each in classes)
    as_text = any(each.endswith("cql2-text") for each in classes)
    return next((each for each in searches if (as_json if each.posts else as_text)), None)


def _describe(document: Mapping[str, Any]) -> str:
    """What an answer says of itself, or of its error (as FastAPI's, OGC's and AWS's gateways spell it)."""
    told = (
        text_of(document.get(name)) for name in ("description", "detail", "message", "title", "error", "type", "id")
    )
    said = next((text for text in told if text), "") or f"an object with {', '.join(list(document)[:5]) or 'nothing'}"
    return said[:200]
