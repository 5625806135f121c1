"""Notes of tasks and runs, as the store keeps them. Each method is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from windrow.model.listings import Listed
from windrow.model.notes import NotedListing, NotedTask, Quota, RunNote, TaskNote
from windrow.model.tasks import Task


class Notes(Protocol):
    """What protocols said of tasks and runs, beside what we know of them."""

    def add(self, task: Task, note: TaskNote, *, request: bytes, since: datetime, quotas: Sequence[Quota]) -> str:
        """Writes a new task with its note, unless the same request made one since then; returns the task's id.

        Of any number of callers at once with the same request, one makes the task, and all are told its id. Raises
        `Conflict` where a quota is used up.
        """
        ...

    def save(self, task: Task, note: TaskNote, *, seen: datetime | None, quotas: Sequence[Quota]) -> None:
        """Writes a changed task with its note, which is new where the task had none.

        From then on no request made it: asked for once more, another task is made. Raises `NotFound`, and `Conflict`
        when the task was changed since `seen`, or a quota is used up.
        """
        ...

    def get(self, task_id: str, face: str, *, tenant_id: str | None) -> NotedTask:
        """One task, noted or not. Raises `NotFound`."""
        ...

    def find(self, which: NotedListing) -> Listed[NotedTask]:
        """Tasks in the order of their making, and how many there are."""
        ...

    def count_active(self, face: str, owner_id: str) -> Mapping[str, int]:
        """How many tasks of an owner are active, by word; only those with a note."""
        ...

    def say(self, note: RunNote) -> None:
        """Keeps what a client said of a run, in place of what was said before. Raises `NotFound`."""
        ...

    def of_runs(self, run_ids: Sequence[str], face: str) -> dict[str, RunNote]:
        """What clients said of these runs."""
        ...

    def limits(self, face: str) -> dict[str, int]:
        """The limits that somebody has set, by name."""
        ...

    def set_limits(self, face: str, limits: Mapping[str, int]) -> None:
        """Sets limits; the others stay."""
        ...
