"""A catalogue of a few items made by hand, served as STAC to strangers and to members of a team."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import urllib3
from fastapi import FastAPI, Request

from tests.faces.serving import serving
from tests.storage.making import OTHER_TENANT, OWNER, TENANT, add_basics
from tests.storage.shelves import FOREIGN, PRIVATE, PUBLIC, add_source, put
from tests.storage.tables import open_tables
from windrow.core.catalogue import Catalogue
from windrow.errors import NotAuthenticated
from windrow.faces.stac.context import Parts
from windrow.faces.stac.face import make_router
from windrow.formats.stac import read_collection, read_item
from windrow.model.accounts import Principal, Right, Role, rights_of
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.database import Database

MEMBER = Principal(OWNER, "ada", Role.VIEWER, TENANT, rights_of(Role.VIEWER))
NOT_A_READER = Principal(OWNER, "ada", Role.VIEWER, TENANT, frozenset({Right.WRITE}))

ONCE = {"Connection": "close"}
"""A kept connection may be closed by the server just when it is used again, on a machine that is slow."""

TRIANGLE = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [0, 10], [0, 0]]]}
CUT = {
    "type": "MultiPolygon",
    "coordinates": [
        [[[170, -20], [180, -20], [180, -10], [170, -10], [170, -20]]],
        [[[-180, -20], [-170, -20], [-170, -10], [-180, -10], [-180, -20]]],
    ],
}


def box_around(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def item(name: str, collection: str | None = "alpha", **changes: Any) -> dict[str, Any]:
    """A sound item; fields that begin with `p_` are properties."""
    properties = {key[2:]: value for key, value in changes.items() if key.startswith("p_")}
    document = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [],
        "id": name,
        "geometry": box_around(100, 40, 101, 41),
        "bbox": [100, 40, 101, 41],
        "properties": {"datetime": "2020-06-01T12:00:00Z", **properties},
        "links": [],
        "assets": {},
        **{key: value for key, value in changes.items() if not key.startswith("p_")},
    }
    return document if collection is None else {**document, "collection": collection}


@dataclass(frozen=True)
class Holding:
    """What is served: where, in which database."""

    root: str
    database: Database

    def add(self, *documents: dict[str, Any], source: int = PUBLIC, url: str = "") -> list[int]:
        """Puts items and collections into the catalogue; returns their record ids."""
        readers = [read_item if each["type"] == "Feature" else read_collection for each in documents]
        records = [read(each, url) for read, each in zip(readers, documents, strict=True)]
        return put(self.database, *records, source=source, documents=[orjson.dumps(each) for each in documents])

    def get(self, path: str, *, signed: str | None = None, **query: Any) -> Any:
        """The JSON of an answer that must be 200."""
        status, document = self.ask(path, signed=signed, **query)
        assert status == 200, document
        return document

    def ask(self, path: str, *, signed: str | None = None, **query: Any) -> tuple[int, Any]:
        """Status and JSON of an answer. `path` may be a whole address."""
        url = path if path.startswith("http") else self.root + path
        headers = {**ONCE, "Authorization": signed} if signed else ONCE
        answer = urllib3.request("GET", url, fields=query, headers=headers, retries=False, timeout=60)
        return answer.status, answer.json()

    def post(self, body: Any) -> tuple[int, Any]:
        """Status and JSON of a search by POST."""
        answer = urllib3.request("POST", f"{self.root}/search", json=body, headers=ONCE, retries=False, timeout=60)
        return answer.status, answer.json()

    def names(self, **query: Any) -> list[str]:
        """The ids that a search finds."""
        return [each["id"] for each in self.get("/search", **query)["features"]]


@contextmanager
def held(folder: Path) -> Iterator[Holding]:
    """An empty catalogue with a public shelf, a private one, and a private one of another team."""
    database = open_tables(folder)
    add_basics(database)
    add_source(database, PUBLIC, public=True)
    add_source(database, PRIVATE)
    add_source(database, FOREIGN, tenant_id=OTHER_TENANT)
    app = FastAPI()
    app.state.stac = Parts(Catalogue(SqlCatalogue(database)), identify, "Scenes")
    app.include_router(make_router())
    with serving(app) as site:
        yield Holding(f"{site}/stac", database)
    database.close()


def identify(request: Request) -> Principal | None:
    """`member` belongs to the team, `writer` may not read; anything else is wrong."""
    match request.headers.get("authorization"):
        case None:
            return None
        case "member":
            return MEMBER
        case "writer":
            return NOT_A_READER
        case _:
            raise NotAuthenticated("Unknown token.")
