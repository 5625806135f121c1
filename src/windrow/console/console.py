"""The console as a whole: all its paths."""

from fastapi import APIRouter

from windrow.console import assets
from windrow.console.routes import (
    account,
    adding,
    calendar,
    changing,
    destinations,
    edits,
    guard,
    home,
    items,
    notifications,
    outputs,
    records,
    resources,
    runs,
    schedules,
    signing,
    sources,
    starting,
    targets,
    tasks,
    themes,
    users,
    workers,
)

OF_SOURCES = (adding, sources, changing, guard, notifications, resources, targets)
OF_TASKS = (tasks, starting, schedules, calendar, runs, outputs, items, destinations)
PAGES = (signing, themes, home, *OF_SOURCES, *OF_TASKS, records, edits, account, users, workers)


def make_router() -> APIRouter:
    """Every path of the console. They are for people: the API's description leaves them out."""
    router = APIRouter(include_in_schema=False)
    router.include_router(assets.router)
    for part in PAGES:
        router.include_router(part.router)
    return router
