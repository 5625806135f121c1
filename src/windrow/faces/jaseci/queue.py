"""The queue: what became of a task, now or as soon as it has ended."""

import json
import math
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from windrow.errors import BadInput, NotFound
from windrow.faces.jaseci.context import AdminCtx, Call, Ctx
from windrow.faces.jaseci.errors import JaseciRoute, failure, refuse_method, respond
from windrow.faces.jaseci.showing import show_queue, show_task
from windrow.faces.jaseci.words import SEQUENCE
from windrow.model.identity import is_id
from windrow.model.runs import Run

router = APIRouter(route_class=JaseciRoute, include_in_schema=False)

WAITS = 30.0
"""Seconds, unless the caller says otherwise."""

LONGEST = 3600.0
TIMED_OUT = "Internal Exception: The operation timed out."
PENDING = {"status": "PENDING", "state": "PENDING"}
OTHERS = ["POST", "PUT", "PATCH", "DELETE"]


@router.get("/js/walker_queue_check")
async def check(call: Ctx) -> Response:
    """What a task came to so far; without one, all that one's own tasks do and wait for."""
    task_id = call.parameters.get("task_id")
    if not task_id:
        return respond(await run_in_threadpool(_look, call))
    try:
        return respond(await run_in_threadpool(_show, call, str(task_id)))
    except NotFound:
        return respond(PENDING)  # as Celery does, which cannot tell the one from the other


@router.get("/js/walker_queue_wait")
async def wait(call: Ctx) -> Response:
    """What a task came to, as soon as it has ended."""
    if "task_id" not in call.parameters:
        return respond(failure("Invalid API args - task_id is required"))
    task_id = str(call.parameters["task_id"])
    if not task_id:
        return respond("Task id is required!")
    timeout = _timeout(call.parameters.get("timeout"))
    run = await run_in_threadpool(_find, call, task_id)
    if not run.state.is_terminal and not await call.parts.awaiting.ended(run.id, timeout):
        return respond({**failure(TIMED_OUT), "stack_trace": []})
    return respond(await run_in_threadpool(_show, call, task_id))


@router.get("/js_admin/walker_queue_check")
async def check_as_admin(call: AdminCtx) -> Response:
    """The same under the admins' prefix."""
    return await check(call)


@router.get("/js_admin/walker_queue_wait")
async def wait_as_admin(call: AdminCtx) -> Response:
    """The same under the admins' prefix."""
    return await wait(call)


@router.api_route("/js/walker_queue_check", methods=OTHERS)
@router.api_route("/js/walker_queue_wait", methods=OTHERS)
async def refuse(request: Request, _call: Ctx) -> Response:
    """Other methods."""
    return refuse_method(request)


@router.api_route("/js_admin/walker_queue_check", methods=OTHERS)
@router.api_route("/js_admin/walker_queue_wait", methods=OTHERS)
async def refuse_as_admin(request: Request, _call: AdminCtx) -> Response:
    """The same under the admins' prefix."""
    return refuse_method(request)


def _look(call: Call) -> dict[str, Any]:
    walkers = call.windrow.walkers
    return show_queue(walkers.inspect(call.principal), walkers.workers())


def _find(call: Call, task_id: str) -> Run:
    if not is_id(task_id):
        raise NotFound("task", task_id)
    return call.windrow.walkers.result(call.principal, task_id)


def _show(call: Call, task_id: str) -> dict[str, Any]:
    run = _find(call, task_id)
    name = run.result.get("file")
    if run.kind == SEQUENCE and name is not None:  # too large to stand in the run itself
        with call.windrow.runs.open_output(call.principal, run.id, name) as (_, file):
            run = replace(run, result={**run.result, "saved": json.load(file)})
    return show_task(run)


def _timeout(given: Any) -> float:
    if given in (None, ""):
        return WAITS
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 <= seconds <= LONGEST:
        raise BadInput.of("timeout", f"must be a number of seconds from 0 to {LONGEST:g}")
    return seconds
