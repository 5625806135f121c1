"""The deletion guard: what would be deleted, and the decision of a person about it."""

from fastapi import APIRouter, Response

from windrow.console.context import Ctx, Cursor, Number, see
from windrow.console.forms import Posted
from windrow.console.pages import PageRoute
from windrow.console.views.sources import glance_at
from windrow.errors import BadInput
from windrow.model.resources import Presence
from windrow.ports.sources import ResourceFilter

router = APIRouter(prefix="/sources/{source_id}/guard", route_class=PageRoute)

LISTED = 100


@router.get("")
def show_guard(ctx: Ctx, source_id: Number, cursor: Cursor = None) -> Response:
    """The deletion that waits, with everything that would go, and those decided before."""
    missing = ctx.windrow.sources.resources(
        ctx.principal, source_id, ResourceFilter(presence=Presence.MISSING), limit=LISTED, cursor=cursor
    )
    reviews = ctx.windrow.sources.reviews(ctx.principal, source_id)
    glance = glance_at(ctx.windrow, ctx.principal, source_id)
    return ctx.show("source_guard.html", glance=glance, missing=missing, reviews=reviews.items, first=cursor is None)


@router.post("/{review_id}")
def decide(ctx: Ctx, source_id: Number, review_id: Number, form: Posted) -> Response:
    """Lets a held deletion through, or keeps what it would delete."""
    ctx.own_source(source_id)
    decision = form.text("decision")
    if decision not in ("approve", "refuse"):
        raise BadInput.of("decision", "must be approve or refuse")
    ctx.windrow.sources.decide(ctx.principal, source_id, review_id, approve=decision == "approve")
    return see(f"/sources/{source_id}/guard")
