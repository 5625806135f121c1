"""Scheduled queues: tasks with a schedule as Jaseci and django-celery-beat know them, by number and name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from windrow.model.tasks import Task
from windrow.model.triggers import trigger_to_json

CAME_TO = "came_to"
"""Under this is kept what it came to in our own words, to tell whether another way in changed the task since."""


@dataclass(frozen=True, slots=True)
class QueueNote:
    """What was said of a scheduled queue.

    name    unique within its team, by every way that it may come
    word    the Celery task that it names
    said    `schedule` and `kwargs` as they were said
    origin  a digest of the row that it was imported from; "" where somebody made it here
    """

    name: str
    word: str
    said: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""

    def of(self, task: Task) -> "QueueNote":
        """The note with what it came to."""
        return replace(self, said={**self.said, CAME_TO: _came_to(task)})

    def still_schedules(self, task: Task) -> bool:
        """Whether the task is due by the rule that came of this."""
        return bool(self.said[CAME_TO]["trigger"] == _came_to(task)["trigger"])

    def still_describes(self, task: Task) -> bool:
        """Whether the task has the parameters that came of this."""
        return bool(self.said[CAME_TO]["parameters"] == dict(task.parameters))


def _came_to(task: Task) -> dict[str, Any]:
    trigger = None if task.schedule is None else trigger_to_json(task.schedule.trigger)
    return {"trigger": trigger, "parameters": dict(task.parameters)}


@dataclass(frozen=True, slots=True)
class ScheduledQueue:
    """One scheduled queue: its number, what was said of it, and the task that it is."""

    number: int
    note: QueueNote
    task: Task


@dataclass(frozen=True, slots=True)
class QueueListing:
    """Which scheduled queues a list shows, by name, and which part of it. None does not narrow.

    words   of these Celery tasks only
    search  a piece of the name, in whatever case
    offset  how many come before; the list is asked for by position
    """

    tenant_id: str | None
    owner_id: str | None = None
    words: frozenset[str] | None = None
    search: str = ""
    ascending: bool = False
    offset: int = 0
    limit: int = 10
