"""Letting go: a cancelled run ends what it has going elsewhere before it ends itself."""

import structlog

from windrow.core.retrying import tell
from windrow.core.run_attempts import Attempt
from windrow.errors import HostClosed, Stopped, StoreUnavailable
from windrow.model.runs import Level
from windrow.ports.work import WorkKind, let_go_of

log = structlog.get_logger()


def let_go(kind: WorkKind | None, attempt: Attempt) -> None:
    """Calls the kind's `let_go`, if the run has a note. What goes wrong there is told in the run's log, and no more:
    the run was cancelled, whatever the remote says. Raises `Stopped` for a lost lease or a worker that ends."""
    end = let_go_of(kind) if kind is not None else None
    if end is None or attempt.part is not None or not attempt.read_note():
        return
    attempt.part_with()
    try:
        end(attempt)
    except (Stopped, StoreUnavailable) as stop:
        if not isinstance(stop, HostClosed):
            raise
        attempt.log(Level.WARNING, f"What it has going elsewhere was not ended: {stop}")
    except Exception as error:  # noqa: BLE001 - the edge of a run that ends in any case
        log.warning("run not let go", run=attempt.run.id, kind=attempt.run.kind, reason=tell(error))
        attempt.log(Level.WARNING, f"What it has going elsewhere could not be ended: {tell(error)}")
    attempt.flush_quietly()
