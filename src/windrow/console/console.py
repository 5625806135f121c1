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
    hosts,
    items,
    notifications,
    outputs,
    queue,
    records,
    requests,
    resources,
    runs,
    schedules,
    secrets,
    sequences,
    signing,
    sources,
    starting,
    targets,
    tasks,
    themes,
    users,
    walkers,
    workers,
)

OF_SOURCES = (adding, sources, changing, guard, notifications, resources, targets)
OF_TASKS = (tasks, schedules, calendar, queue, items, sequences, secrets, walkers, destinations)
OF_RUNS = (starting, runs, outputs, requests)
OF_ALL = (signing, themes, home, records, edits, account, users, workers, hosts)
PAGES = (*OF_ALL, *OF_SOURCES, *OF_TASKS, *OF_RUNS)


def make_router() -> APIRouter:
    """Every path of the console."""
    return APIRouter(routes=[route for part in (assets, *PAGES) for route in part.router.routes])
