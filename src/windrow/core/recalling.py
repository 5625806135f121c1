"""What runs remember, for the people whose runs they are; and a run that goes on with what another one has."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from windrow.core.runs import Tasks, known_id
from windrow.errors import Conflict, NotAllowed
from windrow.model.accounts import Principal, Right
from windrow.model.runs import Run, RunState
from windrow.ports.store import Store

STOPPED = frozenset({RunState.FAILED, RunState.PARTIAL, RunState.CANCELLED})
"""How a run ended that can be gone on with."""

RESUME = "resume"
"""The parameter that names the run which another one goes on with, of the kinds of work that know it."""


@dataclass(frozen=True, slots=True)
class Recalling:
    """Use cases of what runs remember."""

    store: Store
    tasks: Tasks

    def of(self, principal: Principal, run_id: str, names: Collection[str]) -> Mapping[str, Any]:
        """What a run remembers under these names; for its owner, and for admins.

        Raises `NotFound`, `NotAllowed`, and `Conflict` where it was encrypted with a key that is not at hand.
        """
        principal.need(Right.READ)
        run = self.store.runs.get(known_id("run", run_id), tenant_id=principal.scope)
        if not may_recall(principal, run):
            raise NotAllowed("What a run was answered is for its owner and for admins.")
        return self.store.memories.some(run.id, names)

    def can_resume(self, run: Run) -> bool:
        """Whether a run may be gone on with: it stopped before its end, and its kind of work knows how."""
        kind = self.tasks.kinds.work.get(run.kind)
        return run.state in STOPPED and kind is not None and RESUME in kind.schema.get("properties", {})

    def resume(self, principal: Principal, run_id: str) -> Run:
        """A new run of the same task with the same parameters, which asks nothing that was answered. Raises `Conflict`
        for a run that has not stopped, or whose kind of work cannot go on."""
        principal.need(Right.WRITE)
        run = self.store.runs.get(known_id("run", run_id), tenant_id=principal.scope)
        if not self.can_resume(run):
            raise Conflict(f"Run {run.id} cannot be gone on with: run its task again.")
        return self.tasks.start(principal, run.task_id, parameters={**run.parameters, RESUME: run.id}, due=run.due)


def may_recall(principal: Principal, run: Run) -> bool:
    """Whether somebody may see what a run was answered."""
    return run.owner_id == principal.user_id or Right.ADMIN in principal.rights
