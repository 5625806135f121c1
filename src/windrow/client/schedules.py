"""Schedules, by the client."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from windrow.client.word import Word
from windrow.wire import schedules


class Schedules(Word):
    """Looks ahead."""

    def preview(
        self,
        schedule: schedules.Schedule | Mapping[str, Any],
        *,
        count: int = 5,
        after: datetime | None = None,
        source_id: int | None = None,
    ) -> schedules.SchedulePreview:
        """What a schedule would lead to; nothing is saved. See `windrow.wire.schedules.Schedule`.

        With a source each moment says whether its host is closed then.
        """
        given = {"schedule": schedule, "count": count, "after": after, "source_id": source_id}
        asked = schedules.PreviewInput.model_validate({name: each for name, each in given.items() if each is not None})
        return self._connection.send(schedules.SchedulePreview, "POST", "/schedules/preview", asked)

    def coming(self, *, days: int = 1) -> schedules.ComingSchedules:
        """What will run by itself in the days to come."""
        return self._connection.get(schedules.ComingSchedules, "/schedules/coming", days=days)
