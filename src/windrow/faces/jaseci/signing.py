"""Signing in: name and password for a token."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from windrow.errors import NotAuthenticated
from windrow.faces.jaseci.context import Parts, read_parameters
from windrow.faces.jaseci.errors import JaseciRoute, refuse_method, respond

router = APIRouter(route_class=JaseciRoute, include_in_schema=False)

WRONG = "Unable to authenticate with provided credentials"
MISSING = ["This field is required."]


@router.post("/user/token/")
@router.post("/user/token")
async def give_token(request: Request) -> Response:
    """A token that ends when it was not used for as long as a session lasts."""
    parts: Parts = request.app.state.jaseci
    given = await read_parameters(request)
    missing = {name: MISSING for name in ("email", "password") if not isinstance(given.get(name), str)}
    if missing:
        return respond(missing, 400)
    return await run_in_threadpool(_begin, parts, parts.address_of(request), given)


@router.api_route("/user/token/", methods=["GET", "PUT", "PATCH", "DELETE"])
def refuse(request: Request) -> Response:
    """Other methods."""
    return refuse_method(request)


def _begin(parts: Parts, address: str, given: dict[str, Any]) -> Response:
    authentication = parts.windrow.authentication
    try:
        principal = authentication.sign_in(given["email"], given["password"], address=address)
    except NotAuthenticated:
        return respond({"non_field_errors": [WRONG]}, 400)
    secret, _ = authentication.begin_session(principal)
    # It has no fixed end: every use prolongs it.
    return respond({"expiry": None, "token": secret})
