"""The Jaseci face as a whole."""

from fastapi import APIRouter

from windrow.faces.jaseci import queue, scheduling, signing, walking


def make_router() -> APIRouter:
    """Every route of Jaseci's task service."""
    return APIRouter(routes=[route for part in (signing, walking, queue, scheduling) for route in part.router.routes])
