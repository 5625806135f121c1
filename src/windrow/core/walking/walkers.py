"""What people do with walkers: see which there are, run them, see what is queued."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from windrow.core.scheduling import make_run
from windrow.core.validating import fill
from windrow.core.walking.kind import WALKER
from windrow.errors import NotFound
from windrow.model.accounts import Principal, Right
from windrow.model.runs import Run
from windrow.model.tasks import DEFAULT_QUEUE, Task
from windrow.model.workers import Inspection, Worker, WorkerRole
from windrow.ports.clocks import Clock
from windrow.ports.store import Store
from windrow.ports.walkers import Walker

_TASKS = uuid.UUID("2f0b6a3e-6e1c-5d55-8a44-3b1f1c5a9d10")
"""Of the tasks that stand for somebody's calls of a walker."""

SILENT = timedelta(seconds=30)
"""A worker that was not heard of for so long is no worker."""


@dataclass(frozen=True, slots=True)
class Walkers:
    """Use cases of walkers.

    inline  carries out one run in this process, and returns when it has ended
    """

    store: Store
    walkers: Mapping[str, Walker]
    clock: Clock
    inline: Callable[[str], None]

    def all(self, principal: Principal) -> list[Walker]:
        """Every registered walker, by name."""
        principal.need(Right.READ)
        return [self.walkers[name] for name in sorted(self.walkers)]

    def get(self, principal: Principal, name: str) -> Walker:
        """One of them. Raises `NotFound`."""
        principal.need(Right.READ)
        if name not in self.walkers:
            raise NotFound("walker", name)
        return self.walkers[name]

    def start(self, principal: Principal, name: str, context: Mapping[str, Any]) -> Run:
        """Queues a run of a walker. Raises `NotFound`, and `BadInput` for a context that its schema does not allow."""
        principal.need(Right.WRITE)
        walker = self.get(principal, name)
        filled = fill(walker.schema, context, field="context")
        task, now = self._task(principal, walker), self.clock()
        run = replace(make_run(task, now=now), parameters={"walker": name, "context": filled})
        self.store.runs.add([run])
        return run

    def is_anybody_there(self) -> bool:
        """Whether a worker lives that could carry a walker out: one that serves the queue that they wait in."""
        return any(DEFAULT_QUEUE in each.queues for each in self.workers())

    def workers(self) -> list[Worker]:
        """The living workers, in the order of their start."""
        now = self.clock()
        return [
            each
            for each in self.store.workers.all()
            if each.role is WorkerRole.WORKER and not each.draining and now - each.seen_at < SILENT
        ]

    def inspect(self, principal: Principal) -> Inspection:
        """What of one's own runs, and nobody else's, each worker does, and what waits."""
        principal.need(Right.READ)
        return self.store.workers.inspect(principal.tenant_id, owner_id=principal.user_id)

    def result(self, principal: Principal, run_id: str) -> Run:
        """One's own run; an admin sees everybody's. Raises `NotFound`."""
        principal.need(Right.READ)
        run = self.store.runs.get(run_id, tenant_id=principal.scope)
        if run.owner_id != principal.user_id and Right.ADMIN not in principal.rights:
            raise NotFound("run", run_id)
        return run

    def task_id(self, principal: Principal, name: str) -> str:
        """The task that one's own calls of a walker belong to, which may not be there yet."""
        return str(uuid.uuid5(_TASKS, f"{principal.tenant_id}/{principal.user_id}/{name}"))

    def _task(self, principal: Principal, walker: Walker) -> Task:
        """The task that somebody's calls of a walker belong to, made at the first of them."""
        task_id = self.task_id(principal, walker.name)
        try:
            return self.store.tasks.get(task_id, tenant_id=principal.tenant_id)
        except NotFound:
            now = self.clock()
            task = Task(
                task_id,
                f"Walker {walker.name}"[:255],
                WALKER,
                principal.tenant_id,
                principal.user_id,
                {"walker": walker.name, "context": {}},
                queue=DEFAULT_QUEUE,
                created_at=now,
                changed_at=now,
            )
            return self.store.tasks.ensure(task)
