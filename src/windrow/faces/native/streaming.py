"""Files that go out piece by piece, and give back what they hold however the request ends."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from anyio import CancelScope, to_thread
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

PIECE = 1 << 16

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def attachment(name: str) -> dict[str, str]:
    """Headers of a file that a browser is to save, and never to run in our name: strangers wrote it (RFC 6266)."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%/' else "_" for letter in name
    )
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox",
    }


class Download(StreamingResponse):
    """A file to be saved. `close` is called once, also when the other end went away before the first piece."""

    def __init__(
        self,
        pieces: Iterator[bytes],
        *,
        close: Callable[[], object],
        name: str,
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(pieces, media_type=media_type, headers={**attachment(name), **(headers or {})})
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the file."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._close)
