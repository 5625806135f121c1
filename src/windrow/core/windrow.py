"""Windrow itself: everything that can be asked of it, in one value that the ways in are given."""

from dataclasses import dataclass

from windrow.core.accounts import Accounts
from windrow.core.authentication import Authentication
from windrow.core.catalogue import Catalogue
from windrow.core.kinds import Kinds
from windrow.core.previewing_schedules import PreviewingSchedules
from windrow.core.runs import Runs, Tasks
from windrow.core.sources import Sources
from windrow.ports.store import Blobs, Store


@dataclass(frozen=True, slots=True)
class Windrow:
    """The use cases, by word. Faces, console and CLI call these and nothing below."""

    accounts: Accounts
    authentication: Authentication
    kinds: Kinds
    tasks: Tasks
    schedules: PreviewingSchedules
    runs: Runs
    sources: Sources
    catalogue: Catalogue
    store: Store
    blobs: Blobs
