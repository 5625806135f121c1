"""A catalogue with records on its shelves, served."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request

from tests.faces.serving import serving
from tests.storage.making import OWNER, TENANT, add_basics
from tests.storage.shelves import FOREIGN, PRIVATE, PUBLIC, add_source, at, put
from tests.storage.tables import open_tables
from windrow.core.catalogue import Catalogue
from windrow.errors import NotAuthenticated
from windrow.faces.catalogue.context import Parts
from windrow.faces.catalogue.face import make_router
from windrow.model.accounts import Principal, Role, rights_of
from windrow.model.records import Contact, Link, Record
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.database import Database

MEMBER = Principal(OWNER, "ada", Role.VIEWER, TENANT, rights_of(Role.VIEWER))

LAKES = Record(
    identifier="urn:x-lakes",
    title="Lakes of Carinthia",
    abstract="Depths and shore lines of lakes.",
    keywords=("Inland waters", "depth"),
    contacts=(Contact("Ada Lovelace", "Hydrographic office", "pointOfContact", "ada@example.org", "+43 1", ""),),
    licence="CC-BY-4.0",
    links=(Link("https://example.org/wms", "service", "View", protocol="OGC:WMS"),),
    bbox=(12.5, 46.0, 15.0, 47.5),
    time_start=at(2020),
    time_end=at(2021),
    created=at(2019),
    modified=at(2022, 3, 4),
    language="en",
    standard="iso19139",
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Three sources: one that everybody sees, one of the team, one of another team."""
    folder: Path = tmp_path_factory.mktemp("catalogue")
    database = open_tables(folder)
    add_basics(database)
    add_source(database, PUBLIC, public=True)
    add_source(database, PRIVATE)
    add_source(database, FOREIGN, tenant_id="00000000-0000-7000-8000-000000000002")
    roads = [
        Record(f"road {number}", f"Road {number:02}", type="series", modified=at(2000 + number)) for number in range(20)
    ]
    put(database, LAKES, *roads, documents=[b"<lakes/>"])
    put(database, Record("urn:inner", "Inner lakes"), source=PRIVATE)
    put(database, Record("urn:foreign", "Foreign lakes"), source=FOREIGN)
    yield database
    database.close()


def identify(request: Request) -> Principal | None:
    """`Authorization: member` is a member of the team; anything else is wrong."""
    header = request.headers.get("authorization")
    if header not in (None, "member"):
        raise NotAuthenticated("Unknown token.")
    return MEMBER if header else None


@pytest.fixture(scope="module")
def address(database: Database) -> Iterator[str]:
    """The catalogue's landing page."""
    app = FastAPI()
    app.state.catalogue = Parts(Catalogue(SqlCatalogue(database)), identify)
    app.include_router(make_router())
    with serving(app) as site:
        yield f"{site}/catalogue"


@pytest.fixture(scope="module")
def proxied(database: Database) -> Iterator[tuple[str, str]]:
    """A catalogue behind a proxy: where it answers, and where the world believes it to be."""
    app = FastAPI()
    app.state.catalogue = Parts(Catalogue(SqlCatalogue(database)), identify, base_url="https://data.example.org/w")
    app.include_router(make_router())
    with serving(app) as site:
        yield f"{site}/catalogue", "https://data.example.org/w/catalogue"
