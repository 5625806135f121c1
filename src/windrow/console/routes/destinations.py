"""Destinations: where reports are sent, and how the last sending went."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, Cursor, Number, see
from windrow.console.drafts import problems_by_field
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.core.destinations import MadeDestination
from windrow.errors import BadInput, Conflict

router = APIRouter(prefix="/destinations", route_class=PageRoute)


@router.get("")
def list_destinations(ctx: Ctx, cursor: Cursor = None) -> Response:
    """Where reports may be sent, and a form for one more place."""
    return _show(ctx, cursor=cursor)


@router.post("")
def create_destination(ctx: Ctx, form: Posted) -> Response:
    """Makes one, and shows a webhook's secret, this once."""
    try:
        made = ctx.windrow.destinations.create(ctx.principal, form.text("name"), form.text("address"))
    except BadInput as error:
        return _show(ctx, problems=problems_by_field(error), form=form, status=422)
    except Conflict as error:
        return _show(ctx, problems={"name": str(error)}, form=form, status=409)
    return _show(ctx, made=made)


@router.post("/{destination_id}")
def change_destination(ctx: Ctx, destination_id: Number, form: Posted) -> Response:
    """Gives one another address, or another name; an address that is left empty stays."""
    address = form.text("address") or None
    try:
        ctx.windrow.destinations.change(ctx.principal, destination_id, address, name=form.text("name"))
    except BadInput as error:
        problems = {f"{field}-{destination_id}": told for field, told in problems_by_field(error).items()}
        return _show(ctx, problems=problems, status=422)
    except Conflict as error:
        return _show(ctx, problems={f"name-{destination_id}": str(error)}, status=409)
    return see("/destinations")


@router.post("/{destination_id}/test")
def test_destination(ctx: Ctx, destination_id: Number) -> Response:
    """Sends a test message; the list says whether it arrived."""
    ctx.windrow.destinations.test(ctx.principal, destination_id)
    return see("/destinations")


@router.post("/{destination_id}/rotate")
def rotate_secret(ctx: Ctx, destination_id: Number) -> Response:
    """Gives a webhook a new secret, shown this once."""
    return _show(ctx, made=ctx.windrow.destinations.rotate(ctx.principal, destination_id))


@router.post("/{destination_id}/delete")
def delete_destination(ctx: Ctx, destination_id: Number) -> Response:
    """Deletes one."""
    ctx.windrow.destinations.delete(ctx.principal, destination_id)
    return see("/destinations")


def _show(
    ctx: Context,
    *,
    cursor: str | None = None,
    made: MadeDestination | None = None,
    problems: Mapping[str, str] | None = None,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    return ctx.show(
        "destinations.html",
        status=status,
        page=ctx.windrow.destinations.page(ctx.principal, cursor=cursor),
        first=cursor is None,
        made=made,
        name="" if form is None else form.text("name"),
        problems=problems or {},
    )
