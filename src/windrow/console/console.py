"""The console as a whole: all its paths."""

from fastapi import APIRouter

from windrow.console import assets
from windrow.console.routes import (
    account,
    adding,
    calendar,
    changing,
    edits,
    guard,
    home,
    hosts,
    items,
    notifications,
    queue,
    records,
    requests,
    resources,
    runs,
    schedules,
    sequences,
    signing,
    sources,
    targets,
    tasks,
    themes,
    users,
    walkers,
    workers,
)

OF_SOURCES = (adding, sources, changing, guard, notifications, resources, targets)
OF_TASKS = (tasks, schedules, calendar, runs, requests, queue, items, sequences, walkers)
PAGES = (signing, themes, home, *OF_SOURCES, *OF_TASKS, records, edits, account, users, workers, hosts)


def make_router() -> APIRouter:
    """Every path of the console. They are for people: the API's description leaves them out."""
    router = APIRouter(include_in_schema=False)
    router.include_router(assets.router)
    for part in PAGES:
        router.include_router(part.router)
    return router
