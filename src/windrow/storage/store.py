"""Store: everything that is kept, on SQLite or PostgreSQL, word by word."""

from functools import cached_property

from windrow.errors import StoreUnavailable
from windrow.ports.store import Changes
from windrow.storage import changes, schema
from windrow.storage.accounts import SqlAccounts
from windrow.storage.agenda import SqlAgenda
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.copies import SqlCopies
from windrow.storage.database import Database
from windrow.storage.destinations import SqlDestinations
from windrow.storage.dispatches import SqlDispatches
from windrow.storage.edits import SqlEdits
from windrow.storage.harvests import SqlHarvests
from windrow.storage.host_hours import SqlHostHours
from windrow.storage.hosts import SqlHosts
from windrow.storage.items import SqlItems
from windrow.storage.memories import SqlMemories
from windrow.storage.named_secrets import SqlNamedSecrets
from windrow.storage.notes import SqlNotes
from windrow.storage.notifications import SqlNotifications
from windrow.storage.reporting import SqlReports
from windrow.storage.runs import SqlRuns
from windrow.storage.scheduled_queues import SqlScheduledQueues
from windrow.storage.secrets import Vault
from windrow.storage.sources import SqlSources
from windrow.storage.targets import SqlTargets
from windrow.storage.tasks import SqlTasks
from windrow.storage.workers import SqlWorkers


class SqlStore:
    """The port `Store`. Its parts hold nothing but the database, and may be used from several threads."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    @cached_property
    def accounts(self) -> SqlAccounts:
        """Tenants, users, tokens, sessions."""
        return SqlAccounts(self._database)

    @cached_property
    def tasks(self) -> SqlTasks:
        """Tasks and schedules."""
        return SqlTasks(self._database)

    @cached_property
    def agenda(self) -> SqlAgenda:
        """What is due, paused, and was met."""
        return SqlAgenda(self._database)

    @cached_property
    def runs(self) -> SqlRuns:
        """Runs, parts, log, outputs."""
        return SqlRuns(self._database)

    @cached_property
    def memories(self) -> SqlMemories:
        """What runs remember from one attempt to the next."""
        return SqlMemories(self._database, self._vault)

    @cached_property
    def named_secrets(self) -> SqlNamedSecrets:
        """What sequences may send and nobody may read."""
        return SqlNamedSecrets(self._database, self._vault)

    @cached_property
    def dispatches(self) -> SqlDispatches:
        """What an engine still has to be told."""
        return SqlDispatches(self._database)

    @cached_property
    def workers(self) -> SqlWorkers:
        """Living processes."""
        return SqlWorkers(self._database)

    @cached_property
    def sources(self) -> SqlSources:
        """Sources, resources, reviews."""
        return SqlSources(self._database, self._vault)

    @cached_property
    def harvests(self) -> SqlHarvests:
        """Passes and pages."""
        return SqlHarvests(self._database)

    @cached_property
    def notifications(self) -> SqlNotifications:
        """Who is told of what becomes of a source."""
        return SqlNotifications(self._database, self._vault)

    @cached_property
    def catalogue(self) -> SqlCatalogue:
        """Records."""
        return SqlCatalogue(self._database)

    @cached_property
    def edits(self) -> SqlEdits:
        """Local edits of records."""
        return SqlEdits(self._database)

    @cached_property
    def copies(self) -> SqlCopies:
        """Files that records link to, kept here."""
        return SqlCopies(self._database)

    @cached_property
    def targets(self) -> SqlTargets:
        """Targets and deliveries."""
        return SqlTargets(self._database, self._vault)

    @cached_property
    def items(self) -> SqlItems:
        """Files that tasks work with."""
        return SqlItems(self._database)

    @cached_property
    def destinations(self) -> SqlDestinations:
        """Where reports are sent."""
        return SqlDestinations(self._database, self._vault)

    @cached_property
    def reports(self) -> SqlReports:
        """Facts for reports."""
        return SqlReports(self._database)

    @cached_property
    def notes(self) -> SqlNotes:
        """What protocols said of tasks and runs."""
        return SqlNotes(self._database)

    @cached_property
    def scheduled_queues(self) -> SqlScheduledQueues:
        """Tasks by the numbers and names that other systems know them by."""
        return SqlScheduledQueues(self._database)

    @cached_property
    def hosts(self) -> SqlHosts:
        """How remote hosts are treated."""
        return SqlHosts(self._database)

    @cached_property
    def host_hours(self) -> SqlHostHours:
        """When remote hosts may be asked."""
        return SqlHostHours(self._database)

    def check(self) -> None:
        """Whether the database answers and its schema is ours. Raises `StoreUnavailable`."""
        if not schema.is_current(self._database):
            raise StoreUnavailable("The database's tables are not those of this version; run `windrow db upgrade`.")

    def changes(self) -> Changes:
        """A listener that wakes when anything was committed. One per thread."""
        return changes.listen(self._database)

    def close(self) -> None:
        """Gives all connections back."""
        self._database.close()
