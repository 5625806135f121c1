"""A small GeoNode on loopback: API v2 as 4.x and 5.x speak it, or the legacy API and CSW of 2.x and 3.x.

Written from the protocol's public description: envelopes, links, totals, paging, filters, and the shapes of errors.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from tests.sources.geonode.resources import BRIEF, iso, old_shape

CSW_HEAD = b'<csw:GetRecordByIdResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2">'
LOGIN = b"<!DOCTYPE html><html><head><title>Log in - GeoNode</title></head><body></body></html>"
ENVELOPES = {"datasets": "dataset", "documents": "document", "maps": "map", "resources": ""}
LEGACY = {"layers": "dataset", "documents": "document", "maps": "map"}


@dataclass(frozen=True)
class Asked:
    """A request. `query` is as it came, repeats included."""

    path: str
    query: Sequence[tuple[str, str]]
    headers: dict[str, str]

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.query if known == name]

    def one(self, name: str, default: str = "") -> str:
        return next(iter(self.all(name)), default)


@dataclass(frozen=True)
class Reply:
    """An answer."""

    body: bytes
    status: int = 200
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any, status: int = 200) -> Reply:
    return Reply(orjson.dumps(value), status)


def refused(message: str, code: str, status: int) -> Reply:
    """As GeoNode's API v2 says no."""
    return as_json({"success": False, "errors": [message], "code": code}, status)


def page_for_people(status: int = 200) -> Reply:
    return Reply(LOGIN, status, "text/html; charset=utf-8")


@dataclass
class Site:
    """A GeoNode.

    api       `v2` or `legacy`; the other is not there
    row       what rows of API v2's lists tell; None for everything
    most      resources on a page at most
    sorts     whether API v2 knows `sort[]`
    private   ids that only those who are signed in may see
    unindexed ids that the CSW does not know
    spoil     what to do instead of answering
    """

    resources: list[dict[str, Any]] = field(default_factory=list)
    api: str = "v2"
    prefix: str = ""
    row: Sequence[str] | None = None
    most: int = 200
    sorts: bool = True
    private: set[str] = field(default_factory=set)
    unindexed: set[str] = field(default_factory=set)
    spoil: Callable[[Asked], Reply | None] = lambda asked: None
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        spoilt = self.spoil(asked)
        if spoilt is not None:
            return spoilt
        path = asked.path.removeprefix(self.prefix)
        if path == asked.path and self.prefix:
            return page_for_people(404)
        match path.strip("/").split("/"):
            case ["api", "v2", *rest] if self.api == "v2":
                return self._v2(rest, asked)
            case ["api", *rest] if self.api == "legacy":
                return self._legacy(rest, asked)
            case ["catalogue", "csw"] if self.api == "legacy":
                return self._csw(asked)
            case _:
                return page_for_people(404)

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def find(self, pk: str, kind: str = "") -> dict[str, Any] | None:
        found = (each for each in self.resources if each["pk"] == pk and kind in ("", each["resource_type"]))
        return next(found, None)

    def _v2(self, rest: list[str], asked: Asked) -> Reply:
        match rest:
            case [name] if name in ENVELOPES:
                return self._list(name, asked)
            case [name, pk] if name in ENVELOPES:
                return self._detail(name, pk, asked)
            case _:
                return refused("Not found.", "not_found", 404)

    def _list(self, name: str, asked: Asked) -> Reply:
        if asked.all("sort[]") and not self.sorts:
            return refused(f"Invalid filter field: {asked.one('sort[]')}", "invalid", 400)
        kinds = [ENVELOPES[name]] if ENVELOPES[name] else []
        try:
            found = [each for each in self.resources if self._may_see(each, asked) and _fits(each, asked, kinds)]
        except KeyError as unknown:
            return refused(f"Invalid filter field: {unknown}", "invalid", 400)
        # Without a wish, the newest come first.
        found.sort(key=lambda each: int(each["pk"]), reverse=not asked.all("sort[]"))
        size, page = min(int(asked.one("page_size", "10")), self.most), int(asked.one("page", "1"))
        if page > 1 and (page - 1) * size >= len(found):
            return refused("Invalid page.", "not_found", 404)
        rows = found[(page - 1) * size : page * size]
        return as_json(
            {
                "links": {
                    "next": self._link(asked, page + 1) if page * size < len(found) else None,
                    "previous": self._link(asked, page - 1) if page > 1 else None,
                },
                "total": len(found),
                "page": page,
                "page_size": int(asked.one("page_size", "10")),
                name: [self._row(each) for each in rows],
            }
        )

    def _row(self, found: dict[str, Any]) -> dict[str, Any]:
        return found if self.row is None else {name: found[name] for name in self.row}

    def _link(self, asked: Asked, page: int) -> str:
        kept = [(name, value) for name, value in asked.query if name != "page"]
        return f"http://{asked.headers['host']}{asked.path}?{urlencode([*kept, ('page', page)])}"

    def _may_see(self, found: dict[str, Any], asked: Asked) -> bool:
        return found["pk"] not in self.private or "authorization" in asked.headers

    def _detail(self, name: str, pk: str, asked: Asked) -> Reply:
        found = self.find(pk, ENVELOPES[name])
        if found is None:
            return refused("Not found.", "not_found", 404)
        if not self._may_see(found, asked):
            return refused("You do not have permission to perform this action.", "permission_denied", 403)
        return as_json({ENVELOPES[name] or "resource": found})

    def _legacy(self, rest: list[str], asked: Asked) -> Reply:
        match rest:
            case []:
                return as_json({name: {"list_endpoint": f"/api/{name}/"} for name in LEGACY})
            case [name] if name in LEGACY:
                return self._old_list(LEGACY[name], asked)
            case [name, pk] if name in LEGACY:
                found = self.find(pk, LEGACY[name])
                return as_json(old_shape(found)) if found else Reply(b"", 404, "text/html")
            case _:
                return Reply(b"", 404, "text/html")

    def _old_list(self, kind: str, asked: Asked) -> Reply:
        fitting = [each for each in self.resources if each["resource_type"] == kind and _old_fits(each, asked)]
        found = [old_shape(each) for each in fitting]
        limit, offset = min(int(asked.one("limit", "10")), self.most), int(asked.one("offset", "0"))
        meta = {"limit": limit, "next": None, "offset": offset, "previous": None, "total_count": len(found)}
        return as_json({"meta": meta, "objects": found[offset : offset + limit]})

    def _csw(self, asked: Asked) -> Reply:
        known = [each for each in self.resources if each["pk"] not in self.unindexed]
        found = "".join(iso(each) for each in known if each["uuid"] == asked.one("id"))
        return Reply(CSW_HEAD + found.encode() + b"</csw:GetRecordByIdResponse>", media_type="application/xml")


def _fits(found: dict[str, Any], asked: Asked, kinds: Sequence[str]) -> bool:
    checks: dict[str, Callable[[list[str]], bool]] = {
        "resource_type.in": lambda wanted: found["resource_type"] in wanted,
        "title.icontains": lambda wanted: wanted[0].lower() in found["title"].lower(),
        "date.gte": lambda wanted: found["date"] >= wanted[0],
        "date.lte": lambda wanted: found["date"] <= wanted[0],
        "keywords.slug.in": lambda wanted: any(each["slug"] in wanted for each in found["keywords"]),
        "category.identifier.in": lambda wanted: found["category"]["identifier"] in wanted,
    }
    names = {name for name, _ in asked.query if name.startswith("filter{")}
    holds = [checks[name[7:-1]](asked.all(name)) for name in sorted(names)]
    return all(holds) and (not kinds or found["resource_type"] in kinds)


def _old_fits(found: dict[str, Any], asked: Asked) -> bool:
    checks: dict[str, Callable[[str], bool]] = {
        "title__icontains": lambda wanted: wanted.lower() in found["title"].lower(),
        "date__gte": lambda wanted: found["date"] >= wanted,
        "date__lte": lambda wanted: found["date"] <= wanted,
        "keywords__slug__in": lambda wanted: any(each["slug"] in wanted.split(",") for each in found["keywords"]),
        "category__identifier__in": lambda wanted: found["category"]["identifier"] in wanted.split(","),
    }
    return all(checks[name](value) for name, value in asked.query if name not in ("limit", "offset"))


def brief(resources: Sequence[dict[str, Any]], **how: Any) -> Site:
    """A GeoNode whose list tells little, so that resources are fetched one by one."""
    return Site(list(resources), row=BRIEF, **how)


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """Serves it on a free port of loopback; gives its address, without a slash at the end."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body go out one after the other

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = site.answer(Asked(path, parse_qsl(query, keep_blank_values=True), headers))
            self.send_response(reply.status)
            fields = {"Content-Type": reply.media_type, "Content-Length": str(len(reply.body)), **reply.headers}
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name given by http.server
            """Keeps the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{site.prefix}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
