"""What runs remember, for the people whose runs they are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from windrow.core.runs import known_id
from windrow.errors import NotAllowed
from windrow.model.accounts import Principal, Right
from windrow.model.runs import Run
from windrow.ports.store import Store


@dataclass(frozen=True, slots=True)
class Recalling:
    """Use cases of what runs remember."""

    store: Store

    def of(self, principal: Principal, run_id: str, names: Collection[str]) -> Mapping[str, Any]:
        """What a run remembers under these names; for its owner, and for admins.

        Raises `NotFound`, `NotAllowed`, and `Conflict` where it was encrypted with a key that is not at hand.
        """
        principal.need(Right.READ)
        run = self.store.runs.get(known_id("run", run_id), tenant_id=principal.scope)
        if not may_recall(principal, run):
            raise NotAllowed("What a run was answered is for its owner and for admins.")
        return self.store.memories.some(run.id, names)


def may_recall(principal: Principal, run: Run) -> bool:
    """Whether somebody may see what a run was answered."""
    return run.owner_id == principal.user_id or Right.ADMIN in principal.rights
