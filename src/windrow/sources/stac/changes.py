"""Searches for what changed: filters in CQL2 (OGC 21-065r2), and the questions that show whether to trust them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from windrow.sources.stac.pages import ItemsPage
from windrow.sources.stac.searches import Search
from windrow.sources.stac.settings import Settings

_PAST = datetime(1900, 1, 1, tzinfo=UTC)
_FUTURE = datetime(2999, 1, 1, tzinfo=UTC)


class Spelling(Enum):
    """How a moment is written in a filter.

    The standard wants a time stamp, which pgstac refuses unless its keeper declared `updated` as a date; Elasticsearch,
    stac-server and pgstac all take a plain text.
    """

    TEXT = "text"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class Changes:
    """A search by `updated`: as JSON by POST, as text by GET."""

    search: Search
    spelling: Spelling

    def first(self, settings: Settings, since: datetime) -> ItemsPage:
        """The first page of what was updated since then."""
        return self.search.first(settings, extra=self._filter(self._compare(">=", since)))

    def undated(self) -> ItemsPage:
        """One item that a search for changes would miss for ever, because it does not say when it was updated."""
        return self.search.one(self._filter(self._either(self._missing(), self._compare(">", _FUTURE))))

    def dated(self) -> ItemsPage:
        """One item that was ever updated."""
        return self.search.one(self._filter(self._compare(">=", _PAST)))

    def _filter(self, condition: Any) -> dict[str, Any]:
        return {"filter-lang": "cql2-json" if self.search.posts else "cql2-text", "filter": condition}

    def _missing(self) -> Any:
        if self.search.posts:
            return {"op": "isNull", "args": [{"property": "updated"}]}
        return "updated IS NULL"

    def _either(self, one: Any, other: Any) -> Any:
        return {"op": "or", "args": [one, other]} if self.search.posts else f"{one} OR {other}"

    def _compare(self, operator: str, moment: datetime) -> Any:
        as_json: Any
        text = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        match self.spelling:
            case Spelling.TEXT:
                as_json, as_text = text, f"'{text}'"
            case Spelling.TIMESTAMP:
                as_json, as_text = {"timestamp": text}, f"TIMESTAMP('{text}')"
        if self.search.posts:
            return {"op": operator, "args": [{"property": "updated"}, as_json]}
        return f"updated {operator} {as_text}"
