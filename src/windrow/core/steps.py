"""Beginning steps: how a kind of work begins other runs and waits for them, within what its run may do.

What pipelines are made with, and whatever else starts runs and needs their ends. `perform` is called again each time
that a step has ended: it looks at `steps`, begins what comes next, and returns `Awaits`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from windrow.core.scheduling import make_run
from windrow.errors import NotAllowed, NotFound
from windrow.model.accounts import Right, rights_of
from windrow.model.runs import Cause, Run, RunState
from windrow.model.steps import DEEPEST, Step
from windrow.model.tasks import Task
from windrow.ports.clocks import Clock
from windrow.ports.steps import Beginning
from windrow.ports.store import Store
from windrow.ports.work import Awaits

LOOK_AGAIN = timedelta(seconds=60)
"""When a run that waits is called again at the latest. It is woken by the end of a step; this is for a word lost."""


@dataclass(frozen=True, slots=True)
class Stepping:
    """Begins steps of runs."""

    store: Store
    clock: Clock

    def begin(self, run: Run, steps: Sequence[Beginning]) -> list[Step]:
        """Begins steps and notes them with the run, in one transaction; returns all of its steps.

        What may not begin is noted as failed, with why. Called again, it begins nothing twice. Raises `NotAllowed`
        where the owner may start nothing any more; `LeaseLost` and `Cancelled`.
        """
        check_owner(self.store, run)
        lineage = [run, *self.store.runs.ancestors(run.id)]
        fitting = [_refused(each, refusal) if (refusal := _refusal(each, lineage)) else each for each in steps]
        return self.store.runs.begin_steps(run.id, run.attempt, fitting, now=self.clock())

    def prepare(self, run: Run, task: Task) -> Run:
        """A run of a task for a step of `run`, not written yet: in the name of the one who owns that."""
        made = make_run(task, now=self.clock(), cause=Cause.RUN)
        return replace(made, owner_id=run.owner_id, tenant_id=run.tenant_id)


def awaits(steps: Sequence[Step], now: datetime, *, until: datetime | None = None) -> Awaits:
    """The wait for the steps that go on, as they were seen; not longer than `until`."""
    latest = now + LOOK_AGAIN
    told = sum(each.state is not None for each in steps)
    return Awaits(told, latest if until is None else min(until, latest))


def check_owner(store: Store, run: Run) -> None:
    """Raises `NotAllowed` unless the owner of a run may still start things where it runs."""
    try:
        owner = store.accounts.get_user(run.owner_id)
    except NotFound as error:
        raise NotAllowed("The owner of this run is gone: nobody can begin its steps. Let somebody own it.") from error
    right = Right.ADMIN if owner.tenant_id != run.tenant_id else Right.WRITE
    if not owner.active or right not in rights_of(owner.role):
        raise NotAllowed(f"{owner.name}, who owns this run, may not start anything here any more.")


def _refusal(step: Beginning, lineage: Sequence[Run]) -> str:
    """Why a step must not begin under these runs, the nearest first; "" where it may."""
    if step.run is None:
        return ""
    if len(lineage) > DEEPEST:
        return f"It would stand below {len(lineage)} other runs; there may be {DEEPEST}."
    above = next((each for each in lineage if each.task_id == step.run.task_id), None)
    if above is not None:
        return f"Its task is at work above it, as run {above.id}: it would wait for itself."
    held = {limit.key for each in lineage for limit in each.limits}
    key = next((limit.key for limit in step.run.limits if limit.key in held), None)
    if key is not None:
        return f"It needs the concurrency key {key!r}, which a run above it holds until the end: it would never begin."
    return ""


def _refused(step: Beginning, why: str) -> Beginning:
    return Beginning(step.name, state=RunState.FAILED, error=why)
