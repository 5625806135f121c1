"""Notifications of a source, by the client."""

from collections.abc import Iterator
from typing import Unpack

from windrow.client import fields
from windrow.client.word import Word
from windrow.wire import notifications, runs


class Notifications(Word):
    """Who is told of what becomes of a source."""

    def list(self, source_id: int) -> Iterator[notifications.Notification]:
        """A source's notifications."""
        return self._connection.walk(notifications.Notification, _path(source_id))

    def create(self, source_id: int, **notification: Unpack[fields.NewNotification]) -> notifications.MadeNotification:
        """Makes one; see `windrow.wire.notifications.NotificationInput`. The answer holds a webhook's secret."""
        body = notifications.NotificationInput.model_validate(notification)
        return self._connection.send(notifications.MadeNotification, "POST", _path(source_id), body)

    def get(self, source_id: int, notification_id: int) -> notifications.Notification:
        """One notification."""
        return self._connection.get(notifications.Notification, _path(source_id, notification_id))

    def change(
        self, source_id: int, notification_id: int, **change: Unpack[fields.NotificationChange]
    ) -> notifications.Notification:
        """Changes one; see `windrow.wire.notifications.NotificationChange`."""
        body = notifications.NotificationChange.model_validate(change)
        path = _path(source_id, notification_id)
        return self._connection.send(notifications.Notification, "PATCH", path, body)

    def delete(self, source_id: int, notification_id: int) -> None:
        """Deletes one."""
        self._connection.call("DELETE", _path(source_id, notification_id))

    def test(self, source_id: int, notification_id: int) -> runs.Run:
        """Starts a run that sends a test message."""
        return self._connection.send(runs.Run, "POST", _path(source_id, notification_id) + "/test")

    def rotate(self, source_id: int, notification_id: int) -> notifications.MadeNotification:
        """Gives a webhook a new signing secret."""
        path = _path(source_id, notification_id) + "/rotate"
        return self._connection.send(notifications.MadeNotification, "POST", path)


def _path(source_id: int, notification_id: int | None = None) -> str:
    path = f"/sources/{source_id}/notifications"
    return path if notification_id is None else f"{path}/{notification_id}"
