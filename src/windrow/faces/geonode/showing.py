"""Showing: items in the envelopes that GeoNode's clients open."""

from collections.abc import Mapping, Sequence
from typing import Any

from windrow.core.source_drafts import SourceView
from windrow.faces.geonode import translate
from windrow.faces.geonode.context import PREFIX, Context
from windrow.faces.geonode.queries import Page
from windrow.ports.runs import NumberedRun

LOGGED = 500
"""Lines of its log that a session shows: the newest, in the order they were written."""


def envelope(ctx: Context, page: Page, total: int, plural: str, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A page with the way to its neighbours. Raises `NotFound` for a page behind the last one."""
    last = max(1, -(-total // page.size))
    page.check(last)
    return {
        "links": {
            "next": _link(ctx, page.number + 1) if page.number < last else None,
            "previous": _link(ctx, page.number - 1) if page.number > 1 else None,
        },
        "total": total,
        "page": page.number,
        "page_size": page.size,
        plural: items,
    }


def show_harvesters(ctx: Context, views: Sequence[SourceView], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Harvesters with these fields."""
    owners = {owner: ctx.windrow.accounts.number_of(owner) for owner in {each.source.owner_id for each in views}}
    return [translate.picked(_harvester(ctx, each, owners[each.source.owner_id]), fields) for each in views]


def show_harvester(ctx: Context, view: SourceView) -> dict[str, Any]:
    """A harvester with all its fields."""
    return _harvester(ctx, view, ctx.windrow.accounts.number_of(view.source.owner_id))


def show_sessions(found: Sequence[NumberedRun], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Sessions with these fields, and a word on how each went."""
    return [
        translate.picked(translate.to_session(each, details=translate.brief_details(each.run)), fields)
        for each in found
    ]


def show_session(ctx: Context, found: NumberedRun, fields: Sequence[str]) -> dict[str, Any]:
    """A session with its log."""
    log = ctx.windrow.runs.log(ctx.principal, found.run.id, newest_first=True, limit=LOGGED).items
    lines = [f"{translate.moment(each.at)} - {each.message}" for each in reversed(log)]
    return translate.picked(translate.to_session(found, details="\n".join(lines)), fields)


def _harvester(ctx: Context, view: SourceView, owner: int) -> dict[str, Any]:
    kind = ctx.windrow.kinds.sources.get(view.source.kind)
    return translate.to_harvester(view, owner=owner, root=ctx.root, schema=None if kind is None else kind.schema)


def _link(ctx: Context, number: int) -> str:
    asked = ctx.request.url.include_query_params(page=number)
    return f"{ctx.root.removesuffix(PREFIX)}{asked.path}?{asked.query}"
