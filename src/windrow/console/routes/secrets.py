"""Named secrets: which there are and for which hosts; set and deleted, never shown."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, Cursor, see
from windrow.console.drafts import problems_by_field
from windrow.console.forms import Posted
from windrow.console.pages import PageRoute
from windrow.errors import BadInput

router = APIRouter(prefix="/secrets", route_class=PageRoute)


@router.get("")
def list_secrets(ctx: Ctx, cursor: Cursor = None) -> Response:
    """By name, without their values."""
    return _show(ctx, cursor=cursor)


@router.post("")
def set_secret(ctx: Ctx, form: Posted) -> Response:
    """Sets a secret, or gives it another value and other hosts."""
    name, hosts = form.text("name").strip(), form.text("hosts").replace(",", " ").split()
    try:
        ctx.windrow.named_secrets.put(ctx.principal, name, form.text("value"), hosts)
    except BadInput as error:
        # What was typed as the value is not sent back.
        filled = {"name": name, "hosts": " ".join(hosts)}
        return _show(ctx, problems=problems_by_field(error), filled=filled, status=422)
    return see("/secrets")


@router.post("/{name}/delete")
def delete_secret(ctx: Ctx, name: str) -> Response:
    """Deletes one."""
    ctx.windrow.named_secrets.delete(ctx.principal, name)
    return see("/secrets")


def _show(
    ctx: Context,
    *,
    cursor: str | None = None,
    problems: Mapping[str, str] | None = None,
    filled: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    told = dict(problems or {})
    told["hosts"] = next((f"{told[each]}" for each in sorted(told) if each.startswith("hosts")), "")
    return ctx.show(
        "secrets.html",
        status=status,
        page=ctx.windrow.named_secrets.page(ctx.principal, cursor=cursor),
        first=cursor is None,
        problems={name: each for name, each in told.items() if each},
        filled={"name": "", "hosts": "", **(filled or {})},
    )
