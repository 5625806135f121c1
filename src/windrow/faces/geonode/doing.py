"""Doing: what a status that was asked for begins or ends."""

from windrow.core.attending import REFRESH
from windrow.core.runs import HARVEST
from windrow.errors import BadInput, Conflict
from windrow.faces.geonode import words
from windrow.faces.geonode.context import Context
from windrow.model.sources import Source

ABORTS = {words.ABORTING_UPDATE: REFRESH, words.ABORTING_HARVEST: HARVEST}


def do(ctx: Context, source: Source, status: str) -> None:
    """Begins or aborts. What goes on already is not begun twice, and where nothing goes on, nothing is aborted.

    Raises `BadInput` when something else keeps the harvester busy.
    """
    if status in ABORTS:
        _abort(ctx, source, ABORTS[status])
        return
    present = words.ACTIVITIES.get(source.activity, words.READY)
    if present == status:
        return
    if present not in (words.READY, words.CHECKING) and status != words.CHECKING:
        raise _busy(present)
    sources = ctx.windrow.sources
    start = {words.UPDATING: sources.refresh, words.HARVESTING: sources.harvest, words.CHECKING: sources.check}[status]
    try:
        start(ctx.principal, source.id)
    except Conflict as error:
        if status == words.CHECKING:
            return  # it is being checked: that is what was asked for
        raise _busy(status) from error


def _abort(ctx: Context, source: Source, kind: str) -> None:
    for run in reversed(ctx.windrow.sources.active(ctx.principal, source.id)):
        if run.kind == kind:
            ctx.windrow.runs.cancel(ctx.principal, run.id)


def _busy(status: str) -> BadInput:
    return BadInput.of("status", f'The harvester is busy ("{status}"): wait for its end, or abort that first.')
