"""How items are asked for at first: where, and narrowed to what."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from windrow.sources.stac.pages import ItemsPage
from windrow.sources.stac.settings import Settings


@dataclass(frozen=True, slots=True)
class Search:
    """An API's item search. `posts`: by POST rather than by GET."""

    url: str
    posts: bool = False

    def first(self, settings: Settings, *, collection: str = "", extra: Mapping[str, Any] | None = None) -> ItemsPage:
        """The first page of the items of one collection, or of those that are set, or of all."""
        narrowing = _narrowing(settings) | dict(extra or {})
        collections = [collection] if collection else list(settings.only)
        if collections:
            narrowing["collections"] = collections
        return self._page(narrowing)

    def one(self, extra: Mapping[str, Any]) -> ItemsPage:
        """A page of one item at most, from anywhere."""
        return self._page({"limit": 1, **extra})

    def _page(self, narrowing: Mapping[str, Any]) -> ItemsPage:
        if self.posts:
            return ItemsPage(self.url, body=dict(narrowing))
        return ItemsPage(with_parameters(self.url, narrowing))


def first_items(url: str, settings: Settings, *, paged: bool = True) -> ItemsPage:
    """The first page of a list of items, narrowed as the settings say, beside what its address says itself.

    One that is not `paged` holds all its items at once; it may be a file whose signed address must not be changed.
    """
    narrowing = _narrowing(settings)
    if not paged:
        del narrowing["limit"]
    return ItemsPage(with_parameters(url, narrowing))


def whole(page: ItemsPage) -> ItemsPage:
    """The same page, as the beginning of a walk over all there is."""
    return replace(page, whole=True)


def with_parameters(url: str, parameters: Mapping[str, Any]) -> str:
    """The address with parameters added to its query; those that it has already stay as they are."""
    parts = urlsplit(url)
    given = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = urlencode({name: _as_text(value) for name, value in parameters.items() if name not in given}, safe=",:/")
    return urlunsplit(parts._replace(query="&".join(each for each in (parts.query, added) if each), fragment=""))


def _narrowing(settings: Settings) -> dict[str, Any]:
    narrowing: dict[str, Any] = {"limit": settings.page_size}
    if settings.box is not None:
        narrowing["bbox"] = list(settings.box)
    if settings.datetime:
        narrowing["datetime"] = settings.datetime
    return narrowing


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(each if isinstance(each, str) else orjson.dumps(each).decode() for each in value)
    return str(value)
