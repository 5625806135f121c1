"""Signing in and out, and the first password of one's own."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Response

from windrow.console.context import Anybody, Newcomer, Parts, see
from windrow.console.forms import Posted
from windrow.console.pages import PageRoute
from windrow.errors import BadInput, NotAuthenticated, TooManyAttempts
from windrow.model.accounts import Principal

router = APIRouter(route_class=PageRoute)


@router.get("/sign-in")
def show_sign_in(visit: Anybody, next: str = "/") -> Response:  # noqa: A002 - the parameter's name
    """The form; whoever has signed in already is led on."""
    if visit.principal is not None:
        return see(inside(next))
    return visit.show("sign_in.html", next=inside(next), name="", problem="")


@router.post("/sign-in")
def sign_in(visit: Anybody, form: Posted) -> Response:
    """Begins a session, and leads on to the page that was asked for."""
    visit.parts.check_same_origin(visit.request)
    name, onward = form.text("name"), inside(form.text("next", "/"))
    address = visit.parts.address_of(visit.request)
    try:
        principal = visit.windrow.authentication.sign_in(name, form.raw("password"), address=address)
    except (NotAuthenticated, TooManyAttempts) as error:
        status = 429 if isinstance(error, TooManyAttempts) else 401
        return visit.show("sign_in.html", status=status, next=onward, name=name, problem=str(error))
    return begin(visit, principal, "/password" if principal.must_change_password else onward)


@router.post("/sign-out")
def sign_out(visit: Anybody) -> Response:
    """Ends the session."""
    secret = visit.request.cookies.get(visit.parts.session_cookie)
    if secret is not None:
        visit.windrow.authentication.end_session(secret)
    response = see("/sign-in")
    response.delete_cookie(visit.parts.session_cookie)
    return response


@router.get("/password")
def show_password(ctx: Newcomer) -> Response:
    """The form for a password of one's own, in place of the one-time secret."""
    if not ctx.principal.must_change_password:
        return see("/account")
    return ctx.show("password.html", problems={})


@router.post("/password")
def set_password(ctx: Newcomer, form: Posted) -> Response:
    """Sets the first password of one's own and goes on signed in."""
    try:
        change_password(ctx, form.raw("old_password"), form.raw("password"), form.raw("again"))
    except BadInput as error:
        problems = {each.field: each.problem for each in error.problems}
        return ctx.show("password.html", status=422, problems=problems)
    return begin(ctx, ctx.principal, "/")


def change_password(ctx: Newcomer, old: str, new: str, again: str) -> None:
    """Gives oneself a new password, typed twice. Raises `BadInput`."""
    if new != again:
        raise BadInput.of("again", "is not the same as the new password")
    address = ctx.parts.address_of(ctx.request)
    ctx.windrow.authentication.change_password(ctx.principal, old=old, new=new, address=address)


def begin(visit: Anybody, principal: Principal, path: str) -> Response:
    """Leads on, with the cookie of a new session."""
    secret, _ = visit.windrow.authentication.begin_session(principal)
    response = see(path)
    set_session(visit.parts, response, secret, secure=visit.request.url.scheme == "https")
    return response


def set_session(parts: Parts, response: Response, secret: str, *, secure: bool) -> None:
    """No script can read the cookie, and no other site can have it sent with what changes something."""
    response.set_cookie(parts.session_cookie, secret, httponly=True, secure=secure, samesite="lax", path="/")


def inside(path: str) -> str:
    """The path, if it stays on this site; else the first page."""
    parts = urlsplit(path)
    leads_away = parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\"))
    return "/" if leads_away or not path.isprintable() else path
