"""A small CKAN portal in memory: package_search and status_show, as its public documentation has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from windrow.errors import RemoteStatus
from windrow.ports.fetching import Answer, Validators

ROOT = "https://data.example.org"
DATE = "Fri, 14 Mar 2025 09:26:53 GMT"

_SINCE = re.compile(r"metadata_modified:\[(\S+) TO \*\]")
_AFTER = re.compile(r'\+id:\{"([^"]*)" TO \*\]')
_ANY_OF = re.compile(r"([+-])(organization|groups|tags|dataset_type):(?:\(([^)]*)\)|(\S+))")


def package(identifier: str, modified: str = "2024-01-01T00:00:00.000000", **fields: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": f"name-of-{identifier}",
        "title": f"Title of {identifier}",
        "notes": "",
        "type": "dataset",
        "state": "active",
        "private": False,
        "metadata_created": "2020-01-01T00:00:00.000000",
        "metadata_modified": modified,
        "organization": {"name": "office", "title": "Office", "state": "active"},
        "groups": [],
        "tags": [],
        "extras": [],
        "resources": [],
        **fields,
    }


def packages(count: int) -> list[dict[str, Any]]:
    return [package(f"p{number:03}") for number in range(count)]


@dataclass
class Portal:
    """Answers requests; `overrides` are answers to package_search by its `start`, as JSON values, bytes or a status.

    most     how many packages it gives at once
    largest  the largest `start` that it takes
    heeds    whether it heeds `fq`
    sorts    whether it heeds `sort`
    """

    packages: list[dict[str, Any]]
    most: int = 1000
    largest: int = 1_000_000
    heeds: bool = True
    sorts: bool = True
    date: str = DATE
    below: str = ""
    title: str = "Data of Example"
    overrides: dict[int, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        url = f"{url}?{urlencode(parameters)}" if parameters else url
        self.asked.append(url)
        status, content = self.answer(urlsplit(url).path, dict(parse_qsl(urlsplit(url).query)))
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        if status >= 400:
            raise RemoteStatus(f"{url} answered {status}.", status=status, body=body)
        media_type = "text/html" if isinstance(content, bytes) else "application/json;charset=utf-8"
        return Answer(url, status, {"content-type": media_type, **({"date": self.date} if self.date else {})}, body)

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        raise AssertionError("CKAN is asked by GET")

    @property
    def queries(self) -> list[dict[str, str]]:
        """The parameters of each search, without the first, which only counts."""
        asked = [dict(parse_qsl(urlsplit(url).query)) for url in self.asked if "package_search" in url]
        return [each for each in asked if each.get("sort") == "id asc"]

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[int, Any]:
        """What it answers: a status, and a value or bytes."""
        match path[len(self.below) :] if path.startswith(self.below) else "":
            case "/api/3/action/status_show":
                return 200, success({"site_title": self.title, "ckan_version": "2.10.4", "extensions": ["dcat"]})
            case "/api/3/action/package_search":
                return self._search(query)
            case _:
                return 404, b"<!doctype html><html><head><title>404 Not Found</title></head></html>"

    def _search(self, query: Mapping[str, str]) -> tuple[int, Any]:
        start, rows = int(query.get("start", "0")), int(query.get("rows", "10"))
        if start in self.overrides and query.get("sort") == "id asc":
            content = self.overrides[start]
            return (content, b"") if isinstance(content, int) else (200, content)
        if start > self.largest:
            error = {"__type": "Search Error", "message": "Result window is too large"}
            return 409, {"success": False, "error": error}
        found = [each for each in self.packages if not self.heeds or is_found(each, query.get("fq", ""))]
        if self.sorts and query.get("sort") == "id asc":
            found.sort(key=lambda each: str(each.get("id")))
        elif self.sorts and query.get("sort") == "metadata_modified desc":
            found.sort(key=lambda each: str(each.get("metadata_modified")), reverse=True)
        page = found[start : start + min(rows, self.most)]
        return 200, success({"count": len(found), "sort": query.get("sort", ""), "facets": {}, "results": page})


def success(result: Any) -> dict[str, Any]:
    return {"help": "https://data.example.org/api/3/action/help_show", "success": True, "result": result}


def is_found(found: Mapping[str, Any], fq: str) -> bool:
    """What Solr makes of the filters that are sent: all that have a plus, none that have a minus."""
    since, after = _SINCE.search(fq), _AFTER.search(fq)
    if since and found["metadata_modified"] + "Z" < since.group(1).removesuffix("Z"):
        return False
    if after and found["id"] <= after.group(1):
        return False
    own = {
        "organization": [found["organization"]["name"]],
        "groups": [each["name"] for each in found["groups"]],
        "tags": [each["name"] for each in found["tags"]],
        "dataset_type": [found["type"]],
    }
    for sign, name, several, one in _ANY_OF.findall(fq):
        values = re.findall(r'"([^"]*)"', several) or [one]
        if bool(set(own[name]) & set(values)) != (sign == "+"):
            return False
    return True
