"""Runs: the port `Runs` on either database, put together from its parts."""

from windrow.storage.backfills import RunBackfills
from windrow.storage.claims import RunClaims
from windrow.storage.consequences import RunConsequences
from windrow.storage.errand_notes import ErrandNotes
from windrow.storage.leases import RunLeases
from windrow.storage.log import RunLog
from windrow.storage.outputs import RunOutputs
from windrow.storage.part_claims import PartClaims
from windrow.storage.parts import RunParts
from windrow.storage.queue import RunQueue
from windrow.storage.removals import RunRemovals
from windrow.storage.run_pages import RunPages
from windrow.storage.steps import RunSteps
from windrow.storage.sweeping import RunSweeper


class SqlRuns(
    RunPages,
    RunQueue,
    RunBackfills,
    RunClaims,
    RunLeases,
    RunSweeper,
    RunConsequences,
    RunSteps,
    RunParts,
    PartClaims,
    RunLog,
    RunOutputs,
    ErrandNotes,
    RunRemovals,
):
    """The queue and the truth about every run."""
