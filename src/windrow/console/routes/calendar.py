"""The calendar: what ran and what will run on a day or in a week, by the clock of a zone."""

from fastapi import APIRouter, Response

from windrow.console.context import Ctx
from windrow.console.pages import PageRoute
from windrow.console.views.calendar import day_of, read_asked, week_of
from windrow.console.zones import zone_names

router = APIRouter(prefix="/calendar", route_class=PageRoute)


@router.get("")
def show_calendar(ctx: Ctx, day: str = "", zone: str = "UTC", view: str = "day", kind: str = "") -> Response:
    """A day hour by hour, or a week as a map of hours."""
    asked = read_asked(day, zone, view, ctx.now)
    begin, end = asked.bounds
    kinds = [kind] if kind else None
    found = ctx.windrow.agenda.calendar(ctx.principal, begin=begin, end=end, kinds=kinds)
    shown = (week_of if asked.weekly else day_of)(found, asked, ctx.now)
    return ctx.show(
        "calendar.html",
        asked=asked,
        view=found,
        shown=shown,
        kinds=ctx.windrow.agenda.kinds(ctx.principal),
        kind=kind,
        zones=zone_names(),
    )
