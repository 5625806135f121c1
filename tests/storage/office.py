"""An office: tasks with schedules on one database, and the clock that meets them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from tests.storage.making import OWNER, TENANT
from windrow.core.consequences import Consequences
from windrow.core.pausing import Pausing
from windrow.core.scheduling import Scheduling
from windrow.model.identity import new_id
from windrow.model.runs import Progress, Run, RunState
from windrow.model.schedules import Schedule
from windrow.model.tasks import Task
from windrow.model.triggers import Interval
from windrow.ports.runs import Ending, RunFilter
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.tasks import SqlTasks

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=60)
HOURLY = Schedule(Interval(HOUR, NOON), next_due=NOON)


@dataclass
class Office:
    """Tasks with schedules, on one database, at a moment that the test says."""

    database: Database
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.tasks, self.runs = SqlTasks(self.database, lambda: self.now), SqlRuns(self.database)
        self.scheduling = Scheduling(self.tasks, lambda: self.now)
        store: Any = SimpleNamespace(runs=self.runs)
        self.pausing = Pausing(self.tasks, lambda: self.now)
        self.consequences = Consequences(store, [], self.pausing)

    def add(self, schedule: Schedule, *, kind: str = "errand") -> Task:
        task = Task(new_id(), "a task", kind, TENANT, OWNER, schedule=schedule)
        self.tasks.add(task)
        return task

    def of(self, task: Task) -> list[Run]:
        """Its runs, the one that was due first first."""
        found = self.runs.page(RunFilter(None, task_id=task.id), limit=1000).items
        return sorted(found, key=lambda run: run.due or NOON)

    def schedule(self, task: Task) -> Schedule:
        schedule = self.tasks.get(task.id, tenant_id=None).schedule
        assert schedule is not None
        return schedule

    def claim(self) -> Run | None:
        return self.runs.claim(new_id(), queues=["default"], now=self.now, lease=LEASE)

    def work(self, state: RunState) -> Run:
        """Begins what is queued and ends it like this."""
        run = self.claim()
        assert run is not None
        assert self.runs.finish(run.id, run.attempt, ending(state), now=self.now)
        return run

    def log(self, run: Run) -> list[str]:
        return [entry.message for entry in self.runs.read_log(run.id, limit=100).items]


def ending(state: RunState) -> Ending:
    return Ending(state, {}, "It broke." if state is RunState.FAILED else "", Progress())


def states(runs: list[Run]) -> list[RunState]:
    return [run.state for run in runs]
