"""Workers, for admins: the living processes, what they do, and how remote hosts behave."""

from fastapi import APIRouter, Response

from windrow.console.context import Ctx, see
from windrow.console.pages import PageRoute

router = APIRouter(prefix="/workers", route_class=PageRoute)


@router.get("")
def list_workers(ctx: Ctx) -> Response:
    """All processes of the installation, with what each of them carries."""
    workers = ctx.windrow.runs.workers(ctx.principal)
    inspection = ctx.windrow.runs.inspect(ctx.principal)
    hosts = ctx.windrow.hosts.list(ctx.principal)
    return ctx.show("workers.html", workers=workers, inspection=inspection, hosts=hosts)


@router.post("/{worker_id}/stop")
def stop_worker(ctx: Ctx, worker_id: str) -> Response:
    """Asks a process to give what it has to others and go."""
    ctx.windrow.runs.stop(ctx.principal, worker_id)
    return see("/workers")


@router.post("/{worker_id}/drain")
def drain_worker(ctx: Ctx, worker_id: str) -> Response:
    """Asks a process to finish what it has and go."""
    ctx.windrow.runs.drain(ctx.principal, worker_id)
    return see("/workers")
