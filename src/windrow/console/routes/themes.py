"""Light or dark: kept in a cookie, so that a page comes in the right colours at once."""

from fastapi import APIRouter, Response

from windrow.console.context import Anybody, see
from windrow.console.forms import Posted
from windrow.console.pages import PageRoute
from windrow.console.rendering import THEME_COOKIE, THEMES
from windrow.console.routes.signing import inside
from windrow.errors import BadInput

router = APIRouter(route_class=PageRoute)

A_YEAR = 365 * 86_400


@router.post("/theme")
def choose_theme(visit: Anybody, form: Posted) -> Response:
    """Keeps the choice and goes back to the page it was made on."""
    chosen = form.text("theme")
    if chosen not in THEMES:
        raise BadInput.of("theme", f"must be one of {', '.join(THEMES)}")
    response = see(inside(form.text("next", "/")))
    secure = visit.request.url.scheme == "https"
    response.set_cookie(THEME_COOKIE, chosen, max_age=A_YEAR, samesite="lax", secure=secure, httponly=True)
    return response
