"""The ArcGIS face as a whole."""

from fastapi import APIRouter

from windrow.faces.arcgis.routes import items, portal, runs, signing, tasks


def make_router() -> APIRouter:
    """Every route of the Sharing API for scheduled tasks, what its clients need to sign in, and refusals."""
    router = APIRouter(include_in_schema=False)
    for each in (signing, portal, tasks, runs, items):
        router.include_router(each.router)
    portal.add_refusals(router)
    return router
