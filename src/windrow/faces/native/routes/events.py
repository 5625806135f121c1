"""Live events: a run's progress as it is made, as server-sent events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

import orjson
from fastapi import Header, Request, Response
from fastapi.responses import StreamingResponse

from windrow.core.following import Followed
from windrow.faces.native import translate
from windrow.faces.native.context import Context, Ctx, Parts
from windrow.faces.native.queries import Id, make_part
from windrow.ports.clocks import Clock

router = make_part("runs")

EVENT = {
    "type": "object",
    "properties": {
        "event": {"enum": ["run", "log"]},
        "id": {"type": "string", "description": "Of a `log` event: its number."},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "Of a `run` event a Run, of a `log` event a LogEntry.",
        },
    },
    "required": ["event", "data"],
}
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": EVENT}}}
}

COME_BACK = b"retry: 1000\n\n"
"""Tells browsers how many milliseconds to wait before they connect again."""

LastSeen = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern="^[0-9]{0,18}$",
        description="The `id` of the last event that arrived: goes on there.",
    ),
]


@router.get("/runs/{run_id}/events", response_class=Response, responses=EVENTS)
def follow_run(ctx: Ctx, run_id: Id, request: Request, last_seen: LastSeen = None) -> Response:
    """A run as it goes on: `run` events with the run, `log` events with each new log entry; ends when the run does."""
    run = ctx.windrow.runs.get(ctx.principal, run_id)
    parts: Parts = request.app.state.native
    after = int(last_seen) if last_seen else None
    events = parts.listening.follow(run.id, after=after)
    return StreamingResponse(
        _sent(ctx, events),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _sent(ctx: Context, events: AsyncGenerator[Followed | None, None]) -> AsyncGenerator[bytes, None]:
    yield COME_BACK
    async with aclosing(events):
        async for event in events:
            yield b": still here\n\n" if event is None else _told(event, ctx.clock)


def _told(event: Followed, clock: Clock) -> bytes:
    told = [
        _event("log", translate.to_log_entry(entry).model_dump(mode="json"), number=entry.id) for entry in event.entries
    ]
    told.append(_event("run", translate.to_run(event.run, now=clock()).model_dump(mode="json")))
    return b"".join(told)


def _event(name: str, data: object, *, number: int | None = None) -> bytes:
    numbered = b"" if number is None else b"id: %d\n" % number
    return numbered + b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
