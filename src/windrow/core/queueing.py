"""The queue as people see it: who is at work on what, what waits for its turn or for other runs, what comes later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from windrow.core.runs import with_reserved
from windrow.model.accounts import Principal, Right
from windrow.model.runs import Run, RunState
from windrow.model.workers import Carried, Inspection, Worker, WorkerRole
from windrow.ports.engines import Reservations
from windrow.ports.runs import RunFilter
from windrow.ports.store import Store

COUNTED = 1_000
"""So far a run's place in its queue is counted."""

HOLDERS = 200
RESTING = 30
"""Runs that wait for others, of which is told what for."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """A worker with what it does (`active`) and has taken without beginning it (`reserved`)."""

    worker: Worker
    active: Sequence[Carried]
    reserved: Sequence[Carried]


@dataclass(frozen=True, slots=True)
class InLine:
    """A run that waits for a worker.

    place  from 1 in its queue, among the runs of everybody; None where it is set aside, or too far to be counted
    after  the runs whose ends it is set aside for, as far as whoever asks may see them
    """

    run: Run
    place: int | None
    after: Sequence[Run] = ()


@dataclass(frozen=True, slots=True)
class Resting:
    """A run that gave its worker back until its parts are done, or the runs that it began have ended."""

    run: Run
    after: Sequence[Run] = ()


@dataclass(frozen=True, slots=True)
class QueueView:
    """All of it; `own` says that only one's own runs are told. Each list holds a hundred at most."""

    own: bool
    workers: Sequence[AtWork]
    waiting: Sequence[InLine]
    resting: Sequence[Resting]
    scheduled: Sequence[Run]

    @property
    def is_idle(self) -> bool:
        """Whether nothing goes on, waits or is to come."""
        return not (self.waiting or self.resting or self.scheduled or any(each.active for each in self.workers))


@dataclass(frozen=True, slots=True)
class Queue:
    """Use cases of the queue."""

    store: Store
    reservations: Reservations | None = None

    def look(self, principal: Principal) -> QueueView:
        """What goes on and waits: of the team's runs, of one's own for those who only look, of all for admins."""
        principal.need(Right.READ)
        owner = None if Right.WRITE in principal.rights else principal.user_id
        held = {} if self.reservations is None else self.reservations.reserved()
        found = with_reserved(self.store.workers.inspect(principal.scope, owner_id=owner), held)
        return QueueView(
            own=owner is not None,
            workers=self._at_work(found),
            waiting=self._in_line(principal, found, owner),
            resting=self._resting(principal, owner),
            scheduled=sorted(self._runs(found.scheduled).values(), key=lambda run: (run.ready_at, run.id)),
        )

    def _at_work(self, found: Inspection) -> list[AtWork]:
        living = [each for each in self.store.workers.all() if each.role is WorkerRole.WORKER]
        return [AtWork(each, found.active.get(each.id, ()), found.reserved.get(each.id, ())) for each in living]

    def _in_line(self, principal: Principal, found: Inspection, owner: str | None) -> list[InLine]:
        waiting = list(self._runs({"": found.reserved.get("", [])}).values())
        line = self.store.workers.line(sorted({run.queue for run in waiting}), limit=COUNTED)
        places = {run_id: place for some in line.values() for place, run_id in enumerate(some, 1)}
        after = self._holders(principal, sorted({run.blocked_by for run in waiting if run.blocked_by}), owner)
        found_runs = [InLine(run, places.get(run.id), after.get(run.blocked_by, ())) for run in waiting]
        return sorted(found_runs, key=_turn)

    def _holders(self, principal: Principal, keys: Sequence[str], owner: str | None) -> dict[str, list[Run]]:
        if not keys:
            return {}
        held = self.store.workers.holders(keys, limit=HOLDERS)
        runs = self.store.runs.get_many([each for some in held.values() for each in some])
        return {key: _seen(principal, [runs[each] for each in held[key] if each in runs], owner) for key in keys}

    def _resting(self, principal: Principal, owner: str | None) -> list[Resting]:
        which = RunFilter(principal.scope, frozenset({RunState.WAITING}))
        runs = _seen(principal, self.store.runs.page(which, limit=RESTING).items, owner)
        begun = {run.id: [each for each in self.store.runs.steps(run.id) if each.state is None] for run in runs}
        ids = [each.child_id for steps in begun.values() for each in steps if each.child_id is not None]
        others = self.store.runs.get_many(ids)
        return [
            Resting(run, [others[each.child_id] for each in begun[run.id] if each.child_id in others]) for run in runs
        ]

    def _runs(self, found: Mapping[str, Sequence[Carried]]) -> dict[str, Run]:
        return self.store.runs.get_many([each.run_id for some in found.values() for each in some])


def _seen(principal: Principal, runs: Sequence[Run], owner: str | None) -> list[Run]:
    return [run for run in runs if principal.sees(run.tenant_id) and owner in (None, run.owner_id)]


def _turn(waiting: InLine) -> tuple[bool, str, int, int, str]:
    """Those in the lines first, by their queues."""
    run = waiting.run
    return bool(run.blocked_by), run.queue, waiting.place or COUNTED + 1, -run.priority, run.id
