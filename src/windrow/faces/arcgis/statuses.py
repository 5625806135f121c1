"""Statuses: what is refused before it comes to this face, or breaks behind it, is answered with HTTP 200 too.

A request that is too large is refused at the door, with a status at which this protocol's clients send it six times.
"""

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windrow.faces.arcgis.context import PORTAL
from windrow.faces.arcgis.errors import refuse

ALWAYS_FINE = (f"{PORTAL}/sharing/", f"{PORTAL}/portaladmin/")
"""Below these there is no other status; what clients look for elsewhere is not there, and they bear that."""

LONGEST_REASON = 64 << 10
"""Bytes of a refusal that are read for its reason."""


class Statuses:
    """Tells an error of any other status as an error of this protocol."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http" or not scope["path"].startswith(ALWAYS_FINE):
            await self._app(scope, receive, send)
            return
        refused: list[Message] = []
        reason = b""

        async def send_or_tell(message: Message) -> None:
            nonlocal reason
            if message["type"] == "http.response.start" and message["status"] >= 400:
                refused.append(message)
            elif not refused:
                await send(message)
            else:
                reason = (reason + message.get("body", b""))[:LONGEST_REASON]
                if not message.get("more_body", False):
                    start = refused[0]
                    answer = refuse(start["status"], _reason(reason))
                    kept = [each for each in start["headers"] if each[0].lower() == b"connection"]
                    answer.raw_headers.extend(kept)
                    await answer(scope, receive, send)

        await self._app(scope, receive, send_or_tell)


def _reason(problem: bytes) -> str:
    """Why, as one of our own problems has it."""
    try:
        told = orjson.loads(problem)
    except orjson.JSONDecodeError:
        told = None
    reason = told.get("detail") or told.get("title") if isinstance(told, dict) else None
    return str(reason or "The request was refused.")
