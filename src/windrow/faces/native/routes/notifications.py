"""Notifications of a source: who is told of what becomes of it."""

from fastapi import Response

from windrow.faces.native import translate
from windrow.faces.native.context import Ctx
from windrow.faces.native.queries import Cursor, Limit, Number, make_part
from windrow.wire.notifications import MadeNotification, Notification, NotificationChange, NotificationInput
from windrow.wire.runs import Run
from windrow.wire.shapes import ListOf

router = make_part("notifications", prefix="/sources/{source_id}/notifications")


@router.get("")
def list_notifications(ctx: Ctx, source_id: Number, limit: Limit = 50, cursor: Cursor = None) -> ListOf[Notification]:
    """A source's notifications in the order they were made."""
    page = ctx.windrow.notifications.page(ctx.principal, source_id, limit=limit, cursor=cursor)
    return translate.list_of(page.map(translate.to_notification))


@router.post("", status_code=201)
def create_notification(
    ctx: Ctx, source_id: Number, notification: NotificationInput, response: Response
) -> MadeNotification:
    """Makes a notification; a webhook's signing secret is shown this once."""
    made = ctx.windrow.notifications.create(ctx.principal, source_id, translate.from_notification(notification))
    response.headers["Location"] = f"/api/v1/sources/{source_id}/notifications/{made.notification.id}"
    return translate.to_made_notification(made)


@router.get("/{notification_id}")
def read_notification(ctx: Ctx, source_id: Number, notification_id: Number) -> Notification:
    """One notification with how the last telling went."""
    return translate.to_notification(ctx.windrow.notifications.get(ctx.principal, source_id, notification_id))


@router.patch("/{notification_id}")
def change_notification(
    ctx: Ctx, source_id: Number, notification_id: Number, change: NotificationChange
) -> Notification:
    """Changes a notification."""
    notifications = ctx.windrow.notifications
    present = notifications.get(ctx.principal, source_id, notification_id)
    draft = translate.change_notification(present, change)
    changed = notifications.change(ctx.principal, source_id, notification_id, draft, seen=present.changed_at)
    return translate.to_notification(changed)


@router.delete("/{notification_id}", status_code=204)
def delete_notification(ctx: Ctx, source_id: Number, notification_id: Number) -> Response:
    """Deletes a notification; what it was still to tell is told to nobody."""
    ctx.windrow.notifications.delete(ctx.principal, source_id, notification_id)
    return Response(status_code=204)


@router.post("/{notification_id}/test", status_code=202)
def test_notification(ctx: Ctx, source_id: Number, notification_id: Number, response: Response) -> Run:
    """Starts a run that sends a test message, once."""
    run = ctx.windrow.notifications.test(ctx.principal, source_id, notification_id)
    response.headers["Location"] = f"/api/v1/runs/{run.id}"
    return translate.to_run(run, now=ctx.now)


@router.post("/{notification_id}/rotate")
def rotate_notification_secret(ctx: Ctx, source_id: Number, notification_id: Number) -> MadeNotification:
    """Gives a webhook a new signing secret, shown this once; the old one is good for nothing from now on."""
    return translate.to_made_notification(ctx.windrow.notifications.rotate(ctx.principal, source_id, notification_id))
