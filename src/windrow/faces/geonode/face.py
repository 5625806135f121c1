"""The GeoNode face as a whole."""

from fastapi import APIRouter

from windrow.faces.geonode import routes, signing


def make_router() -> APIRouter:
    """Every route of GeoNode's API for harvesting, and its sign-in page."""
    router = APIRouter()
    router.include_router(routes.router)
    router.include_router(signing.router)
    return router
