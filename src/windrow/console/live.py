"""Live pages: events for the browser."""

from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
STILL_HERE = b": still here\n\n"


def stream(events: AsyncIterator[bytes]) -> StreamingResponse:
    """Server-sent events."""
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


def event(name: str, html: str, *, number: int | None = None) -> bytes:
    """One event; `number` is what a browser that lost its line names when it comes back."""
    lines = [f"event: {name}", *(f"data: {line}" for line in html.splitlines() or [""])]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return ("\n".join(lines) + "\n\n").encode()
