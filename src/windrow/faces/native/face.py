"""The native face as a whole: its routes, and how its errors are answered."""

from fastapi import APIRouter

from windrow.faces.native.routes import (
    accounts,
    copies,
    destinations,
    events,
    hosts,
    items,
    notifications,
    records,
    resources,
    runs,
    schedules,
    sequences,
    sources,
    targets,
    tasks,
    workers,
)

PREFIX = "/api/v1"


def make_router() -> APIRouter:
    """Every route of the native API, below `/api/v1`."""
    router = APIRouter(prefix=PREFIX)
    of_sources = (sources, resources, targets, notifications)
    of_tasks = (tasks, schedules, runs, events, items, sequences, destinations)
    for part in (accounts, *of_sources, *of_tasks, workers, hosts, records, copies):
        router.include_router(part.router)
    return router
