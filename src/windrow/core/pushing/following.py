"""What follows from a harvest: what it changed is pushed to the targets of its source."""

from collections.abc import Sequence
from dataclasses import dataclass

from windrow.core.attending import PUSH, REFRESH, Attending
from windrow.core.pushing.kind import pushed_to
from windrow.core.runs import HARVEST
from windrow.model.runs import Cause, Run, RunState
from windrow.model.sources import Source
from windrow.ports.runs import RunFilter
from windrow.ports.store import Store

LARGE = 100_000
"""Resources of a source from which on the push itself finds out whether anything is due: here nobody may take long."""

LOOKED_AT = 20
"""Pushes of a source that wait; there are never more than a few."""


@dataclass(frozen=True, slots=True)
class PushFollows:
    """A consequence: see `windrow.core.consequences`."""

    store: Store
    attending: Attending

    def __call__(self, run: Run, source: Source) -> Sequence[Run]:
        """The push that follows a harvest or refresh, where there is something to push."""
        if run.kind not in (HARVEST, REFRESH) or run.state not in (RunState.SUCCEEDED, RunState.PARTIAL):
            return []
        if not pushed_to(self.store, source.id) or self._is_coming(source):
            return []
        if source.resources < LARGE and not self.store.targets.is_due(source.id):
            return []
        return [self.attending.prepare(source, PUSH, cause=Cause.RUN)]

    def _is_coming(self, source: Source) -> bool:
        """Whether a push to all targets waits that has not looked yet what is due: it will see this harvest, too."""
        task = self.attending.found([source.id]).get(source.id, {}).get(PUSH)
        if task is None:
            return False
        waiting = RunFilter(None, frozenset({RunState.QUEUED, RunState.SCHEDULED}), task.id)
        found = self.store.runs.page(waiting, limit=LOOKED_AT).items
        return any(each.attempt == 0 and each.parameters.get("target_id") is None for each in found)
