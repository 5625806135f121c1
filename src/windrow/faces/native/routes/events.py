"""Live events: a run's progress as it is made, as server-sent events."""

from collections.abc import Iterator

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from windrow.core.following import Followed, follow
from windrow.faces.native import translate
from windrow.faces.native.context import Ctx, Parts

router = APIRouter(tags=["runs"])


@router.get("/runs/{run_id}/events", response_class=StreamingResponse)
def follow_run(ctx: Ctx, run_id: str, request: Request) -> StreamingResponse:
    """A run as it goes on: `run` events with the run, `log` events with each new log entry; ends when the run does."""
    run = ctx.windrow.runs.get(ctx.principal, run_id)
    parts: Parts = request.app.state.native
    events = follow(ctx.windrow.store, run.id, parts.changes)
    return StreamingResponse(
        _sent(ctx, events),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _sent(ctx: Ctx, events: Iterator[Followed | None]) -> Iterator[bytes]:
    for event in events:
        if event is None:
            yield b": still here\n\n"
            continue
        for entry in event.entries:
            yield _event("log", translate.to_log_entry(entry).model_dump(mode="json"))
        yield _event("run", translate.to_run(event.run, now=ctx.now).model_dump(mode="json"))


def _event(name: str, data: object) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
