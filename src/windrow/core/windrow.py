"""Windrow itself: everything that can be asked of it, in one value that the ways in are given."""

from dataclasses import dataclass

from windrow.core.accounts import Accounts
from windrow.core.agenda.looking import Agenda
from windrow.core.authentication import Authentication
from windrow.core.catalogue import Catalogue
from windrow.core.copying.keeping import Copies
from windrow.core.destinations import Destinations
from windrow.core.editing import Editing
from windrow.core.hosts import Hosts
from windrow.core.items import Items
from windrow.core.kinds import Kinds
from windrow.core.named_secrets import NamedSecrets
from windrow.core.noted_tasks import NotedTasks
from windrow.core.notifications import Notifications
from windrow.core.pipelines.looking import Steps
from windrow.core.previewing_schedules import PreviewingSchedules
from windrow.core.queueing import Queue
from windrow.core.recalling import Recalling
from windrow.core.repeating import Repeating
from windrow.core.reporting.making import ReportsNow
from windrow.core.runs import Runs, Tasks
from windrow.core.scheduled_queues import ScheduledQueues
from windrow.core.sources import Sources
from windrow.core.targets import Targets
from windrow.core.walking.walkers import Walkers
from windrow.ports.store import Blobs, Store


@dataclass(frozen=True, slots=True)
class Windrow:
    """The use cases, by word. Faces, console and CLI call these and nothing below."""

    accounts: Accounts
    authentication: Authentication
    kinds: Kinds
    tasks: Tasks
    schedules: PreviewingSchedules
    agenda: Agenda
    runs: Runs
    hosts: Hosts
    queue: Queue
    repeating: Repeating
    recalling: Recalling
    steps: Steps
    sources: Sources
    targets: Targets
    notifications: Notifications
    destinations: Destinations
    reports: ReportsNow
    catalogue: Catalogue
    editing: Editing
    copies: Copies
    items: Items
    walkers: Walkers
    noted_tasks: NotedTasks
    scheduled_queues: ScheduledQueues
    named_secrets: NamedSecrets
    store: Store
    blobs: Blobs
