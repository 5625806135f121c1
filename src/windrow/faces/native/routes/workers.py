"""The living processes of this installation, and what each of them does."""

from fastapi import Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Id, make_part
from windrow.wire.runs import Inspection, Worker
from windrow.wire.shapes import ListOf

router = make_part("workers")


@router.get("/workers")
def list_workers(ctx: Ctx) -> ListOf[Worker]:
    """The living processes; for admins."""
    return ListOf(items=[translate.to_worker(each) for each in ctx.windrow.runs.workers(ctx.principal)])


@router.post("/workers/{worker_id}/drain", status_code=204)
def drain_worker(ctx: Ctx, worker_id: Id) -> Response:
    """Asks a worker to finish what it has and go; for admins."""
    ctx.windrow.runs.drain(ctx.principal, worker_id)
    return Response(status_code=204)


@router.post("/workers/{worker_id}/stop", status_code=204)
def stop_worker(ctx: Ctx, worker_id: Id) -> Response:
    """Asks a worker to give what it has to others and go; for admins."""
    ctx.windrow.runs.stop(ctx.principal, worker_id)
    return Response(status_code=204)


@router.get("/inspection")
def inspect_workers(ctx: Ctx) -> Inspection:
    """What each worker does (`active`), what waits for a slot (`reserved`) or for its time (`scheduled`)."""
    return translate.to_inspection(ctx.windrow.runs.inspect(ctx.principal))
