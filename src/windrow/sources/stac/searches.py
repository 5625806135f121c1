"""How items are asked for at first: where, narrowed to what, and changed since when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from windrow.sources.stac.pages import ItemsPage
from windrow.sources.stac.settings import Settings

_FAR = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Search:
    """An API's item search. `posts`: by POST rather than by GET."""

    url: str
    posts: bool = False

    def first(self, settings: Settings, *, collection: str = "", changes: "Changes | None" = None) -> ItemsPage:
        """The first page of the items of one collection, or of those that are set, or of all."""
        narrowing = _narrowing(settings)
        collections = [collection] if collection else list(settings.only)
        if collections:
            narrowing["collections"] = collections
        if changes is not None:
            narrowing |= changes.filter(posts=self.posts)
        return self._page(narrowing)

    def first_odd(self, changes: "Changes") -> ItemsPage:
        """One of the items that would slip through a search for changes: of which nobody knows when it was updated."""
        return self._page({"limit": 1} | changes.odd(posts=self.posts))

    def _page(self, narrowing: Mapping[str, Any]) -> ItemsPage:
        if self.posts:
            return ItemsPage(self.url, body=dict(narrowing))
        return ItemsPage(with_parameters(self.url, narrowing))


@dataclass(frozen=True, slots=True)
class Changes:
    """The filter for what was updated since a moment, in CQL2 (OGC 21-065r2): as JSON by POST, as text by GET."""

    since: datetime = _FAR

    def filter(self, *, posts: bool) -> dict[str, Any]:
        """The search's members or parameters."""
        if not posts:
            return {"filter-lang": "cql2-text", "filter": f"updated >= TIMESTAMP('{_moment(self.since)}')"}
        return {"filter-lang": "cql2-json", "filter": _compare(">=", self.since)}

    def odd(self, *, posts: bool) -> dict[str, Any]:
        """The same for items that are not dated, or dated absurdly."""
        if not posts:
            return {"filter-lang": "cql2-text", "filter": f"updated IS NULL OR updated > TIMESTAMP('{_moment(_FAR)}')"}
        undated = {"op": "isNull", "args": [{"property": "updated"}]}
        return {"filter-lang": "cql2-json", "filter": {"op": "or", "args": [undated, _compare(">", _FAR)]}}


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


def _compare(operator: str, moment: datetime) -> dict[str, Any]:
    return {"op": operator, "args": [{"property": "updated"}, {"timestamp": _moment(moment)}]}


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
