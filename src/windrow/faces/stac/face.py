"""The STAC face as a whole: its routes, and how its errors are answered."""

from typing import Any

from fastapi import APIRouter

from windrow.faces.stac import routes, wire
from windrow.faces.stac.errors import PROBLEM_JSON

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": told, "content": {PROBLEM_JSON: {"schema": wire.Problem.model_json_schema()}}}
    for status, told in (
        (400, "A parameter is wrong; each is named."),
        (401, "The credentials are wrong."),
        (403, "The token does not allow reading."),
        (404, "There is no such item or collection, or it is not yours to see."),
        (503, "The database does not answer."),
    )
}


def make_router() -> APIRouter:
    """Every route of the STAC API, below `/stac`."""
    router = APIRouter(responses=PROBLEMS)
    router.include_router(routes.router)
    return router
