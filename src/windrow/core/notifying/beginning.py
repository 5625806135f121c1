"""Beginning: the run that will tell one person or program of one thing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from windrow.core.attending import NOTIFY, Attending
from windrow.model.notifications import Notification, Occasion
from windrow.model.runs import Run
from windrow.model.sources import Source

LONGEST_NAME = 255


def make_telling(
    attending: Attending, source: Source, notification: Notification, occasions: Sequence[Occasion], **about: Any
) -> Run:
    """A run of kind `notify`, not written yet. `about` are further parameters of `NotifyWork`."""
    words = [each.value for each in occasions]
    run = attending.prepare(source, NOTIFY, notification_id=notification.id, occasions=words, **about)
    return replace(run, name=f"Tell {notification.name} of {source.name}"[:LONGEST_NAME])
