"""Signing in: a token for a name and a password, by a form or by the sign-in page that OAuth clients read."""

import base64
import binascii
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlencode, urlsplit

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from windrow.errors import BadInput, NotAuthenticated, TooManyAttempts
from windrow.faces.arcgis.context import PORTAL, REST, Anybody, Asked
from windrow.faces.arcgis.errors import SharingRoute, respond
from windrow.faces.arcgis.spelling import disarmed, to_milliseconds

HOUR = 60
DAY = 24 * HOUR
LONGEST = 14 * DAY
"""Minutes that a token of `generateToken` may last; those of OAuth last two hours at most."""

LONGEST_OAUTH = 2 * HOUR

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

WRONG = "Invalid username or password."

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
<script>var oAuthInfo = %s;</script></head><body><main><h1>Sign in</h1><p>%s</p>
<form method="post" action="%s"><input type="hidden" name="oauth_state" value="%s">
<label>Name <input name="username" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form></main></body></html>"""

router = APIRouter(tags=["ArcGIS"], route_class=SharingRoute, include_in_schema=False)


@router.post(f"{REST}/generateToken")
@router.get(f"{REST}/generateToken")
def generate_token(asked: Anybody) -> Response:
    """A token for a name and a password, which are only taken from the body."""
    if asked.request.method != "POST":
        return _no_token("Send the name and the password by POST.")
    minutes = asked.form.number("expiration") or HOUR
    try:
        secret, end = _sign_in(asked, timedelta(minutes=min(max(1, minutes), LONGEST)))
    except (NotAuthenticated, TooManyAttempts) as error:
        return _no_token(_told(error))
    return respond({"token": secret, "expires": to_milliseconds(end), "ssl": True})


@router.get(f"{REST}/oauth2/authorize")
def authorize(asked: Anybody) -> Response:
    """The sign-in page; clients read the state from its first line that has braces."""
    form = asked.form
    if form.text("response_type") not in (None, "token"):
        raise BadInput.of("response_type", "must be token")
    redirect = _check_redirect(asked, form.text("redirect_uri") or OUT_OF_BAND)
    state = _pack(redirect, form.text("state") or "", form.number("expiration") or LONGEST_OAUTH)
    return _page(asked, state, [])


@router.post(f"{PORTAL}/sharing/oauth2/signin")
@router.post(f"{REST}/oauth2/signin")
def sign_in(asked: Anybody) -> Response:
    """Sends back to where the client came from, with a token."""
    packed = asked.form.text("oauth_state") or ""
    redirect, state, minutes = _unpack(packed)
    _check_redirect(asked, redirect)
    lasting = timedelta(minutes=min(max(1, minutes), LONGEST_OAUTH))
    try:
        secret, _ = _sign_in(asked, lasting)
    except (NotAuthenticated, TooManyAttempts) as error:
        return _page(asked, packed, [_told(error)])
    told = {
        "access_token": secret,
        "expires_in": int(lasting.total_seconds()),
        "username": asked.form.text("username"),
        "ssl": "true",
        "state": state,
    }
    return Response(status_code=302, headers={"Location": f"{redirect}#{urlencode(told)}", "Cache-Control": "no-store"})


def _sign_in(asked: Asked, lasting: timedelta) -> tuple[str, datetime]:
    name, password = (asked.form.values.get(field, "") for field in ("username", "password"))
    authentication = asked.parts.windrow.authentication
    principal = authentication.sign_in(name, password, address=asked.parts.address_of(asked.request))
    return authentication.give_pass(principal, lasting)


def _told(error: Exception) -> str:
    """ArcGIS's own words for a wrong name or password; ours for why else it is refused."""
    return WRONG if str(error).startswith("The name or the password") else str(error)


def _no_token(told: str) -> Response:
    return respond({"error": {"code": 400, "message": "Unable to generate token.", "details": [told]}})


def _page(asked: Asked, state: str, messages: list[str]) -> Response:
    info = disarmed(orjson.dumps({"oauth_state": state, **({"messages": messages} if messages else {})})).decode()
    # In a script nothing ends but by this.
    info = info.replace("<", "\\u003c")
    action = f"{asked.host}{PORTAL}/sharing/oauth2/signin"
    page = PAGE % (info, escape(" ".join(messages)), escape(action), escape(state))
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def _check_redirect(asked: Asked, redirect: str) -> str:
    """Raises `BadInput` for an address of anybody else: with it goes the token."""
    own = {urlsplit(each).netloc for each in (asked.host, str(asked.request.base_url))}
    parts = urlsplit(redirect)
    if redirect != OUT_OF_BAND and (parts.netloc not in own or parts.scheme not in ("http", "https")):
        raise BadInput.of("redirect_uri", "must be an address of this portal")
    return redirect


def _pack(redirect: str, state: str, minutes: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([redirect, state, minutes])).decode().rstrip("=")


def _unpack(packed: str) -> tuple[str, str, int]:
    """Raises `BadInput`."""
    try:
        redirect, state, minutes = orjson.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        return str(redirect), str(state), int(minutes)
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadInput.of("oauth_state", "is not one that the sign-in page gave") from error
