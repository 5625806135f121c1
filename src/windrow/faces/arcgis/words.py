"""Words: this protocol's own names for what we call otherwise."""

from collections.abc import Mapping
from types import MappingProxyType

from windrow.model.runs import Run, RunState

FACE = "arcgis"
"""The name under which notes keep what was said to this face."""

UNLIMITED = -1
"""The number of occurrences that stands for any."""

STATUSES: Mapping[RunState, str] = MappingProxyType(
    {
        RunState.SCHEDULED: "scheduled",
        RunState.QUEUED: "scheduled",
        RunState.RUNNING: "executing",
        RunState.WAITING: "executing",
        RunState.CANCELLING: "executing",
        RunState.SUCCEEDED: "succeeded",
        RunState.PARTIAL: "failed",
        RunState.FAILED: "failed",
        RunState.CANCELLED: "failed",
        RunState.SKIPPED: "skipped",
    }
)
"""There is no word for what was cancelled or went well in part: the text of a run's result says so."""


SAYABLE = frozenset({*STATUSES.values(), "submitfailed"})
"""What a client may say of a run."""

_BEFORE = frozenset({RunState.SCHEDULED, RunState.QUEUED})


def status_of(run: Run) -> str:
    """A run's status: one that began and rests, until its next try or look at a job elsewhere, is executing."""
    return "executing" if run.started_at is not None and run.state in _BEFORE else STATUSES[run.state]
