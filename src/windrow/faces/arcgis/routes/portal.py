"""The portal itself: what it is, who asks, its users, its limits, and what clients look for and must not find."""

from typing import Any

import orjson
from fastapi import APIRouter, Response

from windrow.errors import BadInput, NotAllowed, NotFound
from windrow.faces.arcgis import limits as known_limits
from windrow.faces.arcgis.context import PORTAL, REST, Anybody, Context, Ctx
from windrow.faces.arcgis.errors import MEDIA_TYPE, SharingRoute
from windrow.faces.arcgis.routes.tasks import limits_of
from windrow.faces.arcgis.spelling import to_hex
from windrow.faces.arcgis.translate import to_user
from windrow.faces.arcgis.words import FACE

VERSION = {"currentVersion": "2024.2", "enterpriseVersion": "11.4.0"}
"""Of the ArcGIS Enterprise whose API this is like: clients leave out what an older one does not have."""

LIMITS = f"{PORTAL}/portaladmin/system/limits"
CATEGORY = "ScheduleTask"

router = APIRouter(tags=["ArcGIS"], route_class=SharingRoute, include_in_schema=False)


@router.get(REST)
@router.post(REST)
def read_version(asked: Anybody) -> Response:
    """Which version this is."""
    return asked.answer(VERSION)


@router.get(f"{REST}/info")
@router.post(f"{REST}/info")
def read_info(asked: Anybody) -> Response:
    """Where tokens are to be had."""
    signing = {"tokenServicesUrl": f"{asked.rest}/generateToken", "isTokenBasedSecurity": True}
    return asked.answer({"owningSystemUrl": asked.host + PORTAL, "authInfo": signing})


@router.get(f"{REST}/portals/self")
@router.post(f"{REST}/portals/self")
def read_portal(ctx: Ctx) -> Response:
    """The portal, as whoever asks sees it."""
    org = to_hex(ctx.principal.tenant_id)
    portal = {
        "id": org,
        "name": ctx.parts.title,
        "portalName": ctx.parts.title,
        "portalMode": "singletenant",
        "isPortal": True,
        "allSSL": True,
        "currentVersion": VERSION["currentVersion"],
        "user": _user(ctx, ctx.principal.name),
        "helperServices": {},
    }
    return ctx.answer(portal)


@router.get(f"{REST}/community/self")
@router.post(f"{REST}/community/self")
def read_self(ctx: Ctx) -> Response:
    """Who asks."""
    return ctx.answer(_user(ctx, ctx.principal.name))


@router.get(f"{REST}/community/users/{{username}}")
@router.post(f"{REST}/community/users/{{username}}")
def read_user(ctx: Ctx, username: str) -> Response:
    """A user."""
    return ctx.answer(_user(ctx, username))


@router.get(LIMITS)
@router.post(LIMITS)
def read_limits(ctx: Ctx) -> Response:
    """The limits of scheduled tasks, for administrators; a POST with `properties` sets some."""
    _need_admin(ctx)
    if ctx.request.method == "POST" and "properties" in ctx.form.values:
        return update_limits(ctx)
    limits = limits_of(ctx)
    listed = [{"limitName": name, "numLimit": most, "category": CATEGORY} for name, most in limits.items()]
    return ctx.answer({**limits, "limits": listed})


@router.post(f"{LIMITS}/update")
def update_limits(ctx: Ctx) -> Response:
    """Sets limits; those that are not sent stay."""
    _need_admin(ctx)
    if ctx.form.text("category") not in (None, CATEGORY):
        raise BadInput.of("category", f"must be {CATEGORY}")
    ctx.windrow.noted_tasks.set_limits(ctx.principal, FACE, _read_limits(ctx.form.text("properties")))
    return ctx.answer({"status": "success"})


def refuse_path(asked: Anybody) -> Response:
    """For paths that are not served: an error like any other."""
    raise NotFound("path", asked.request.url.path[:200])


def refuse_probe() -> Response:
    """For what clients look for ahead of signing in: not there, and without any word on how to sign in."""
    body = {"error": {"code": 404, "message": "Not found.", "details": []}}
    return Response(orjson.dumps(body), 404, media_type=MEDIA_TYPE)


def add_refusals(to: APIRouter) -> None:
    """Adds the paths that are not served; after all others, which count first."""
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    for base in (f"{PORTAL}/sharing", f"{PORTAL}/portaladmin"):
        to.add_api_route(base + "/{rest:path}", refuse_path, methods=methods, route_class_override=SharingRoute)
    to.add_api_route(PORTAL + "/{rest:path}", refuse_probe, methods=methods, route_class_override=SharingRoute)


def _user(ctx: Context, name: str) -> dict[str, Any]:
    user = ctx.user(name)
    return to_user(user, to_hex(user.tenant_id))


def _need_admin(ctx: Context) -> None:
    if not ctx.is_admin:
        raise NotAllowed("The limits are for administrators.")


def _read_limits(text: str | None) -> dict[str, int]:
    """Raises `BadInput`."""
    try:
        found = orjson.loads(text or "")
    except orjson.JSONDecodeError as error:
        raise BadInput.of("properties", 'must be JSON, such as [{"limitName": "…", "numLimit": 20}]') from error
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadInput.of("properties", "must be a list of limitName and numLimit")
    return dict(known_limits.check(each.get("limitName"), each.get("numLimit")) for each in found)
