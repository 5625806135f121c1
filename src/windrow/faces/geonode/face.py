"""The GeoNode face as a whole."""

from fastapi import APIRouter

from windrow.faces.geonode import routes, signing


def make_router() -> APIRouter:
    """Every route of GeoNode's API for harvesting, and its sign-in page."""
    return APIRouter(routes=[*routes.router.routes, *signing.router.routes])
