"""Remote hosts, for admins: how they behave, and when they may be asked."""

from typing import Annotated

from fastapi import Path, Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import make_part
from windrow.wire.hosts import Host, HostHours
from windrow.wire.shapes import ListOf

router = make_part("hosts")

HostName = Annotated[
    str, Path(max_length=300, description="Its name, with a port or without.", examples=["catalogue.example.org"])
]


@router.get("/hosts")
def list_hosts(ctx: Ctx) -> ListOf[Host]:
    """How the remote hosts have behaved lately, and when they may be asked; for admins."""
    return ListOf(items=[translate.to_host(each) for each in ctx.windrow.hosts.list(ctx.principal)])


@router.put("/hosts/{host}/hours")
def set_host_hours(ctx: Ctx, host: HostName, hours: HostHours) -> Host:
    """Says when a host may be asked, in place of what was said before; for admins."""
    return translate.to_host(ctx.windrow.hosts.set_hours(ctx.principal, host, translate.from_hours(hours)))


@router.delete("/hosts/{host}/hours", status_code=204)
def remove_host_hours(ctx: Ctx, host: HostName) -> Response:
    """Has a host be asked at any hour again; for admins."""
    ctx.windrow.hosts.remove_hours(ctx.principal, host)
    return Response(status_code=204)
