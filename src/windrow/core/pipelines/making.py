"""Making the kind `pipeline` from what it needs."""

from windrow.core.attending import Attending
from windrow.core.items import Shelf
from windrow.core.kinds import Kinds
from windrow.core.pipelines.kind import PipelineWork
from windrow.core.pipelines.nesting import Nesting
from windrow.core.pipelines.reading import Reading
from windrow.core.pipelines.starting import Starting
from windrow.core.steps import Stepping
from windrow.ports.clocks import Clock
from windrow.ports.store import Store


def make_pipeline_work(store: Store, kinds: Kinds, shelf: Shelf, clock: Clock) -> PipelineWork:
    """The kind `pipeline`; its steps may be whatever else is installed."""
    stepping = Stepping(store, clock)
    starting = Starting(store, kinds, stepping, Attending(store, clock))
    reading = Reading(store, shelf)
    return PipelineWork(store, clock, reading, starting, stepping, Nesting(store, reading))
