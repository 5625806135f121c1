"""Remote hosts, for admins: how they behave, and when they may be asked."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from windrow.console.context import Context, Ctx, see
from windrow.console.drafts import problems_by_field
from windrow.console.forms import Posted
from windrow.console.pages import PageRoute
from windrow.console.window_forms import WindowForm, read_windows, spelled_windows, typed_windows
from windrow.core.hosts import ALWAYS
from windrow.errors import BadInput
from windrow.model.accounts import Right
from windrow.model.windows import Hours

router = APIRouter(prefix="/hosts", route_class=PageRoute)


@router.get("")
def list_hosts(ctx: Ctx, host: Annotated[str, Query(max_length=300)] = "") -> Response:
    """All of them, and a form of the hours of one."""
    said = next((each.hours for each in ctx.windrow.hosts.list(ctx.principal) if each.state.host == host), ALWAYS)
    return _show(ctx, host, spelled_windows(said.windows), spelled_windows(said.blackouts))


@router.post("")
def set_hours(ctx: Ctx, form: Posted) -> Response:
    """Says when a host may be asked, or has it be asked at any hour again."""
    ctx.principal.need(Right.ADMIN)
    host = form.text("host")
    try:
        if form.ticked("release"):
            ctx.windrow.hosts.remove_hours(ctx.principal, host)
            return see("/hosts")
        hours = Hours(read_windows(form, "windows", "UTC"), read_windows(form, "blackouts", "UTC"))
        view = ctx.windrow.hosts.set_hours(ctx.principal, host, hours)
    except BadInput as error:
        rows = typed_windows(form, "windows"), typed_windows(form, "blackouts")
        return _show(ctx, host, *rows, problems=problems_by_field(error), status=422)
    return see(f"/hosts?host={quote(view.state.host)}")


def _show(
    ctx: Context,
    host: str,
    windows: Sequence[WindowForm],
    blackouts: Sequence[WindowForm],
    *,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    hosts = ctx.windrow.hosts.list(ctx.principal)
    return ctx.show(
        "hosts.html",
        status=status,
        hosts=hosts,
        host=host,
        windows=windows,
        blackouts=blackouts,
        said=any(each.state.host == host and each.hours != ALWAYS for each in hosts),
        problems=problems or {},
    )
