"""What is wrapped around every request: headers, limits, figures, and the last resort when something breaks."""

import re
import time
from collections.abc import Callable

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windrow.faces.native.errors import http_problem
from windrow.web.answering import respond, tell

LARGEST_BODY = 1 << 20
"""Bytes. The largest thing that anybody sends is a list of ten thousand numbers."""

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)

LARGEST_UPLOAD = (64 << 20) + (64 << 10)
"""Bytes of a request that brings an item, with what a form writes around it. It is never in memory as a whole."""

MOST_FORGOTTEN = 4 * LARGEST_UPLOAD
"""Bytes beyond what may be sent that are read nevertheless, and kept nowhere."""

_UPLOADS = re.compile(
    r"/api/v1/items(/[^/]+/content)?|/items(/[^/]+/content)?"
    r"|/portal/sharing/rest/content/users/[^/]+/(addItem|items/[^/]+/update)"
)

Note = Callable[[Scope, int, float], None]


class SecurityHeaders:
    """Adds to every answer what keeps browsers from guessing types, leaking addresses or framing us."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class LastResort:
    """Answers what nobody foresaw with a problem, as long as no answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            await tell(Request(scope), error)(scope, receive, send)


class Heads:
    """Answers HEAD as GET is answered, without the content (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        ended = False

        async def send_head(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended:
                # The answer ends here, whatever would follow: who streams is told that the other end is gone.
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app({**scope, "method": "GET"}, receive, send_head)


class BodyLimit:
    """Refuses requests that are too large, announced or not."""

    def __init__(self, app: ASGIApp, largest: int = LARGEST_BODY, largest_upload: int = LARGEST_UPLOAD) -> None:
        self._app = app
        self._largest = largest
        self._largest_upload = largest_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        largest = self._largest_upload if _UPLOADS.fullmatch(scope["path"]) else self._largest
        if _announced(scope) > largest:
            await _read_on(scope, receive)
            await _refusal(largest)(scope, receive, send)
        else:
            await self._app(scope, _counted(scope, receive, largest), send)


async def _read_on(scope: Scope, receive: Receive) -> None:
    """Reads and forgets what else comes, within reason: most clients hear no answer while they are sending.

    Who asks first whether to send (RFC 9110, 10.1.1) is answered at once.
    """
    if any(name == b"expect" for name, _ in scope["headers"]):
        return
    came = 0
    while came < MOST_FORGOTTEN:
        message = await receive()
        came += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _counted(scope: Scope, receive: Receive, largest: int) -> Receive:
    came = 0

    async def receive_and_count() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > largest:
            if message.get("more_body", False):
                await _read_on(scope, receive)
            raise HTTPException(413, _too_large(largest))
        return message

    return receive_and_count


def _refusal(largest: int) -> Response:
    # The rest of it is not read: the connection cannot be used for another request.
    return respond(http_problem(413, _too_large(largest)), {"Connection": "close"})


def _too_large(largest: int) -> str:
    return f"Send at most {largest:,} bytes."


class Timed:
    """Tells how long each answer took until its first byte."""

    def __init__(self, app: ASGIApp, note: Note) -> None:
        self._app = app
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        began = time.perf_counter()

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, send_and_note if scope["type"] == "http" else send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
