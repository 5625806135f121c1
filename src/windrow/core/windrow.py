"""Windrow itself: everything that can be asked of it, in one value that the ways in are given."""

from dataclasses import dataclass

from windrow.core.accounts import Accounts
from windrow.core.authentication import Authentication
from windrow.core.catalogue import Catalogue
from windrow.core.copying.keeping import Copies
from windrow.core.editing import Editing
from windrow.core.items import Items
from windrow.core.kinds import Kinds
from windrow.core.notifications import Notifications
from windrow.core.pipelines.looking import Steps
from windrow.core.previewing_schedules import PreviewingSchedules
from windrow.core.runs import Runs, Tasks
from windrow.core.sources import Sources
from windrow.core.targets import Targets
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
    steps: Steps
    sources: Sources
    targets: Targets
    notifications: Notifications
    catalogue: Catalogue
    editing: Editing
    copies: Copies
    items: Items
    store: Store
    blobs: Blobs
