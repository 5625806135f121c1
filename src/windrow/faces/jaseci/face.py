"""The Jaseci face as a whole."""

from fastapi import APIRouter

from windrow.faces.jaseci import queue, scheduling, signing, unknown, walking


def make_router() -> APIRouter:
    """Every route of Jaseci's task service."""
    router = APIRouter()
    for each in (signing, walking, queue, scheduling, unknown):  # the last takes what the others leave
        router.include_router(each.router)
    return router
