"""A small STAC API, in the dialects of paging that are spoken out there, for what no real server does on demand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import orjson

from tests.sources.stac.fetchers import answer_of
from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators

ROOT = "https://stac.example/v1"

Paging = Literal["token", "page", "merge", "body", "headers"]
PAGINGS: tuple[Paging, ...] = ("token", "page", "merge", "body", "headers")
"""GET with a token (pgstac), GET with a page number, POST that merges, POST with the whole body, POST with a header."""

CORE = ["https://api.stacspec.org/v1.0.0/core", "https://api.stacspec.org/v1.0.0/item-search"]
FILTER = [
    "https://api.stacspec.org/v1.0.0/item-search#filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
]


def item(identifier: str, collection: str = "c", **properties: Any) -> dict[str, Any]:
    """A valid item at the origin."""
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": identifier,
        "collection": collection,
        "geometry": {"type": "Point", "coordinates": [0, 0]},
        "bbox": [0, 0, 0, 0],
        "properties": {"datetime": "2024-05-01T00:00:00Z", **properties},
        "links": [],
        "assets": {},
    }


def collection(identifier: str, **fields: Any) -> dict[str, Any]:
    """A valid collection of the whole world and all times."""
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
    return {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": identifier,
        "description": f"The {identifier}",
        "license": "CC-BY-4.0",
        "extent": extent,
        "links": [],
        **fields,
    }


@dataclass
class Api:
    """Answers requests as a fetcher would bring them.

    features   whether collections link to their items; else they must be searched for
    posts      whether the search takes POST only
    forever    gives a next link on the last page too
    counts     the member that tells how many items match
    tune       changes a page before it is sent
    """

    items: Sequence[dict[str, Any]] = ()
    collections: Sequence[dict[str, Any]] = ()
    paging: Paging = "token"
    features: bool = True
    posts: bool = False
    forever: bool = False
    lists_collections: bool = True
    counts: Literal["numberMatched", "context", ""] = "numberMatched"
    conforms: Sequence[str] = (*CORE, *FILTER)
    collections_page: int = 1000
    refuses_filters: bool = False
    spellings: Sequence[str] = ("text", "timestamp")
    tune: Callable[[dict[str, Any]], Any] = lambda page: page
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        assert parameters is None
        assert (headers or {}).get("Accept", "").startswith("application/geo+json")
        arguments = dict(parse_qsl(urlsplit(url).query))
        self.asked.append(("GET", url, arguments))
        return self._answer(url, self._route(urlsplit(url).path.removeprefix("/v1"), arguments))

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        assert media_type == "application/json"
        arguments = orjson.loads(body)
        self.asked.append(("POST", url, arguments))
        if url != f"{ROOT}/search":
            raise RemoteStatus(f"{url} answered 405.", status=405)
        if "Next-Token" in (headers or {}):
            arguments |= {"token": (headers or {})["Next-Token"]}
        return self._answer(url, self._search(arguments, posted=True))

    def _answer(self, url: str, page: Any) -> Answer:
        if page is None:
            raise RemoteStatus(f"{url} answered 404.", status=404)
        return answer_of(url, self.tune(page) if "features" in page else page)

    def _route(self, path: str, arguments: Mapping[str, Any]) -> Any:
        match path.strip("/").split("/"):
            case [""]:
                return self._landing()
            case ["search"] if not self.posts:
                return self._search(arguments, posted=False)
            case ["collections"]:
                return self._list(int(arguments.get("page", "0")))
            case ["collections", name]:
                return next((each for each in self._collections() if each["id"] == unquote(name)), None)
            case ["collections", name, "items"] if self.features:
                return self._search({**arguments, "collections": unquote(name)}, posted=False, path=path)
            case _:
                return None

    def _landing(self) -> dict[str, Any]:
        links = [{"rel": "self", "href": ROOT}, {"rel": "root", "href": ROOT}]
        links += [{"rel": "data", "href": f"{ROOT}/collections"}] if self.lists_collections else []
        methods = ["POST"] if self.posts else ["GET", "POST"]
        links += [{"rel": "search", "href": f"{ROOT}/search", "method": each} for each in methods]
        return {
            "type": "Catalog",
            "stac_version": "1.0.0",
            "id": "test-api",
            "title": "A small API",
            "description": "",
            "conformsTo": list(self.conforms),
            "links": links,
        }

    def _collections(self) -> list[dict[str, Any]]:
        return [{**each, "links": [*each["links"], *self._items_link(each)]} for each in self.collections]

    def _items_link(self, one: Mapping[str, Any]) -> list[dict[str, str]]:
        href = f"{ROOT}/collections/{quote(one['id'], safe='')}/items"
        return [{"rel": "items", "href": href, "type": "application/geo+json"}] if self.features else []

    def _list(self, page: int) -> dict[str, Any]:
        size, all_of_them = self.collections_page, self._collections()
        links = [{"rel": "next", "href": f"{ROOT}/collections?page={page + 1}"}]
        more = (page + 1) * size < len(all_of_them)
        return {"collections": all_of_them[page * size : (page + 1) * size], "links": links if more else []}

    def _search(self, arguments: Mapping[str, Any], *, posted: bool, path: str = "/search") -> dict[str, Any]:
        if "filter" in arguments and (self.refuses_filters or _spelling(arguments["filter"]) not in self.spellings):
            raise RemoteStatus("operator does not exist: text > timestamp with time zone", status=500)
        chosen = [each for each in self.items if _matches(each, arguments)]
        limit = int(arguments.get("limit", 10))
        start = int(arguments.get("page", 1)) * limit - limit if "page" in arguments else _offset(arguments)
        part = chosen[start : start + limit]
        page: dict[str, Any] = {"type": "FeatureCollection", "features": part, "timeStamp": f"{len(self.asked)}"}
        more = self.forever or start + limit < len(chosen)
        page["links"] = [self._next(arguments, start + limit, limit, posted=posted, path=path)] if more else []
        if self.counts == "numberMatched":
            page |= {"numberMatched": len(chosen), "numberReturned": len(part)}
        elif self.counts == "context":
            page |= {"context": {"matched": len(chosen), "returned": len(part), "limit": limit}}
        return page

    def _next(
        self, arguments: Mapping[str, Any], offset: int, limit: int, *, posted: bool, path: str
    ) -> dict[str, Any]:
        token, here = f"next:{offset}", f"{ROOT}{path}"
        if not posted:
            paging = {"page": offset // limit + 1} if self.paging == "page" else {"token": token}
            given = {name: value for name, value in arguments.items() if name not in ("token", "page", "collections")}
            given |= (
                {"collections": arguments["collections"]} if path == "/search" and "collections" in arguments else {}
            )
            # Relative, as some servers with page numbers write it.
            base = "" if self.paging == "page" else here
            return {"rel": "next", "href": f"{base}?{urlencode(given | paging)}", "method": "GET"}
        link: dict[str, Any] = {"rel": "next", "href": here, "method": "POST"}
        match self.paging:
            case "merge":
                return link | {"body": {"token": token}, "merge": True}
            case "headers":
                return link | {"headers": {"Next-Token": token, "Host": "evil.example"}, "merge": True}
            case _:
                return link | {"body": {**arguments, "token": token}, "merge": False}


def _offset(arguments: Mapping[str, Any]) -> int:
    return int(str(arguments.get("token") or "next:0").partition(":")[2])


def _matches(each: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    wanted = arguments.get("collections")
    wanted = wanted.split(",") if isinstance(wanted, str) else wanted
    return (not wanted or each["collection"] in wanted) and _passes(each["properties"].get("updated"), arguments)


def _spelling(condition: Any) -> str:
    return "timestamp" if "TIMESTAMP" in str(condition).upper() else "text"


def _passes(updated: str | None, arguments: Mapping[str, Any]) -> bool:
    """The filters of which the tests know that they are sent."""
    given = arguments.get("filter")
    if given is None:
        return True
    undated, operator, moment = _read_text(given) if isinstance(given, str) else _read_json(given)
    assert arguments["filter-lang"] == ("cql2-text" if isinstance(given, str) else "cql2-json")
    assert (undated, operator) in ((True, ">"), (False, ">="))
    return undated if updated is None else updated > moment or (operator == ">=" and updated == moment)


def _read_text(condition: str) -> tuple[bool, str, str]:
    undated, compared = condition.startswith("updated IS NULL OR "), condition.removeprefix("updated IS NULL OR ")
    name, operator, moment = compared.split(" ")
    assert name == "updated"
    return undated, operator, moment.removeprefix("TIMESTAMP(").rstrip(")").strip("'")


def _read_json(condition: Mapping[str, Any]) -> tuple[bool, str, str]:
    undated = condition["op"] == "or"
    if undated:
        assert condition["args"][0] == {"op": "isNull", "args": [{"property": "updated"}]}
    compared = condition["args"][1] if undated else condition
    assert compared["args"][0] == {"property": "updated"}
    moment = compared["args"][1]
    return undated, compared["op"], moment["timestamp"] if isinstance(moment, dict) else moment
