"""The OpenAPI description of the STAC API: what the framework finds out, with this face's own errors."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from windrow.faces.stac import wire
from windrow.faces.stac.errors import PROBLEM_JSON

_REFERENCE = "#/components/schemas/{model}"

_PROBLEMS = {
    "400": "A parameter is wrong; each is named.",
    "401": "The credentials are wrong, expired or revoked.",
    "403": "The token does not allow reading.",
    "404": "There is no such item or collection, or it is not yours to see.",
    "429": "Too many wrong passwords; Retry-After tells when to try again.",
    "503": "The database does not answer.",
}


def describe(routes: Sequence[BaseRoute], *, title: str, server: str) -> dict[str, Any]:
    """The description of these routes, below the address of the server."""
    document = get_openapi(
        title=f"{title} (STAC API)", version=version("windrow"), routes=routes, servers=[{"url": server}]
    )
    schema = wire.Problem.model_json_schema(ref_template=_REFERENCE)
    components = document.setdefault("components", {}).setdefault("schemas", {})
    components.update({**schema.pop("$defs"), "Problem": schema})
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{}, {"token": []}]
    for methods in document["paths"].values():
        for operation in methods.values():
            _tell_problems(operation["responses"])
    return document


def _tell_problems(responses: dict[str, Any]) -> None:
    responses.pop("422", None)
    reference = {"$ref": _REFERENCE.format(model="Problem")}
    for status, told in _PROBLEMS.items():
        responses[status] = {"description": told, "content": {PROBLEM_JSON: {"schema": reference}}}
