"""Running walkers: at once with their answer, or queued with the identifier to ask for."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from windrow.errors import NotAuthenticated, NotFound
from windrow.faces.jaseci.context import AdminCtx, Call, Ctx, Parts, of_secret, read_parameters
from windrow.faces.jaseci.errors import JaseciRoute, failure, refuse_method, respond
from windrow.faces.jaseci.showing import response_of
from windrow.faces.jaseci.words import WALKER_URN
from windrow.model.runs import Run
from windrow.ports.walkers import Walker

router = APIRouter(route_class=JaseciRoute, include_in_schema=False)

NOT_AUTHORIZED = "Not authorized to execute this walker"
LONGEST = 3600.0
"""Seconds that a caller who did not ask for a queued run is kept waiting."""

LOOK_AGAIN = 10.0
"""Seconds after which it is looked whether there still is a worker that the caller could wait for."""

NOT_POST = ["GET", "PUT", "PATCH", "DELETE"]

INLINE = 4
"""Walkers that the API process itself carries out at once, while no worker lives."""

OURS = frozenset({"name", "wlk", "nd", "snt", "ctx", "key", "prime", "is_async", "profiling", "detailed"})
"""Parameters that are not a walker's own."""

_inline: list[CapacityLimiter] = []


@router.post("/js/walker_run")
async def run_walker(call: Ctx) -> Response:
    """Runs a walker by its name."""
    return await _run(call, call.text("name", "wlk") or "init", call.object("ctx"), _wish(call.parameters))


@router.post("/js_admin/walker_run")
async def run_walker_as_admin(call: AdminCtx) -> Response:
    """The same under the admins' prefix."""
    return await run_walker(call)


@router.post("/js/walker_execute")
async def execute_walker(call: Ctx) -> Response:
    """Runs a walker that is named as a walker."""
    return await _run(call, call.text("wlk", "name") or "init", call.object("ctx"), _wish(call.parameters))


@router.post("/js/wapi/{name}")
async def run_by_path(call: Ctx) -> Response:
    """Runs a walker by its path. Whether it is queued is its own decision here."""
    given = {key: value for key, value in call.parameters.items() if key not in OURS}
    context = call.object("ctx") or given
    return await _run(call, str(call.parameters["name"]), context, None)


@router.get("/js_public/walker_callback/{nd}/{wlk}")
@router.post("/js_public/walker_callback/{nd}/{wlk}")
async def call_back(request: Request) -> Response:
    """Runs a walker for whoever has a key: an API token of the user whom it runs as."""
    return await _with_key(request)


@router.post("/js_public/walker_summon")
async def summon(request: Request) -> Response:
    """The same, with everything in the body."""
    return await _with_key(request)


@router.post("/js/walker_list")
async def list_walkers(call: Ctx) -> Response:
    """The walkers that there are."""
    return respond([show_walker(each) for each in call.windrow.walkers.all(call.principal)])


@router.api_route("/js/walker_run", methods=NOT_POST)
@router.api_route("/js/walker_execute", methods=NOT_POST)
@router.api_route("/js/wapi/{name}", methods=NOT_POST)
@router.api_route("/js/walker_list", methods=NOT_POST)
async def refuse(request: Request, _call: Ctx) -> Response:
    """Other methods."""
    return refuse_method(request)


@router.api_route("/js_admin/walker_run", methods=NOT_POST)
async def refuse_as_admin(request: Request, _call: AdminCtx) -> Response:
    """The same under the admins' prefix."""
    return refuse_method(request)


@router.api_route("/js_public/walker_summon", methods=NOT_POST)
@router.api_route("/js_public/walker_callback/{nd}/{wlk}", methods=NOT_POST[1:])
async def refuse_anybody(request: Request) -> Response:
    """The same where nobody signs in."""
    return refuse_method(request)


def show_walker(walker: Walker) -> dict[str, Any]:
    """A walker as lists show it."""
    return {
        "name": walker.name,
        "kind": "walker",
        "jid": f"{WALKER_URN}{walker.name}",
        "version": walker.version,
        "is_async": walker.queued,
        "description": walker.description,
        "schema": walker.schema,
    }


async def _keyed(request: Request) -> Call | None:
    parts: Parts = request.app.state.jaseci
    parameters = await read_parameters(request)
    key = parameters.get("key")
    try:
        principal = await run_in_threadpool(of_secret, parts, str(key or ""))
    except NotAuthenticated:
        return None
    return Call(parts, principal, parameters)


async def _with_key(request: Request) -> Response:
    call = await _keyed(request)
    if call is None:
        return respond({"report": [], "success": False, "errors": [NOT_AUTHORIZED]})
    given = {key: value for key, value in call.parameters.items() if key not in OURS}
    context = call.object("ctx") or given
    return await _run(call, call.text("wlk", "name") or "init", context, _wish(call.parameters))


def _wish(parameters: Mapping[str, Any]) -> bool | None:
    """Whether the caller wants it queued; None leaves it to the walker. Only true and the text "true" mean yes."""
    value = parameters.get("is_async")
    if value is None:
        return None
    return value is True or (isinstance(value, str) and value.lower() == "true")


async def _run(call: Call, name: str, context: Mapping[str, Any], wish: bool | None) -> Response:
    walkers = call.windrow.walkers
    try:
        walker = walkers.get(call.principal, name)
    except NotFound:
        return respond({"report": [], "success": False, "errors": [f"Walker {name} not found!"]})
    queued = walker.queued if wish is None else wish
    run = await run_in_threadpool(walkers.start, call.principal, name, context)
    if await run_in_threadpool(walkers.is_anybody_there):
        if queued:
            return respond({"is_queued": True, "result": run.id})
        if not await _until_ended(call, run.id):
            return respond(failure("The operation timed out.", f"It goes on as task {run.id}."))
    else:
        await _carry_out(call, run.id)
    ended = await run_in_threadpool(walkers.result, call.principal, run.id)
    return _answer(ended, queued=queued)


async def _until_ended(call: Call, run_id: str) -> bool:
    """Waits for it. Where the last worker goes meanwhile it is carried out here; False when it takes too long."""
    end = monotonic() + LONGEST
    while monotonic() < end:
        if await call.parts.awaiting.ended(run_id, LOOK_AGAIN):
            return True
        if not await run_in_threadpool(call.windrow.walkers.is_anybody_there):
            await _carry_out(call, run_id)
    return False


async def _carry_out(call: Call, run_id: str) -> None:
    await to_thread.run_sync(call.windrow.walkers.inline, run_id, limiter=_limiter())


def _answer(run: Run, *, queued: bool) -> Response:
    response = response_of(run)
    if queued:
        return respond({"is_queued": False, "result": response})
    if "report_custom" in response:
        return respond(response["report_custom"], response.get("status_code", 200))
    return respond(response, response.get("status_code", 200))


def _limiter() -> CapacityLimiter:
    if not _inline:
        _inline.append(CapacityLimiter(INLINE))
    return _inline[0]
