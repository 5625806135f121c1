"""Scheduled queues, as the store keeps them. Each method is one transaction."""

from datetime import datetime
from typing import Protocol

from windrow.model.scheduled_queues import QueueListing, QueueNote, ScheduledQueue
from windrow.model.tasks import Task


class ScheduledQueues(Protocol):
    """Tasks with the numbers and names that Jaseci and django-celery-beat know them by. They go with their tasks."""

    def add(self, task: Task, note: QueueNote) -> int:
        """Writes a new task with its note; returns its number. Raises `NameTaken`."""
        ...

    def save(self, number: int, task: Task, note: QueueNote, *, seen: datetime | None = None) -> None:
        """Writes a changed task with its note. Raises `NotFound`, and `Conflict` when it was changed since `seen`."""
        ...

    def remove(self, number: int) -> None:
        """Takes the number and the schedule away from a task that stays. Raises `NotFound`."""
        ...

    def get(self, number: int, *, tenant_id: str | None) -> ScheduledQueue:
        """One of them. Raises `NotFound`."""
        ...

    def named(self, name: str, *, tenant_id: str) -> ScheduledQueue | None:
        """A team's scheduled queue by its name."""
        ...

    def page(self, which: QueueListing) -> list[ScheduledQueue]:
        """Some of them, by name."""
        ...
