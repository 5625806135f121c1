"""Notifications, as shapes; and the counts that differ."""

from dataclasses import asdict
from datetime import timedelta

from windrow.core.notifications import Made, NotificationDraft
from windrow.model import notifications
from windrow.model.reconciliation import Difference
from windrow.wire import notifications as shapes
from windrow.wire import sources as source_shapes


def to_notification(notification: notifications.Notification) -> shapes.Notification:
    """Who is told."""
    return shapes.Notification(**_fields(notification))


def to_made_notification(made: Made) -> shapes.MadeNotification:
    """The same with the secret, this once."""
    return shapes.MadeNotification(**_fields(made.notification), signing_secret=made.signing_secret)


def _fields(notification: notifications.Notification) -> dict[str, object]:
    same = ("id", "source_id", "name", "digest_empty", "enabled", "owner_id", "created_at", "changed_at")
    return {
        **{name: getattr(notification, name) for name in (*same, "told_at", "problem", "problem_at")},
        "channel": notification.channel.value,
        "address": notification.shown,
        "on": sorted(each.value for each in notification.on),
        "digest_seconds": int(notification.digest_every.total_seconds()),
        "next_digest": notification.digest_due,
    }


def from_notification(notification: shapes.NotificationInput) -> NotificationDraft:
    """A notification to be made."""
    return NotificationDraft(
        name=notification.name,
        channel=notifications.Channel(notification.channel),
        address=notification.address,
        on=frozenset(map(notifications.Event, notification.on)),
        digest_every=timedelta(seconds=notification.digest_seconds),
        digest_empty=notification.digest_empty,
        enabled=notification.enabled,
    )


def change_notification(present: notifications.Notification, change: shapes.NotificationChange) -> NotificationDraft:
    """A notification as it is to be after a change: what was left out stays."""
    on = present.on if change.on is None else frozenset(map(notifications.Event, change.on))
    seconds = change.digest_seconds
    return NotificationDraft(
        name=present.name if change.name is None else change.name,
        channel=present.channel,
        address=change.address,
        on=on,
        digest_every=present.digest_every if seconds is None else timedelta(seconds=seconds),
        digest_empty=present.digest_empty if change.digest_empty is None else change.digest_empty,
        enabled=present.enabled if change.enabled is None else change.enabled,
    )


def to_difference(difference: Difference | None) -> source_shapes.Difference | None:
    """Counts that do not agree."""
    if difference is None:
        return None
    return source_shapes.Difference(**asdict(difference), told=difference.told)
