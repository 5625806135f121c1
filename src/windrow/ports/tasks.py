"""Tasks and their schedules, as the store keeps them. Each method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from windrow.model.paging import PageOf
from windrow.model.runs import Run
from windrow.model.tasks import Task
from windrow.ports.runs import Entry


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task whose schedule is due. `version` is handed back when it is met, so that each moment is met once.

    last_run_active   a run of it has not ended; those of a backfill do not count
    backfilling       nothing but a backfill of it has not ended
    """

    task: Task
    version: int
    last_run_active: bool
    backfilling: bool = False


@dataclass(frozen=True, slots=True)
class Failing:
    """How many runs of a task failed one after another, since it was last resumed; and the latest of them."""

    count: int
    run_id: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a schedule is paused, and what is told in the log of which run."""

    why: str
    run_id: str
    told: Entry


@dataclass(frozen=True, slots=True)
class Firing:
    """How a due moment is met: the runs it leads to (perhaps none) and the moment after it (perhaps none).

    last       kept as the last start, where the trigger counts from that
    replaces   what is active of the task is cancelled
    paused     the schedule is switched off, and why
    """

    task_id: str
    version: int
    runs: tuple[Run, ...]
    next_due: datetime | None
    occurrences: int | None
    last: datetime | None = None
    replaces: bool = False
    paused: Pause | None = None


class Tasks(Protocol):
    """Tasks and when they are due."""

    def add(self, task: Task) -> None:
        """Writes a new task."""
        ...

    def ensure(self, task: Task) -> Task:
        """Writes a new task unless there is one of its id already; returns the one that there is."""
        ...

    def get(self, task_id: str, *, tenant_id: str | None) -> Task:
        """One task. Raises `NotFound`, also when it belongs to another tenant."""
        ...

    def get_many(self, task_ids: Sequence[str]) -> dict[str, Task]:
        """Tasks by their ids, in one question; those that there are."""
        ...

    def page(
        self, *, tenant_id: str | None, kind: str | None = None, limit: int, cursor: str | None = None
    ) -> PageOf[Task]:
        """Newest first, without those that are part of another."""
        ...

    def save(self, task: Task, *, seen: datetime | None = None) -> None:
        """Writes a changed task, its schedule with it. Raises `NotFound`.

        `seen` is the `changed_at` of the task that the change was made from: raises `Conflict` when somebody else
        changed it meanwhile.
        """
        ...

    def delete(self, task_id: str, *, tenant_id: str | None) -> list[str]:
        """Deletes a task with its runs; returns their blobs. Raises `NotFound`; `Conflict` while a run is active."""
        ...

    def due(self, now: datetime, *, limit: int) -> list[DueTask]:
        """Tasks whose moment has come, the longest due first. Costs the same with ten schedules or a million."""
        ...

    def scheduled(self, task_ids: Sequence[str]) -> list[DueTask]:
        """Those of these tasks that have a moment to come, due or not, each as `fire` needs it."""
        ...

    def failing(self, task_ids: Sequence[str]) -> Mapping[str, Failing]:
        """Those of these tasks whose latest run that neither was skipped nor cancelled failed."""
        ...

    def fire(self, firings: list[Firing]) -> int:
        """Meets due moments: writes the runs and the next moments, each only if nobody else has; returns how many."""
        ...

    def coming(self, *, tenant_id: str | None, limit: int) -> list[Task]:
        """Tasks that are due next, the soonest first."""
        ...

    def next_due(self) -> datetime | None:
        """When something is due next."""
        ...
