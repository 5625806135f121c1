"""How our errors look in Jaseci's API: most are answered with 200, and say so in their body."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from windrow import errors


class JaseciRoute(APIRoute):
    """A route that tells our errors as Jaseci does. What is ours to mend climbs on to the application."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors told."""
        answer = super().get_route_handler()

        async def answer_or_tell(request: Request) -> Response:
            try:
                return await answer(request)
            except (errors.StoreUnavailable, errors.Stopped):
                raise
            except errors.WindrowError as error:
                return tell(error)

        return answer_or_tell


def tell(error: errors.WindrowError) -> Response:
    """An error as it is answered."""
    told = str(error)
    match error:
        case errors.NotAuthenticated():
            response = respond({"detail": told}, 401)
            response.headers["WWW-Authenticate"] = "Token"
            return response
        case errors.NotAllowed():
            return respond({"detail": told}, 403)
        case errors.TooManyAttempts():
            response = respond({"detail": told}, 429)
            response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
            return response
        case _:
            return respond(failure(told))


def failure(told: str, *more: str) -> dict[str, Any]:
    """What is answered with 200 where something went wrong."""
    return {"response": told, "success": False, "errors": [told, *more]}


def refuse_method(request: Request) -> Response:
    """Told to whoever uses a method that a path does not have."""
    return respond({"detail": f'Method "{request.method}" not allowed.'}, 405)


def refuse_path() -> Response:
    """Told to whoever asks for a path that there is not.

    The original answers a page in HTML here, as Django does by itself, over which every client that reads JSON falls;
    this is what it answers elsewhere for what it does not find.
    """
    return respond({"detail": "Not found."}, 404)


def respond(body: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    try:
        written = orjson.dumps(body)
    except TypeError:  # numbers of more than 64 bits, which a sequence may have saved
        written = json.dumps(body).encode()
    return Response(written, status, media_type="application/json")
