"""Walkers: which there are, and each with a form made from its schema, to be run now or in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from windrow.console.context import Context, Ctx, Cursor, see
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.routes.tasks import show_form
from windrow.console.schema_forms import Field, fields_of, read_settings, rules_of, typed_fields
from windrow.console.task_drafts import to_form
from windrow.console.views.runs import came_to, pace_of
from windrow.console.views.walkers import Answered, answered, takes_more
from windrow.core.runs import TaskDraft
from windrow.core.walking.kind import WALKER
from windrow.errors import BadInput
from windrow.model.accounts import Right
from windrow.model.runs import Run
from windrow.ports.walkers import Walker

router = APIRouter(prefix="/walkers", route_class=PageRoute)

WAITS = 30.0
"""Seconds that a browser is kept waiting for the end of a run; then the page that shows it goes on looking."""

RUNS = 10
INLINE = 2
"""Walkers that the API process carries out at once for the console, while no worker lives."""

MORE = "more"
_inline: list[CapacityLimiter] = []


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a walker: the fields of its schema, and a JSON object of other values."""

    settings: Sequence[Field]
    more: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)


@router.get("")
def list_walkers(ctx: Ctx) -> Response:
    """Every registered walker."""
    walkers = [(each, len(each.schema.get("properties", {}))) for each in ctx.windrow.walkers.all(ctx.principal)]
    return ctx.show("walkers.html", walkers=walkers)


@router.get("/{name:path}")
def show_walker(ctx: Ctx, name: str, run: str = "", cursor: Cursor = None) -> Response:
    """One walker with its form, one's own last runs of it, and with `run` what that came to."""
    walker = ctx.windrow.walkers.get(ctx.principal, name)
    found = ctx.windrow.walkers.result(ctx.principal, run) if run else None
    return _show(ctx, walker, _filled(walker, found), shown=found, cursor=cursor)


@router.post("/{name:path}")
async def run_walker(ctx: Ctx, name: str, form: Posted) -> Response:
    """Runs a walker: waits for its end, or leads to its run; or begins a task of it, with what was typed."""
    ctx.principal.need(Right.WRITE)
    walker = ctx.windrow.walkers.get(ctx.principal, name)
    try:
        if form.text("how") == "task":
            return await run_in_threadpool(_begin_task, ctx, walker, form)
        run = await run_in_threadpool(_start, ctx, walker, form)
    except BadInput as error:
        return await run_in_threadpool(_refuse, ctx, walker, form, error)
    if form.text("how") == "background":
        return see(f"/runs/{run.id}")
    await _wait(ctx, run)
    return see(f"/walkers/{quote(name, safe='')}?run={run.id}#result")


def _begin_task(ctx: Context, walker: Walker, form: Form) -> Response:
    kind = ctx.windrow.kinds.work_kind(WALKER)
    context = {**_more(form), **read_settings(walker.schema, form)}
    draft = TaskDraft(walker.name, kind.name, {"walker": walker.name, "context": context})
    return show_form(ctx, kind, to_form(draft, kind))


async def _wait(ctx: Context, run: Run) -> None:
    """Returns when the run has ended, or when that takes too long."""
    if await run_in_threadpool(ctx.windrow.walkers.is_anybody_there):
        await ctx.parts.awaiting.ended(run.id, WAITS)
    else:
        await to_thread.run_sync(ctx.windrow.walkers.inline, run.id, limiter=_limiter())


def _limiter() -> CapacityLimiter:
    if not _inline:
        _inline.append(CapacityLimiter(INLINE))
    return _inline[0]


def _start(ctx: Context, walker: Walker, form: Form) -> Run:
    given = read_settings(walker.schema, form)
    return ctx.windrow.walkers.start(ctx.principal, walker.name, {**_more(form), **given})


def _more(form: Form) -> Mapping[str, Any]:
    """What was typed beside the fields of the schema. Raises `BadInput`."""
    if not form.text(MORE):
        return {}
    try:
        read = orjson.loads(form.text(MORE))
    except ValueError as error:
        raise BadInput.of(MORE, f"must be JSON: {error}") from error
    if not isinstance(read, dict):
        raise BadInput.of(MORE, "must be an object: {...}")
    return read


def _filled(walker: Walker, run: Run | None) -> Typed:
    """The form with the defaults, or with what a run was called with; never with what nobody is to read."""
    context = {} if run is None else dict(run.parameters.get("context") or {})
    rules = rules_of(walker.schema)
    known = {name: value for name, value in context.items() if name in rules and not rules[name].get("writeOnly")}
    others = {name: value for name, value in context.items() if name not in rules}
    more = orjson.dumps(others, option=orjson.OPT_INDENT_2).decode() if others else ""
    return Typed(fields_of(walker.schema, known), more)


def _refuse(ctx: Context, walker: Walker, form: Form, error: BadInput) -> Response:
    known = walker.schema.get("properties", {})
    problems: dict[str, str] = {}
    for each in error.problems:
        first, _, rest = each.field.partition(".")
        name = rest.partition(".")[0] if first == "context" else ""
        place = f"settings.{name}" if name in known else MORE if first == "context" else each.field
        problems.setdefault(place, each.problem if name in known or not rest else f"{rest} {each.problem}")
    return _show(ctx, walker, Typed(typed_fields(walker.schema, form), form.raw(MORE), problems), status=422)


def _show(
    ctx: Context,
    walker: Walker,
    typed: Typed,
    *,
    shown: Run | None = None,
    cursor: str | None = None,
    status: int = 200,
) -> Response:
    told: Answered | None = None if shown is None else answered(shown)
    task_id = ctx.windrow.walkers.task_id(ctx.principal, walker.name)
    page = ctx.windrow.runs.page(ctx.principal, task_id=task_id, limit=RUNS, cursor=cursor)
    values = {
        "walker": walker,
        "address": f"/walkers/{quote(walker.name, safe='')}",
        "form": typed,
        "takes_more": takes_more(walker.schema),
        "run": shown,
        "told": told,
        "came_to": None if shown is None else came_to(shown),
        "page": page,
        "rows": [(each, pace_of(each, ctx.now)) for each in page.items],
        "first": cursor is None,
    }
    return ctx.show("walker.html", values, status=status)
