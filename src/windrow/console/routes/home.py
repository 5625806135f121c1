"""The first page: what runs, what failed and why, what happens next, and what needs a person."""

from fastapi import APIRouter, Response

from windrow.console.context import Ctx
from windrow.console.pages import PageRoute
from windrow.console.views.home import look_around

router = APIRouter(route_class=PageRoute)


@router.get("/")
def show_home(ctx: Ctx) -> Response:
    """Everything at a glance; the page asks for itself anew while it is open."""
    return ctx.show("home.html", overview=look_around(ctx.windrow, ctx.principal))
