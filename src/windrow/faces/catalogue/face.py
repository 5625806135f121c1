"""The catalogue face as a whole."""

from fastapi import APIRouter

from windrow.faces.catalogue import routes


def make_router() -> APIRouter:
    """Every path of OGC API - Records, below `/catalogue`. The application's `state.catalogue` must be its `Parts`."""
    return routes.router
