"""A services directory in memory: saved or made documents by their path, and what it was asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from windrow.errors import RemoteError, RemoteStatus
from windrow.ports.fetching import Answer, Validators

ANSWERS = Path(__file__).with_name("answers")
ROOT = "https://gis.example.org/arcgis/rest/services"


def saved(name: str) -> dict[str, Any]:
    """The documents of one server, by path below the catalogue."""
    documents: dict[str, Any] = json.loads((ANSWERS / f"{name}.json").read_text())
    return documents


@dataclass
class Directory:
    """Answers by path below the catalogue: JSON values, bytes of HTML, an HTTP status, or an error to raise.

    `etag` is given with every answer, and heeded; "" gives none.
    """

    documents: dict[str, Any]
    root: str = ROOT
    etag: str = ""
    asked: list[str] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        assert url.startswith(self.root), url
        path = unquote(urlsplit(url.removeprefix(self.root)).path.strip("/"))
        self.asked.append(path)
        self.queries.append(dict(parse_qsl(urlsplit(url).query)))
        content = self.documents.get(path, invalid_url())
        if isinstance(content, RemoteError):
            raise content
        if isinstance(content, int):
            raise RemoteStatus(f"{url} answered {content}.", status=content)
        given = {"etag": self.etag} if self.etag else {}
        if validators is not None and validators.etag == self.etag:
            return Answer(url, 304, given, b"")
        media_type = "text/html" if isinstance(content, bytes) else "application/json"
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        return Answer(url, 200, {"content-type": media_type, **given}, body)

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        raise AssertionError("a services directory is asked by GET")


def invalid_url() -> dict[str, Any]:
    return error(400, "Invalid URL", "Invalid URL")


def error(code: int, message: str, *details: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": list(details)}}


def catalogue(*services: str, folders: tuple[str, ...] = (), version: float = 10.91) -> dict[str, Any]:
    """Services are given as `Name/MapServer`, with their folder."""
    named = [each.rpartition("/")[::2] for each in services]
    return {
        "currentVersion": version,
        "folders": list(folders),
        "services": [{"name": name, "type": kind} for name, kind in named],
    }


def layer(number: int, name: str = "", **members: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name or f"Layer {number}",
        "type": "Feature Layer",
        "description": "",
        "geometryType": "esriGeometryPoint",
        "extent": {"xmin": 9, "ymin": 47, "xmax": 10, "ymax": 48, "spatialReference": {"wkid": 4326}},
        **members,
    }


def service(*layers: Mapping[str, Any], version: float = 10.91, **members: Any) -> dict[str, Any]:
    """A service's own document, which names these layers and tables."""
    listed = [
        {
            "id": each["id"],
            "name": each["name"],
            "type": each["type"],
            "parentLayerId": each.get("parentLayerId", -1),
            "subLayerIds": each.get("subLayerIds"),
        }
        for each in layers
    ]
    return {
        "currentVersion": version,
        "mapName": "Layers",
        "layers": [each for each in listed if each["type"] != "Table"],
        "tables": [each for each in listed if each["type"] == "Table"],
        "capabilities": "Map,Query,Data",
        **members,
    }


def publish(name: str, *layers: Mapping[str, Any], kind: str = "MapServer", **members: Any) -> dict[str, Any]:
    """All documents of a service, by path."""
    path = f"{name}/{kind}"
    whole = {
        "layers": [each for each in layers if each["type"] != "Table"],
        "tables": [each for each in layers if each["type"] == "Table"],
    }
    return {
        path: service(*layers, **members),
        f"{path}/layers": whole,
        **{f"{path}/{each['id']}": {"currentVersion": 10.91, **each} for each in layers},
    }


ROADS = f"{ROOT}/Roads/MapServer"


def roads(**members: Any) -> dict[str, Any]:
    """A catalogue with one service of three layers."""
    return {"": catalogue("Roads/MapServer"), **publish("Roads", layer(0), layer(1), layer(2), **members)}


def numbers(identifiers: list[str]) -> list[str]:
    """Identifiers as paths below the catalogue."""
    return [each.removeprefix(f"{ROOT}/") for each in identifiers]
