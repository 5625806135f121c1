"""Notifications of a source: who is told, of what, and how the last telling went."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from windrow.console.context import Context, Ctx, Number, see
from windrow.console.drafts import problems_by_field
from windrow.console.forms import Form, Posted
from windrow.console.pages import PageRoute
from windrow.console.views.sources import glance_at
from windrow.core.notifications import Made, NotificationDraft
from windrow.errors import BadInput, Conflict
from windrow.model.notifications import Event, Notification, channel_of
from windrow.model.paging import LARGEST_PAGE

router = APIRouter(prefix="/sources/{source_id}/notifications", route_class=PageRoute)

EVENTS: Mapping[str, str] = {
    Event.ERROR: "when something failed, when a deletion waits, and when all is well again",
    Event.CHANGE: "when records were added, changed or deleted",
    Event.RECONCILIATION: "when remote, run and catalogue differ in how many records there are",
    Event.DIGEST: "once in a while, everything together",
    Event.ALWAYS: "at the end of every run",
}
INTERVALS: Mapping[int, str] = {3_600: "hour", 86_400: "day", 604_800: "week"}

Changed = Annotated[int | None, Query(ge=1, le=2**53 - 1)]


@router.get("")
def show_notifications(ctx: Ctx, source_id: Number, change: Changed = None) -> Response:
    """Who is told of the source, and a form for one more, or to change one."""
    present = None if change is None else ctx.windrow.notifications.get(ctx.principal, source_id, change)
    return _show(ctx, source_id, present=present)


@router.post("")
def create_notification(ctx: Ctx, source_id: Number, form: Posted) -> Response:
    """Makes one, and shows a webhook's secret, this once."""
    ctx.own_source(source_id)
    try:
        made = ctx.windrow.notifications.create(ctx.principal, source_id, _drafted(form))
    except BadInput as error:
        return _show(ctx, source_id, problems=problems_by_field(error), form=form, status=422)
    except Conflict as error:
        return _show(ctx, source_id, problems={"name": str(error)}, form=form, status=409)
    return _show(ctx, source_id, made=made)


@router.post("/{notification_id}")
def change_notification(ctx: Ctx, source_id: Number, notification_id: Number, form: Posted) -> Response:
    """Changes one."""
    ctx.own_source(source_id)
    notifications = ctx.windrow.notifications
    present = notifications.get(ctx.principal, source_id, notification_id)
    try:
        draft = _drafted(form, present)
        notifications.change(ctx.principal, source_id, notification_id, draft, seen=present.changed_at)
    except BadInput as error:
        return _show(ctx, source_id, present=present, problems=problems_by_field(error), form=form, status=422)
    except Conflict as error:
        return _show(ctx, source_id, present=present, problems={"name": str(error)}, form=form, status=409)
    return see(f"/sources/{source_id}/notifications")


@router.post("/{notification_id}/test")
def test_notification(ctx: Ctx, source_id: Number, notification_id: Number) -> Response:
    """Starts a run that sends a test message, and shows it."""
    return see(f"/runs/{ctx.windrow.notifications.test(ctx.principal, source_id, notification_id).id}")


@router.post("/{notification_id}/rotate")
def rotate_secret(ctx: Ctx, source_id: Number, notification_id: Number) -> Response:
    """Gives a webhook a new secret, shown this once."""
    return _show(ctx, source_id, made=ctx.windrow.notifications.rotate(ctx.principal, source_id, notification_id))


@router.post("/{notification_id}/delete")
def delete_notification(ctx: Ctx, source_id: Number, notification_id: Number) -> Response:
    """Deletes one."""
    ctx.windrow.notifications.delete(ctx.principal, source_id, notification_id)
    return see(f"/sources/{source_id}/notifications")


def _drafted(form: Form, present: Notification | None = None) -> NotificationDraft:
    address = form.text("address") or None
    channel = channel_of(address or "") if present is None else present.channel
    chosen = [Event(each) for each in form.all("on") if each in EVENTS]
    return NotificationDraft(
        name=form.text("name"),
        channel=channel,
        address=address,
        on=frozenset(chosen),
        digest_every=timedelta(seconds=form.integer("digest_seconds", 86_400)),
        digest_empty=form.ticked("digest_empty"),
        enabled=present is None or form.ticked("enabled"),
    )


def _show(
    ctx: Context,
    source_id: int,
    *,
    present: Notification | None = None,
    problems: Mapping[str, str] | None = None,
    made: Made | None = None,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    every = 86_400 if present is None else int(present.digest_every.total_seconds())
    typed = {
        "name": form.text("name") if form is not None else present.name if present is not None else "",
        "on": form.all("on") if form is not None else sorted(present.on) if present is not None else [Event.ERROR],
        "every": form.integer("digest_seconds", every) if form is not None and not problems else every,
    }
    return ctx.show(
        "source_notifications.html",
        status=status,
        glance=glance_at(ctx.windrow, ctx.principal, source_id),
        told=ctx.windrow.notifications.page(ctx.principal, source_id, limit=LARGEST_PAGE).items,
        present=present,
        problems=problems or {},
        made=made,
        typed=typed,
        events=EVENTS,
        intervals={**INTERVALS, **({every: f"{every} seconds"} if every not in INTERVALS else {})},
    )
