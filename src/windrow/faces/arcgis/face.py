"""The ArcGIS face as a whole."""

from fastapi import APIRouter

from windrow.faces.arcgis.routes import items, portal, runs, signing, tasks


def make_router() -> APIRouter:
    """Every route of the Sharing API for scheduled tasks, what its clients need to sign in, and refusals."""
    parts = (signing, portal, tasks, runs, items)
    router = APIRouter(routes=[route for part in parts for route in part.router.routes], include_in_schema=False)
    portal.add_refusals(router)
    return router
