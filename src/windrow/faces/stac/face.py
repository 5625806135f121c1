"""The STAC face as a whole: its routes, whose errors are answered by themselves."""

from fastapi import APIRouter

from windrow.faces.stac import routes


def make_router() -> APIRouter:
    """Every route of the STAC API, below `/stac`."""
    return routes.router
