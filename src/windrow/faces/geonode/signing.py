"""Signing in as people do at GeoNode's own page: a form with `login` and `password`, answered with a session."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from windrow.errors import NotAuthenticated, TooManyAttempts
from windrow.faces.geonode.context import Parts
from windrow.model.identity import new_id

router = APIRouter(include_in_schema=False)

FORM = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body><main>
<h1>Sign in</h1><p>{problem}</p><form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">
<label>Name <input name="login" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form></main></body></html>"""


@router.get("/account/login/")
@router.get("/account/login")
def show_form() -> Response:
    """The form, with the cookie that scripts look for. Other sites are told by their origin, not by it."""
    return _form("", 200)


@router.post("/account/login/")
@router.post("/account/login")
async def sign_in(request: Request) -> Response:
    """Begins a session."""
    parts: Parts = request.app.state.geonode
    parts.check_same_origin(request)
    form = await request.form()
    name, password = (str(form.get(field, "")) for field in ("login", "password"))
    return await run_in_threadpool(_begin, parts, request, name or str(form.get("username", "")), password)


@router.post("/account/logout/")
@router.post("/account/logout")
def sign_out(request: Request) -> Response:
    """Ends the session."""
    parts: Parts = request.app.state.geonode
    secret = request.cookies.get(parts.session_cookie)
    if secret is not None:
        parts.windrow.authentication.end_session(secret)
    response = RedirectResponse("/", 302)
    response.delete_cookie(parts.session_cookie)
    return response


def _begin(parts: Parts, request: Request, name: str, password: str) -> Response:
    authentication = parts.windrow.authentication
    try:
        principal = authentication.sign_in(name, password, address=parts.address_of(request))
    except (NotAuthenticated, TooManyAttempts) as error:
        return _form(str(error), 429 if isinstance(error, TooManyAttempts) else 200)
    secret, _ = authentication.begin_session(principal)
    response = RedirectResponse(_inside(request.query_params.get("next", "/")), 302)
    secure = request.url.scheme == "https"
    response.set_cookie(parts.session_cookie, secret, httponly=True, secure=secure, samesite="lax", path="/")
    return response


def _form(problem: str, status: int) -> Response:
    token = new_id()
    response = HTMLResponse(FORM.format(problem=problem, token=token), status)
    response.set_cookie("csrftoken", token, samesite="lax", path="/")
    return response


def _inside(path: str) -> str:
    parts = urlsplit(path)
    leads_away = parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\"))
    return "/" if leads_away or not path.isprintable() else path
