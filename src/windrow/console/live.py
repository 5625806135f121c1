"""Live pages: events for the browser, each waited for in a thread of their own pool."""

from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi.responses import StreamingResponse

Item = TypeVar("Item")

MOST_FOLLOWERS = 500
_END = object()


@cache
def _followers() -> CapacityLimiter:
    # Not the threads that answer pages: whoever only waits for news must not keep others from their pages.
    return CapacityLimiter(MOST_FOLLOWERS)


def stream(events: Iterator[bytes]) -> StreamingResponse:
    """Server-sent events."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_in_threads(events), media_type="text/event-stream", headers=headers)


async def _in_threads(items: Iterator[Item]) -> AsyncIterator[Item]:
    while True:
        item = await to_thread.run_sync(next, items, _END, limiter=_followers())
        if item is _END:
            return
        yield item  # type: ignore[misc]


def event(name: str, html: str, *, number: int | None = None) -> bytes:
    """One event; `number` is what a browser that lost its line names when it comes back."""
    lines = [f"event: {name}", *(f"data: {line}" for line in html.splitlines() or [""])]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return ("\n".join(lines) + "\n\n").encode()
