"""The agenda, as the store answers it: what is due, what is paused, what became of past moments. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from windrow.model.paging import PageOf
from windrow.model.runs import RunState
from windrow.model.tasks import Task


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks a list shows: of these kinds, and all teams' where `tenant_id` is None."""

    tenant_id: str | None
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """What became of a moment that was due: the run for it, without its parameters and result."""

    run_id: str
    task_id: str
    name: str
    kind: str
    state: RunState
    due: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: str


class Agenda(Protocol):
    """Looks at many tasks at once. Each answer costs what it shows, however many tasks and runs there are."""

    def kinds(self, *, tenant_id: str | None) -> list[str]:
        """The kinds that there are tasks of, in the order of the alphabet."""
        ...

    def named(self, which: TaskFilter, *, words: str = "", limit: int, cursor: str | None = None) -> PageOf[Task]:
        """Tasks whose names hold the words, the newest first.

        At most `LOOKED_AT` names are read for one page: there may be more to come though the page is not full.
        """
        ...

    def due(
        self, which: TaskFilter, *, until: datetime | None = None, limit: int, cursor: str | None = None
    ) -> PageOf[Task]:
        """Tasks that are due next (before `until`), the soonest first."""
        ...

    def paused(self, which: TaskFilter, *, limit: int, cursor: str | None = None) -> PageOf[Task]:
        """Tasks whose schedule is switched off, by a person or by itself, the newest first."""
        ...

    def met(self, *, tenant_id: str | None, since: datetime, until: datetime, limit: int) -> list[Met]:
        """The runs for moments from `since` on and before `until`, the latest moment first."""
        ...

    def durations(self, task_ids: Sequence[str]) -> Mapping[str, timedelta]:
        """How long each task's last runs that did their work took (the median); those that have such runs."""
        ...

    def addresses(self, source_ids: Sequence[int]) -> Mapping[int, str]:
        """The URLs of sources."""
        ...

    def slots(self) -> int:
        """How many runs all workers carry at once; 0 where there is none."""
        ...


LOOKED_AT = 5_000
"""Names that are read for one page of a search."""
