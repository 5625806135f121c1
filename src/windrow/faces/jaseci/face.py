"""The Jaseci face as a whole."""

from fastapi import APIRouter

from windrow.faces.jaseci import queue, scheduling, signing, unknown, walking


def make_router() -> APIRouter:
    """Every route of Jaseci's task service."""
    parts = (signing, walking, queue, scheduling, unknown)  # the last takes what the others leave
    return APIRouter(routes=[route for part in parts for route in part.router.routes])
