"""How Windrow asks remote servers: politely, safely, and so that it can be measured and stopped.

`make_fetcher_maker` builds the one maker of a process; `MemoryHosts` is a manners book for one process without a
database; `OutgoingPolicy` says where requests may go.
"""

from windrow.fetching.book import MemoryHosts
from windrow.fetching.fetcher import Observation, Observe
from windrow.fetching.making import PoliteFetcherMaker, make_fetcher_maker, name_ourselves
from windrow.fetching.policy import OutgoingPolicy

__all__ = [
    "MemoryHosts",
    "Observation",
    "Observe",
    "OutgoingPolicy",
    "PoliteFetcherMaker",
    "make_fetcher_maker",
    "name_ourselves",
]
