"""Adding a source: paste a URL, see what answers there and what it holds, save it with its schedule and policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Response

from windrow.console.context import Context, Ctx, see
from windrow.console.drafts import SourceForm, as_typed, from_form, problems_by_field, read_credential, to_form
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.views.schedules import Told, tell_form
from windrow.core.harvesting.previewing import Preview
from windrow.core.source_drafts import SourceDraft
from windrow.errors import BadInput, Conflict, RemoteError
from windrow.model.accounts import Right
from windrow.model.schedules import Schedule
from windrow.model.triggers import Interval
from windrow.ports.source_kinds import Detection

router = APIRouter(prefix="/sources", route_class=PageRoute)

EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown beside the form: what answers at the address, its first records, what its schedule means."""

    found: Sequence[Detection] = ()
    preview: Preview | None = None
    told: Told | None = None


NOTHING = Beside()


@router.get("/new")
def new_source(ctx: Ctx, url: str = "") -> Response:
    """Where a URL is pasted."""
    ctx.principal.need(Right.WRITE)
    return _show(ctx, url=url)


@router.post("/new/detect")
def detect_source(ctx: Ctx, form: Posted) -> Response:
    """Asks the remote what it speaks, and shows the form for what was found."""
    try:
        found = ctx.windrow.sources.detect(ctx.principal, form.text("address"), read_credential(form))
    except BadInput as error:
        return _show(ctx, url=form.text("address"), problems=problems_by_field(error), status=422)
    except RemoteError as error:
        return _show(ctx, url=form.text("address"), problems={"url": str(error)}, status=422)
    return _show(ctx, url=form.text("address"), form=_suggest(ctx, found[0]), beside=Beside(found))


@router.post("/new/kind")
def choose_kind(ctx: Ctx, form: Posted) -> Response:
    """Shows the form for a kind that was chosen by hand."""
    ctx.principal.need(Right.WRITE)
    chosen = Detection(ctx.windrow.kinds.source(form.text("kind")).name, form.text("address"))
    return _show(ctx, url=form.text("address"), form=_suggest(ctx, chosen))


@router.post("/new/preview")
def preview_source(ctx: Ctx, form: Posted) -> Response:
    """The first records of a source that is not saved; writes nothing."""
    ctx.principal.need(Right.WRITE)
    kind = ctx.windrow.kinds.source(form.text("kind"))
    try:
        preview = ctx.windrow.sources.preview(ctx.principal, from_form(form, kind, now=ctx.now))
    except BadInput as error:
        return _show_typed(ctx, form, problems_by_field(error))
    except RemoteError as error:
        return _show_typed(ctx, form, {"preview": str(error)})
    return _show(ctx, url=form.text("address"), form=as_typed(form, kind, {}), beside=Beside(preview=preview))


@router.post("/new/schedule")
def explain_schedule(ctx: Ctx, form: Posted) -> Response:
    """The form with what its schedule means; for browsers without scripts."""
    ctx.principal.need(Right.WRITE)
    kind = ctx.windrow.kinds.source(form.text("kind"))
    told = tell_form(form, now=ctx.now)
    return _show(ctx, url=form.text("address"), form=as_typed(form, kind, {}), beside=Beside(told=told))


@router.post("")
def create_source(ctx: Ctx, form: Posted) -> Response:
    """Registers a source, and begins its first harvest where that was ticked."""
    ctx.principal.need(Right.WRITE)
    kind = ctx.windrow.kinds.source(form.text("kind"))
    try:
        view = ctx.windrow.sources.create(ctx.principal, from_form(form, kind, now=ctx.now))
    except BadInput as error:
        return _show_typed(ctx, form, problems_by_field(error))
    except Conflict as error:
        return _show_typed(ctx, form, {"name": str(error)})
    if not form.ticked("harvest"):
        return see(f"/sources/{view.source.id}")
    return see(f"/runs/{ctx.windrow.sources.harvest(ctx.principal, view.source.id).id}")


def _suggest(ctx: Context, found: Detection) -> SourceForm:
    """A form with what was found out, harvested once a day."""
    draft = SourceDraft(
        name=found.title.strip()[:255],
        kind=found.kind,
        url=found.url,
        settings=found.settings,
        schedule=Schedule(Interval(EVERY, ctx.now)),
    )
    return to_form(draft, ctx.windrow.kinds.source(found.kind))


def _show_typed(ctx: Context, form: Form, problems: Mapping[str, str]) -> Response:
    typed = as_typed(form, ctx.windrow.kinds.source(form.text("kind")), problems)
    return _show(ctx, url=form.text("address"), form=typed, problems=problems, status=422)


def _show(
    ctx: Context,
    *,
    url: str,
    form: SourceForm | None = None,
    beside: Beside = NOTHING,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    kinds = sorted(ctx.windrow.kinds.sources.values(), key=lambda kind: kind.title)
    return ctx.show(
        "source_new.html",
        status=status,
        url=url,
        form=form,
        found=beside.found,
        preview=beside.preview,
        told=beside.told,
        problems=problems or {},
        kinds=kinds,
        titles={kind.name: kind.title for kind in kinds},
    )
