"""The paths of GeoNode's API for harvesting. With and without the slash at their end, as clients spell them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.routing import APIRoute

from windrow.core.source_drafts import SourceView
from windrow.errors import BadInput, NameTaken, NotFound
from windrow.faces.geonode import translate, words
from windrow.faces.geonode.context import PREFIX, Context, Ctx, Worker
from windrow.faces.geonode.doing import do
from windrow.faces.geonode.drafting import Checks, Wish, read_change, read_new
from windrow.faces.geonode.errors import GeoNodeRoute, refuse_method, respond
from windrow.faces.geonode.queries import (
    Field,
    as_moment,
    as_number,
    as_yes_or_no,
    choose_fields,
    read_listing,
    read_page,
)
from windrow.faces.geonode.reading import as_object, read_body
from windrow.faces.geonode.selecting import find_all, read_selection
from windrow.faces.geonode.showing import envelope, show_harvester, show_harvesters, show_session, show_sessions
from windrow.model.listings import Condition, Listing, Operator, Order

Body = Annotated[Any, Depends(read_body)]

router = APIRouter(prefix=PREFIX, tags=["GeoNode"], route_class=GeoNodeRoute, include_in_schema=False)

HARVESTER_FIELDS = {
    "id": Field("id", as_number),
    "name": Field("name"),
    "status": Field("activity", words={status: activity for activity, status in words.ACTIVITIES.items()}),
    "remote_url": Field("url"),
    "remote_available": Field("available", as_yes_or_no),
    "harvester_type": Field("kind", words=words.CLASS_PATHS),
    "scheduling_enabled": Field("scheduled", as_yes_or_no),
    "default_owner": Field("owner", as_number),
    "last_checked_availability": Field("checked_at", as_moment),
    "last_updated": Field("changed_at", as_moment),
}
RESOURCE_FIELDS = {
    "id": Field("id", as_number),
    "unique_identifier": Field("identifier"),
    "title": Field("title"),
    "should_be_harvested": Field("wanted", as_yes_or_no),
    "last_updated": Field("last_changed", as_moment),
    "remote_resource_type": Field("type"),
}
SESSION_FIELDS = {
    "id": Field("number", as_number),
    "harvester": Field("source_id", as_number),
    "session_type": Field("kind", words={theirs: ours for ours, theirs in words.SESSION_TYPES.items()}),
    "status": Field("state", words={theirs: state.value for state, theirs in words.SESSION_STATUSES.items()}),
    "started": Field("created_at", as_moment),
    "ended": Field("ended_at", as_moment),
    "records_done": Field("progress_done", as_number),
    "total_records_to_process": Field("progress_total", as_number),
}


@router.get("/")
@router.get("")
def read_root(ctx: Ctx) -> Response:
    """What there is."""
    return respond({name: f"{ctx.root}/{name}/" for name in ("harvesters", "harvesting-sessions")})


@router.get("/harvesters/")
@router.get("/harvesters")
def list_harvesters(ctx: Worker) -> Response:
    """A page of harvesters, in brief."""
    query = ctx.request.query_params
    fields = choose_fields(query, translate.BRIEF, translate.FULL)
    page = read_page(query)
    found = ctx.windrow.sources.list_by(ctx.principal, read_listing(query, HARVESTER_FIELDS, page))
    return respond(envelope(ctx, page, found.total, "harvesters", show_harvesters(ctx, found.items, fields)))


@router.post("/harvesters/")
@router.post("/harvesters")
def create_harvester(ctx: Worker, body: Body) -> Response:
    """Makes a harvester."""
    wish = read_new(as_object(body), now=ctx.now, checks=_checks(ctx))
    view = _save(ctx, None, wish)
    return respond({"harvester": show_harvester(ctx, view)}, 201)


@router.get("/harvesters/{harvester_id}/")
@router.get("/harvesters/{harvester_id}")
def read_harvester(ctx: Worker, harvester_id: str) -> Response:
    """One harvester."""
    fields = choose_fields(ctx.request.query_params, translate.FULL, translate.FULL)
    view = _find(ctx, harvester_id)
    return respond({"harvester": translate.picked(show_harvester(ctx, view), fields)})


@router.put("/harvesters/{harvester_id}/")
@router.put("/harvesters/{harvester_id}")
@router.patch("/harvesters/{harvester_id}/")
@router.patch("/harvesters/{harvester_id}")
def change_harvester(ctx: Worker, harvester_id: str, body: Body) -> Response:
    """Changes a harvester, and begins or aborts what its status asks for."""
    view = _find(ctx, harvester_id)
    given, whole = as_object(body), ctx.request.method == "PUT"
    if whole:
        given = {"default_owner": ctx.windrow.accounts.number_of(ctx.principal.user_id), **given}
    wish = read_change(given, view, whole=whole, now=ctx.now, checks=_checks(ctx))
    if wish.changes:
        _save(ctx, view, wish)
    if wish.status is not None:
        do(ctx, view.source, wish.status)
    elif wish.relists and not view.source.activity:
        do(ctx, view.source, words.UPDATING)
    return respond({"harvester": show_harvester(ctx, ctx.windrow.sources.view(ctx.principal, view.source.id))})


@router.delete("/harvesters/{harvester_id}/")
@router.delete("/harvesters/{harvester_id}")
def delete_harvester(ctx: Worker, harvester_id: str) -> Response:
    """Deletes a harvester that nothing is at work on; what it brought stays, unless orphans are to be deleted."""
    view = _find(ctx, harvester_id)
    end = ctx.windrow.sources.retire if view.source.policies.keep_gone else ctx.windrow.sources.delete
    end(ctx.principal, view.source.id)
    return Response(status_code=204)


@router.get("/harvesters/{harvester_id}/harvestable-resources/")
@router.get("/harvesters/{harvester_id}/harvestable-resources")
def list_resources(ctx: Worker, harvester_id: str) -> Response:
    """A page of what the remote has."""
    query = ctx.request.query_params
    fields = choose_fields(query, translate.RESOURCE, translate.RESOURCE)
    page = read_page(query)
    listing = read_listing(query, RESOURCE_FIELDS, page)
    found = ctx.windrow.sources.list_resources_by(ctx.principal, _find(ctx, harvester_id).source.id, listing)
    items = [translate.picked(translate.to_resource(each), fields) for each in found.items]
    return respond(envelope(ctx, page, found.total, "harvestable_resources", items))


@router.patch("/harvesters/{harvester_id}/harvestable-resources/")
@router.patch("/harvesters/{harvester_id}/harvestable-resources")
def select_resources(ctx: Worker, harvester_id: str, body: Body) -> Response:
    """Says which of them are wanted: all that are named, or none."""
    source = _find(ctx, harvester_id).source
    selection = read_selection(body)
    sources, who = ctx.windrow.sources, ctx.principal
    numbers = find_all(selection, lambda names: sources.find_resources(who, source.id, names))
    for wanted in (True, False):
        chosen = [numbers[name] for name in selection.named(wanted=wanted)]
        if chosen:
            sources.want(who, source.id, chosen, wanted=wanted)
    named = Condition("id", Operator.ANY_OF, list(numbers.values()))
    found = sources.list_resources_by(who, source.id, Listing([named], limit=len(numbers)))
    by_name = {each.identifier: translate.to_resource(each) for each in found.items}
    return respond({"harvestable_resources": [by_name[name] for name in selection.wanted if name in by_name]})


@router.get("/harvesting-sessions/")
@router.get("/harvesting-sessions")
def list_sessions(ctx: Ctx) -> Response:
    """A page of sessions, the newest first."""
    query = ctx.request.query_params
    fields = choose_fields(query, translate.SESSION, translate.SESSION)
    page = read_page(query)
    listing = read_listing(query, SESSION_FIELDS, page, order=[Order("number", descending=True)])
    found = ctx.windrow.sources.list_passes(ctx.principal, listing)
    items = show_sessions(found.items, fields)
    return respond(envelope(ctx, page, found.total, "asynchronous_harvesting_sessions", items))


@router.get("/harvesting-sessions/{session_id}/")
@router.get("/harvesting-sessions/{session_id}")
def read_session(ctx: Ctx, session_id: str) -> Response:
    """One session with its log."""
    fields = choose_fields(ctx.request.query_params, translate.SESSION, translate.SESSION)
    number = Condition("number", Operator.EQUALS, [_number(session_id)])
    found = ctx.windrow.sources.list_passes(ctx.principal, Listing([number], limit=1))
    if not found.items:
        raise NotFound("session", session_id)
    return respond({"asynchronous_harvesting_session": show_session(ctx, found.items[0], fields)})


def _find(ctx: Context, harvester_id: str) -> SourceView:
    """A harvester. One that was deleted here and left its records is gone. Raises `NotFound`."""
    view = ctx.windrow.sources.view(ctx.principal, _number(harvester_id))
    if view.source.retired_at is not None:
        raise NotFound("harvester", harvester_id)
    return view


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise NotFound("object", text[:100])
    return int(text)


def refuse(ctx: Ctx) -> Response:
    """Told to whoever uses a method that a path does not have."""
    return refuse_method(ctx.request)


def _refuse_others() -> None:
    methods: dict[str, set[str]] = {}
    for route in router.routes:
        if isinstance(route, APIRoute):
            methods.setdefault(route.path, set()).update(route.methods or ())
    for path, known in methods.items():
        others = sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - known)
        router.add_api_route(path.removeprefix(PREFIX), refuse, methods=others)


_refuse_others()


def _checks(ctx: Context) -> Checks:
    def owner(number: int) -> str | None:
        user = ctx.windrow.accounts.numbered(ctx.principal, number)
        return None if user is None else user.id

    return Checks(is_kind=ctx.windrow.kinds.sources.__contains__, fill=ctx.windrow.sources.fill_settings, owner=owner)


def _save(ctx: Context, view: SourceView | None, wish: Wish) -> SourceView:
    try:
        if view is None:
            return ctx.windrow.sources.create(ctx.principal, wish.draft)
        return ctx.windrow.sources.change(ctx.principal, view.source.id, wish.draft, seen=view.source.changed_at)
    except NameTaken as error:
        raise BadInput.of("name", "harvester with this name already exists.") from error
