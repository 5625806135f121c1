"""The native face as a whole: its routes, and how its errors are answered."""

from fastapi import APIRouter

from windrow.faces.native.routes import accounts, events, records, resources, runs, schedules, sources, tasks, workers

PREFIX = "/api/v1"


def make_router() -> APIRouter:
    """Every route of the native API, below `/api/v1`."""
    router = APIRouter(prefix=PREFIX)
    for part in (accounts, sources, resources, tasks, schedules, runs, events, workers, records):
        router.include_router(part.router)
    return router
