"""Resources: what a source holds, found by how it stands, and what a person decides about it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from windrow.console.context import Context, Ctx, Cursor, Number, see
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.rendering import query
from windrow.console.views.sources import glance_at
from windrow.errors import BadInput
from windrow.model.resources import Outcome, Presence
from windrow.ports.sources import ResourceFilter

router = APIRouter(prefix="/sources/{source_id}/resources", route_class=PageRoute)

WANTED = {"yes": True, "no": False}
MOST_WORDS = 500


def read_asked(
    q: Annotated[str, Query(max_length=MOST_WORDS)] = "",
    presence: str = "",
    outcome: str = "",
    wanted: str = "",
    type: Annotated[str, Query(max_length=255)] = "",  # noqa: A002 - the parameter's name
) -> dict[str, str]:
    """What the form above the list asks for."""
    return {"q": q, "presence": presence, "outcome": outcome, "wanted": wanted, "type": type}


Asked = Annotated[dict[str, str], Depends(read_asked)]


@router.get("")
def list_resources(ctx: Ctx, source_id: Number, asked: Asked, cursor: Cursor = None) -> Response:
    """A source's resources, by words, presence, outcome, type and whether they are wanted."""
    which = ResourceFilter(
        presence=Presence(asked["presence"]) if asked["presence"] in set(Presence) else None,
        outcome=Outcome(asked["outcome"]) if asked["outcome"] in set(Outcome) else None,
        wanted=WANTED.get(asked["wanted"]),
        words=asked["q"].strip(),
        type=asked["type"].strip() or None,
    )
    page = ctx.windrow.sources.resources(ctx.principal, source_id, which, limit=50, cursor=cursor)
    return ctx.show(
        "source_resources.html",
        glance=glance_at(ctx.windrow, ctx.principal, source_id),
        page=page,
        asked=asked,
        first=cursor is None,
        presences=list(Presence),
        outcomes=list(Outcome),
    )


@router.post("")
def act(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """Does to the ticked resources, or to all, what the pressed button says."""
    ctx.own_source(source_id)
    chosen = None if form.ticked("all") else form.integers("id")
    if chosen == []:
        raise BadInput.of("resources", "tick at least one, or `all of this source`")
    if form.text("action") == "harvest":
        return see(f"/runs/{ctx.windrow.sources.harvest(ctx.principal, source_id, only=_named(chosen)).id}")
    _act(ctx, source_id, form, chosen)
    asked = {name: form.text(name) for name in ("q", "presence", "outcome", "wanted", "type")}
    return see(f"/sources/{source_id}/resources?{query(asked)}")


def _named(chosen: list[int] | None) -> list[int]:
    if chosen is None:
        raise BadInput.of("resources", "tick those to be harvested; `Harvest now` takes all of this source")
    return chosen


def _act(ctx: Context, source_id: int, form: Form, chosen: list[int] | None) -> None:
    sources = ctx.windrow.sources
    match form.text("action"):
        case "want" | "unwant" as action:
            sources.want(ctx.principal, source_id, chosen, wanted=action == "want")
        case "retry":
            sources.retry_quarantined(ctx.principal, source_id, chosen)
        case "restore":
            sources.restore(ctx.principal, source_id, chosen)
        case _:
            raise BadInput.of("action", "must be want, unwant, harvest, retry or restore")
