"""Running a document of either dialect."""

from typing import Any

from windrow.work.sequence.compat.machine import CompatMachine
from windrow.work.sequence.conducting import Conductor
from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.strict.machine import StrictMachine
from windrow.work.sequence.surroundings import Surroundings
from windrow.work.sequence.telling import Outcome

ALONE = Surroundings()
"""Nothing around: no secrets, and nothing that could be started."""


def run_document(document: Any, dialect: Dialect, conductor: Conductor, surroundings: Surroundings = ALONE) -> Outcome:
    """Runs it to its end. Raises `BadInput` for a strict document that is not right, `Stopped`, `StoreUnavailable`."""
    try:
        return _run(document, dialect, conductor, surroundings)
    finally:
        # Also where the run must stop: what was answered last is to be known to the next attempt.
        conductor.journal.flush()


def _run(document: Any, dialect: Dialect, conductor: Conductor, surroundings: Surroundings) -> Outcome:
    match dialect:
        case Dialect.COMPAT:
            return CompatMachine(conductor, surroundings.interface, surroundings.walk).run(document)
        case Dialect.STRICT:
            return StrictMachine(document, conductor, surroundings).run()
