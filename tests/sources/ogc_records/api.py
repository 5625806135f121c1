"""A small server of OGC API Records in memory, for what no real server does on demand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators

ROOT = "https://records.example.org/api"
DATE = "Fri, 14 Mar 2025 09:26:53 GMT"
RECORDS = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text"

_SINCE = re.compile(r"updated >= (?:DATE|TIMESTAMP)\('([^']+)'\)")


def record(identifier: str, updated: str = "2024-01-01T00:00:00Z", **properties: Any) -> dict[str, Any]:
    dated = {"updated": updated} if updated else {}
    return {
        "id": identifier,
        "type": "Feature",
        "time": None,
        "geometry": None,
        "properties": {"type": "dataset", "title": f"Title of {identifier}", **dated, **properties},
        "links": [],
    }


def records(count: int) -> list[dict[str, Any]]:
    return [record(f"r{number}") for number in range(count)]


@dataclass
class Api:
    """Answers requests; `overrides` are answers by URL, as JSON values, bytes of HTML, or a status.

    updated   the format of `updated` among the queryables; "" leaves it out
    filters   whether filters are heeded; None refuses them
    """

    collections: Mapping[str, Sequence[Any]]
    most: int = 100
    item_type: str = "record"
    conformance: Sequence[str] = (RECORDS,)
    updated: str = "date-time"
    filters: bool | None = True
    date: str = DATE
    overrides: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        url = f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}" if parameters else url
        self.asked.append(url)
        content = self.overrides.get(url, self._answer(url))
        if isinstance(content, int):
            raise RemoteStatus(f"{url} answered {content}.", status=content)
        media_type = "text/html" if isinstance(content, bytes) else "application/json"
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        return Answer(url, 200, {"content-type": media_type, "date": self.date}, body)

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        raise AssertionError("OGC API Records is asked by GET")

    @property
    def pages(self) -> list[str]:
        """The queries for records, without those that only ask around."""
        return [url for url in self.asked if "/items?" in url and "IS+NULL" not in url]

    def _answer(self, url: str) -> Any:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        match parts.path.removeprefix("/api").strip("/").split("/"):
            case [""]:
                return landing()
            case ["conformance"]:
                return {"conformsTo": list(self.conformance)}
            case ["collections"]:
                return {"collections": [self._collection(each) for each in self.collections], "links": []}
            case ["collections", name] if name in self.collections:
                return self._collection(name)
            case ["collections", name, "queryables"] if name in self.collections:
                return self._queryables()
            case ["collections", name, "items"] if name in self.collections:
                return self._items(name, query)
            case _:
                return 404

    def _collection(self, name: str) -> dict[str, Any]:
        own = f"{ROOT}/collections/{name}"
        links = [
            {"rel": "items", "type": "text/html", "href": f"{own}/items?f=html"},
            {"rel": "items", "type": "application/geo+json", "href": f"{own}/items?f=json"},
            {"rel": "root", "href": ROOT},
        ]
        typed = {"itemType": self.item_type} if self.item_type else {}
        return {"id": name, "title": f"Catalogue {name}", **typed, "links": links}

    def _queryables(self) -> dict[str, Any]:
        updated = {"updated": {"type": "string", "format": self.updated}} if self.updated else {}
        return {"type": "object", "properties": {"title": {"type": "string"}, **updated}}

    def _items(self, name: str, query: dict[str, str]) -> Any:
        if "filter" in query and self.filters is None:
            return 400
        found = [each for each in self.collections[name] if not self.filters or _passes(each, query.get("filter", ""))]
        limit, offset = min(int(query.get("limit", "10")), self.most), int(query.get("offset", "0"))
        following = {**query, "limit": str(limit), "offset": str(offset + limit)}
        own = f"{ROOT}/collections/{name}"
        links = [{"rel": "collection", "type": "application/json", "href": own}]
        if offset + limit < len(found):
            links.append({"rel": "next", "type": "text/html", "href": f"{own}/items?f=html"})
            links.append({"rel": "next", "type": "application/geo+json", "href": f"items?{urlencode(following)}"})
        return {
            "type": "FeatureCollection",
            "timeStamp": f"now, after {len(self.asked)} requests",
            "numberMatched": len(found),
            "features": found[offset : offset + limit],
            "links": links,
        }


def _passes(feature: Any, text: str) -> bool:
    updated = feature["properties"].get("updated")
    if text == "updated IS NULL":
        return updated is None
    since = _SINCE.fullmatch(text)
    return since is None or (updated is not None and updated >= since.group(1))


def landing() -> dict[str, Any]:
    return {
        "title": "Records of Example",
        "links": [
            {"rel": "self", "href": ROOT},
            {"rel": "conformance", "href": f"{ROOT}/conformance"},
            {"rel": "data", "href": f"{ROOT}/collections"},
        ],
    }
