"""The application: every way in by HTTP, behind one door."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from windrow.assembly import Assembly
from windrow.console.console import make_router as make_console_router
from windrow.console.context import Parts as ConsoleParts
from windrow.core.awaiting import Awaiting
from windrow.core.listening import Listening
from windrow.faces.arcgis.context import Parts as ArcgisParts
from windrow.faces.arcgis.face import make_router as make_arcgis_router
from windrow.faces.arcgis.slashes import Slashes
from windrow.faces.arcgis.statuses import Statuses
from windrow.faces.catalogue.context import Parts as CatalogueParts
from windrow.faces.catalogue.face import make_router as make_catalogue_router
from windrow.faces.geonode.context import Parts as GeoNodeParts
from windrow.faces.geonode.face import make_router as make_geonode_router
from windrow.faces.jaseci.context import Parts as JaseciParts
from windrow.faces.jaseci.face import make_router as make_jaseci_router
from windrow.faces.native.context import Parts
from windrow.faces.native.face import make_router
from windrow.faces.native.openapi import complete
from windrow.faces.stac.context import Parts as StacParts
from windrow.faces.stac.face import make_router as make_stac_router
from windrow.web import health
from windrow.web.answering import answer_errors
from windrow.web.directory import Directory
from windrow.web.identity import SESSION_COOKIE, Identity, address_of, check_same_origin
from windrow.web.metrics import Latencies
from windrow.web.wrapping import BodyLimit, Heads, LastResort, SecurityHeaders, Timed

DESCRIPTION = """
Windrow schedules, runs and watches harvests and jobs. Sign in with `Authorization: Bearer <token>` or HTTP Basic.
Lists are paged: send `next` of one page as `cursor` to get the following. Errors are `application/problem+json` and
name every field at fault. Unknown query parameters are ignored; unknown fields of a body are refused. In a change
(PATCH), what is left out stays.
"""

THREADS = 8
"""That answer requests. One answer takes under a millisecond; more of them only contend for the interpreter."""


def make_app(assembly: Assembly) -> FastAPI:
    """The application of one API process."""
    identity = Identity(assembly.windrow.authentication)
    listening = Listening(assembly.store, assembly.store.changes)
    awaiting = Awaiting(assembly.store, assembly.store.changes)
    latencies = Latencies()
    app = FastAPI(
        title="Windrow",
        version=version("windrow"),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    public = assembly.settings.metrics_public
    operation = health.make_router(assembly.store, identity, latencies, metrics_public=public)
    routes = [*app.routes, *_routes_of(operation)]
    app.router = Directory(routes, lifespan=_living(listening, awaiting))
    app.state.native = Parts(assembly.windrow, identity, assembly.clock, listening)
    app.state.console = ConsoleParts(
        assembly.windrow,
        identify=identity,
        check_same_origin=check_same_origin,
        address_of=address_of,
        session_cookie=SESSION_COOKIE,
        clock=assembly.clock,
        listening=listening,
        awaiting=awaiting,
    )
    title, base_url = assembly.settings.catalogue_title, assembly.settings.base_url
    app.state.catalogue = CatalogueParts(assembly.windrow.catalogue, identity, base_url=base_url)
    app.state.stac = StacParts(assembly.windrow.catalogue, identity, title, base_url)
    app.state.geonode = GeoNodeParts(
        assembly.windrow,
        identify=identity,
        clock=assembly.clock,
        address_of=address_of,
        check_same_origin=check_same_origin,
        session_cookie=SESSION_COOKIE,
        base_url=base_url,
    )
    app.state.jaseci = JaseciParts(assembly.windrow, identity, address_of, awaiting)
    app.state.arcgis = ArcgisParts(assembly.windrow, assembly.clock, address_of, awaiting, title, base_url)
    answer_errors(app)
    _wrap(app, latencies)
    app.openapi = _describing(app, assembly.settings.base_url or "/")  # type: ignore[method-assign]  # as FastAPI says
    return app


def _routes_of(operation: APIRouter) -> list[BaseRoute]:
    """Those of all ways in; where two know a path, the first one's counts."""
    faces = (
        make_router(),
        operation,
        make_catalogue_router(),
        make_stac_router(),
        make_geonode_router(),
        make_jaseci_router(),
        make_arcgis_router(),
        make_console_router(),
    )
    return [route for face in faces for route in face.routes]


def _wrap(app: FastAPI, latencies: Latencies) -> None:
    """From the inside out."""
    app.add_middleware(BodyLimit)
    app.add_middleware(LastResort)
    app.add_middleware(Heads)
    app.add_middleware(Statuses)
    app.add_middleware(Slashes)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Timed, note=latencies.note)


def _living(listening: Listening, awaiting: Awaiting) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        yield
        listening.close()
        awaiting.close()

    return live


def _describing(app: FastAPI, url: str) -> Callable[[], dict[str, Any]]:
    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title,
                version=app.version,
                description=DESCRIPTION,
                routes=app.routes,
                servers=[{"url": url}],
                license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            )
            app.openapi_schema = complete(found)
        return app.openapi_schema

    return describe
