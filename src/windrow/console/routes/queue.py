"""The queue: what each worker does, what waits for what and since when, what comes later."""

from fastapi import APIRouter, Response

from windrow.console.context import Ctx, see
from windrow.console.pages import PageRoute

router = APIRouter(prefix="/queue", route_class=PageRoute)


@router.get("")
def show_queue(ctx: Ctx) -> Response:
    """All of it, renewed while it is looked at."""
    return ctx.show("queue.html", queue=ctx.windrow.queue.look(ctx.principal))


@router.post("/{run_id}/cancel")
def cancel_run(ctx: Ctx, run_id: str) -> Response:
    """Asks a run to stop, and stays here."""
    ctx.windrow.runs.cancel(ctx.principal, run_id)
    return see("/queue")
