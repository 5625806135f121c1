"""The overview: a few short lists and counts, each bounded."""

from collections.abc import Sequence
from dataclasses import dataclass

from windrow.core.source_drafts import SourceView
from windrow.core.windrow import Windrow
from windrow.model.accounts import Principal
from windrow.model.runs import ACTIVE, Run, RunState
from windrow.model.tasks import Task
from windrow.ports.catalogue import Search

SHOWN = 6
RUNNING = (RunState.RUNNING, RunState.WAITING, RunState.CANCELLING)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page shows. `records_exactly` is False where counting stopped early."""

    sources: int
    records: int
    records_exactly: bool
    running: int
    waiting: int
    active: Sequence[Run]
    failed: Sequence[Run]
    coming: Sequence[Task]
    troubled: Sequence[SourceView]


def look_around(windrow: Windrow, principal: Principal) -> Overview:
    """What the first page shows to this principal."""
    counts = windrow.runs.count_active(principal)
    records, exactly = windrow.catalogue.count(principal, Search())
    running = sum(counts.get(state, 0) for state in RUNNING)
    return Overview(
        sources=windrow.sources.count(principal),
        records=records,
        records_exactly=exactly,
        running=running,
        waiting=sum(counts.values()) - running,
        active=windrow.runs.page(principal, states=ACTIVE, limit=SHOWN).items,
        failed=windrow.runs.page(principal, states=frozenset({RunState.FAILED, RunState.PARTIAL}), limit=SHOWN).items,
        coming=windrow.tasks.coming(principal, limit=SHOWN),
        troubled=windrow.sources.troubled(principal, limit=SHOWN),
    )


def source_of(task: Task) -> int | None:
    """The source that a task harvests, where it does."""
    number = task.parameters.get("source_id")
    return number if isinstance(number, int) else None
