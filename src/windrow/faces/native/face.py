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

OF_SOURCES = (sources, resources, targets, notifications)
OF_TASKS = (tasks, schedules, runs, events, items, sequences, destinations)
PARTS = (accounts, *OF_SOURCES, *OF_TASKS, workers, hosts, records, copies)


def make_router() -> APIRouter:
    """Every route of the native API, below `/api/v1`."""
    return APIRouter(routes=[route for part in PARTS for route in part.router.routes])
