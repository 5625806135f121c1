"""What follows from a harvest: its data is copied, where that is wanted and something is there to be done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from windrow.core.attending import COPY, Attending
from windrow.core.runs import HARVEST
from windrow.core.scheduling import make_run
from windrow.model.copies import Copying
from windrow.model.runs import Run, RunState
from windrow.model.sources import Source
from windrow.ports.clocks import Clock
from windrow.ports.copies import Due
from windrow.ports.runs import RunFilter
from windrow.ports.store import Store

WAITING = frozenset((RunState.SCHEDULED, RunState.QUEUED))
SEEN = frozenset((RunState.SUCCEEDED, RunState.PARTIAL))


@dataclass(frozen=True, slots=True)
class CopyingFollows:
    """The consequence `copy` of a harvest."""

    store: Store
    clock: Clock
    attending: Attending

    def __call__(self, run: Run, source: Source) -> Sequence[Run]:
        """The run that copies what the harvest brought. One that is at work does not see all of it: another waits
        behind it, and one only."""
        if run.kind != HARVEST or run.state not in SEEN or source.policies.copying is Copying.NONE:
            return []
        if not self.store.copies.due(Due(source.id), limit=1):
            return []
        task = self.attending.task(source, COPY)
        if self.store.runs.page(RunFilter(None, WAITING, task.id), limit=1).items:
            return []
        return [make_run(replace(task, parameters={**task.parameters, "full": False}), now=self.clock())]
