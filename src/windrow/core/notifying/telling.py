"""Telling: what follows from the end of a run where somebody asked to be told."""

from collections.abc import Sequence
from dataclasses import dataclass

from windrow.core.attending import Attending
from windrow.core.notifying.beginning import make_telling
from windrow.core.notifying.occasions import AT_RUNS, JUDGED, choose, may_recover, occasions_of
from windrow.model.paging import encode_cursor
from windrow.model.runs import Run, RunState
from windrow.model.sources import Source
from windrow.ports.runs import RunFilter
from windrow.ports.store import Store


@dataclass(frozen=True, slots=True)
class Telling:
    """A consequence (see `core/consequences.py`): one run of kind `notify` for each notification that wants one.

    They are begun in the transaction that marks the run as followed, so that each end is told of once.
    """

    store: Store
    attending: Attending

    def __call__(self, run: Run, source: Source) -> Sequence[Run]:
        """The runs that tell of this one."""
        wanting = self.store.notifications.wanting(source.id, AT_RUNS)
        if not wanting:
            return []
        occasions = occasions_of(run, self._previous(run))
        chosen = [(each, choose(occasions, each.on)) for each in wanting]
        return [make_telling(self.attending, source, each, picked, run_id=run.id) for each, picked in chosen if picked]

    def _previous(self, run: Run) -> RunState | None:
        if not may_recover(run):
            return None
        earlier = self.store.runs.page(
            RunFilter(None, JUDGED, task_id=run.task_id), limit=1, cursor=encode_cursor(run.id)
        )
        return earlier.items[0].state if earlier.items else None
