"""Consequences: what follows when a run has ended, begun once, whatever ended it.

A harvest may lead to its data being copied, its records being pushed to targets, and people being told; a failure, to
its task's schedule being paused. None of that hangs on the worker that ended the run: the end itself is written with
the wish that somebody look what follows from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from windrow.core.pausing import Pausing
from windrow.errors import NotFound, StoreUnavailable
from windrow.model.runs import LEADING_ON, Run, RunState
from windrow.model.sources import Source
from windrow.ports.store import Store

log = structlog.get_logger()

AT_ONCE = 100
"""Ended runs looked at in one go."""

Consequence = Callable[[Run, Source], Sequence[Run]]
"""Gives the runs that follow from the end of a run that worked on this source. Writes nothing but tasks."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """Draws them. May be done by several clocks at once."""

    store: Store
    drawn: Sequence[Consequence]
    pausing: Pausing | None = None

    def draw(self) -> int:
        """Begins what follows from the ends there are; returns how many ends."""
        followed = 0
        while ends := self.store.runs.ends(limit=AT_ONCE):
            self._pause(ends)
            followed += sum(self.store.runs.follow(run.id, self._following(run)) for run in ends)
            if len(ends) < AT_ONCE:
                break
        return followed

    def _pause(self, ends: Sequence[Run]) -> None:
        if self.pausing is None:
            return
        try:
            self.pausing.look([run for run in ends if run.state is RunState.FAILED])
        except StoreUnavailable:
            raise
        except Exception:
            # The clock that meets the next moment looks once more.
            log.exception("schedules could not be paused", runs=[run.id for run in ends])

    def _following(self, run: Run) -> list[Run]:
        if run.kind not in LEADING_ON:
            return []
        try:
            source = self.store.sources.get(run.parameters["source_id"], tenant_id=None)
        except (NotFound, KeyError):
            return []  # it was deleted meanwhile, or the run is not about a source
        following: list[Run] = []
        for consequence in self.drawn:
            try:
                following += consequence(run, source)
            except StoreUnavailable:
                raise  # looked at again when the database is back
            except Exception:
                # One that cannot be drawn must not keep the others, nor be tried twenty times a second for ever.
                log.exception("what follows from a run could not be told", run=run.id, kind=run.kind)
        return following
