"""Assembly: what plugs real parts together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from windrow.assembly.entering import SOURCE_KINDS, TARGET_KINDS, WALKERS, WORK_KINDS, load_kinds, place_of
from windrow.assembly.outfits import bounds_of_notebooks, interpreter_of, portal_of
from windrow.core.accounts import Accounts
from windrow.core.agenda.looking import Agenda
from windrow.core.attending import Attending
from windrow.core.authentication import Authentication
from windrow.core.catalogue import Catalogue
from windrow.core.closing import Closing
from windrow.core.consequences import Consequence, Consequences
from windrow.core.copying.following import CopyingFollows
from windrow.core.copying.keeping import Copies
from windrow.core.copying.kind import CopyWork
from windrow.core.destinations import Destinations
from windrow.core.dispatching import Dispatching
from windrow.core.editing import Editing
from windrow.core.harvesting.checking import AvailabilityWork
from windrow.core.harvesting.detecting import Detecting
from windrow.core.harvesting.diffing import DiffWork
from windrow.core.harvesting.kind import HarvestWork, RefreshWork
from windrow.core.harvesting.preparing import take_in
from windrow.core.harvesting.previewing import Previewing
from windrow.core.hosts import Hosts
from windrow.core.item_folders import ItemFolders
from windrow.core.items import Items, Shelf
from windrow.core.kinds import Kinds
from windrow.core.named_secrets import NamedSecrets
from windrow.core.noted_tasks import NotedTasks
from windrow.core.notifications import Notifications
from windrow.core.notifying.digesting import DigestWork
from windrow.core.notifying.kind import NotifyWork
from windrow.core.notifying.telling import Telling
from windrow.core.passwords import Passwords
from windrow.core.pausing import Pausing
from windrow.core.performing import Performer
from windrow.core.pipelines.looking import Steps
from windrow.core.pipelines.making import make_pipeline_work
from windrow.core.pipelines.reading import Reading
from windrow.core.pipelines.starting import Starting
from windrow.core.previewing_schedules import PreviewingSchedules
from windrow.core.pushing.asking import Asking
from windrow.core.pushing.following import PushFollows
from windrow.core.pushing.kind import PushWork
from windrow.core.pushing.places import Places
from windrow.core.queueing import Queue
from windrow.core.recalling import Recalling
from windrow.core.repeating import Repeating
from windrow.core.reporting.delivering import Delivering
from windrow.core.reporting.kind import ReportWork
from windrow.core.reporting.making import Making, ReportsNow
from windrow.core.reporting.sending import Sending
from windrow.core.runs import Runs, Tasks
from windrow.core.scheduled_queues import ScheduledQueues
from windrow.core.scheduling import Scheduling
from windrow.core.sequences.checking import Checking
from windrow.core.sequences.secrets import TenantSecrets
from windrow.core.sequences.starting import RunStarting
from windrow.core.sources import Sources
from windrow.core.steps import Stepping
from windrow.core.targets import Targets
from windrow.core.walking.inline import Inline
from windrow.core.walking.kind import WalkerWork
from windrow.core.walking.loading import load_walkers
from windrow.core.walking.walkers import Walkers
from windrow.core.watching import Watching
from windrow.core.windrow import Windrow
from windrow.engines.isolation import Isolator
from windrow.engines.process_pool import ProcessPool
from windrow.errors import BadInput
from windrow.fetching import OutgoingPolicy, PoliteFetcherMaker, make_fetcher_maker, name_ourselves
from windrow.fetching.apprise import AppriseMessenger
from windrow.model.sources import Credential
from windrow.ports.clocks import Clock, system_clock
from windrow.ports.engines import Reservations
from windrow.ports.fetching import Check, Courier, Manners
from windrow.ports.source_kinds import SourceKind
from windrow.ports.targets import TargetKind
from windrow.ports.visitors import visitors
from windrow.ports.walkers import Walker
from windrow.ports.work import Work, WorkKind, isolation_of
from windrow.settings import Settings
from windrow.storage.blobs import FolderBlobs
from windrow.storage.database import Database
from windrow.storage.encoding import RecordEncoder
from windrow.storage.schema import upgrade
from windrow.storage.secrets import open_vault
from windrow.storage.store import SqlStore
from windrow.work.arcgis_portal import ArcgisPortalWork
from windrow.work.jac import JAC, JacWork, load_jac_walkers
from windrow.work.notebook import NotebookWork
from windrow.work.report import draw
from windrow.work.sequence import SequenceKind
from windrow.work.sequence.surroundings import Surroundings

if TYPE_CHECKING:
    from celery import Celery

    from windrow.engines.celery.relay import RelayLoop


@dataclass
class Assembly:
    """The parts of one process, made when they are first asked for.

    `durable` is for processes that answer people: what they accepted survives a power cut (see `Database`).
    """

    settings: Settings
    durable: bool = True
    clock: Clock = system_clock

    @cached_property
    def store(self) -> SqlStore:
        """The database, its schema up to date."""
        self.settings.data.mkdir(parents=True, exist_ok=True)
        database = Database(self.settings.database, durable=self.durable)
        upgrade(database)
        secret = self.settings.secret_key
        vault = open_vault(self.settings.data, secret.get_secret_value() if secret is not None else None)
        return SqlStore(database, vault)

    @cached_property
    def blobs(self) -> FolderBlobs:
        """Files, in a folder of the data folder."""
        return FolderBlobs(self.settings.data / "blobs")

    @cached_property
    def fetcher_maker(self) -> PoliteFetcherMaker:
        """Polite fetchers that keep the outgoing policy."""
        return make_fetcher_maker(
            self.store.hosts,
            OutgoingPolicy(allow=self.settings.outgoing_allow),
            user_agent=name_ourselves(version("windrow"), self.settings.user_agent_contact),
            clock=self.clock,
        )

    @cached_property
    def offload(self) -> ProcessPool | None:
        """Child processes that read pages, if there are to be some."""
        return ProcessPool(self.settings.readers) if self.settings.readers else None

    @cached_property
    def isolator(self) -> Isolator:
        """Child processes for the attempts of kinds that ask for one."""
        asking = [kind for kind in self.kinds.work.values() if isolation_of(kind) is not None]
        installed = {entry.name: entry.value for entry in visitors(WORK_KINDS)}
        places = {kind.name: installed.get(kind.name) or place_of(kind) for kind in asking}
        if self.settings.jac_command is not None:
            places[JAC] = place_of(JacWork())
        return Isolator(places, drain=self.settings.drain_seconds)

    def warm_up(self) -> None:
        """Has the processes that read pages load what they will need, before there is anything to do."""
        if self.offload is not None:
            kinds = [self.kinds.sources.get(name) for name in self.store.sources.kinds()]
            modules = [type(each).__module__ for each in kinds if each is not None]
            self.offload.warm_up([take_in.__module__, RecordEncoder.__module__, *modules])

    @cached_property
    def kinds(self) -> Kinds:
        """Everything installed, by the visitors' door; harvests need the store and are plugged in here."""
        sources: dict[str, SourceKind] = {each.name: each for each in load_kinds(SOURCE_KINDS)}
        work: dict[str, WorkKind] = {each.name: each for each in load_kinds(WORK_KINDS)}
        targets: dict[str, TargetKind] = {each.name: each for each in load_kinds(TARGET_KINDS)}
        kinds = Kinds(sources, work, targets)
        work["harvest"] = HarvestWork(self.store, kinds.source, self.clock, self.offload)
        work["refresh"] = RefreshWork(self.store, kinds.source, self.clock, self.offload)
        work["availability"] = AvailabilityWork(self.store, kinds.source, self.clock)
        work["copy"] = CopyWork(self.store, self.blobs, self.clock, self.fetcher_maker)
        work["notify"] = NotifyWork(
            self.store, self._send_out, self.messenger, self.clock, self.settings.base_url or ""
        )
        work["digest"] = DigestWork(self.store, Attending(self.store, self.clock), self.clock)
        work["source_diff"] = DiffWork(self.store, kinds.source)
        work["arcgis_portal"] = ArcgisPortalWork(portal_of(self.settings))
        work["walker"] = WalkerWork(self.walkers, lambda: self.isolator)
        work["notebook"] = NotebookWork(bounds_of_notebooks(self.settings))
        work["push"] = PushWork(self.store, self._asking(kinds), self.clock)
        sending = Sending(self.store, self.blobs, self._delivering, self.settings.base_url or "")
        work["report"] = ReportWork(self.store, self._making, sending, self.clock)
        work["pipeline"] = make_pipeline_work(self.store, kinds, self.shelf, self.clock)
        work["sequence"] = self._make_sequence_work(kinds)
        return kinds

    def _make_sequence_work(self, kinds: Kinds) -> SequenceKind:
        stepping = Stepping(self.store, self.clock)
        starting = Starting(self.store, kinds, stepping, Attending(self.store, self.clock))

        def surround(work: Work) -> Surroundings:
            return Surroundings(TenantSecrets(self.store, work.run.tenant_id), RunStarting(work, starting, self.clock))

        return SequenceKind(surround=surround, look=Checking(starting, self.walkers))

    def _asking(self, kinds: Kinds) -> Asking:
        folders = [Path(each) for each in self.settings.target_folders] or [self.settings.data.absolute() / "targets"]
        return Asking(self.store.targets, kinds.target, self._send_out, Places(folders))

    def _send_out(self, manners: Manners, *, origin: str, credential: Credential | None, check: Check) -> Courier:
        # Not every process that knows the kinds has anything to fetch: the maker is made with its first courier.
        return self.fetcher_maker(manners, origin=origin, credential=credential, check=check)

    @cached_property
    def messenger(self) -> AppriseMessenger:
        """What tells people by Apprise, and keeps the outgoing policy."""
        return AppriseMessenger(tuple(self.settings.outgoing_allow))

    @property
    def _making(self) -> Making:
        return Making(self.store, draw, self.clock, self._run_keep)

    @property
    def _delivering(self) -> Delivering:
        return Delivering(self.store, self._send_out, self.messenger, self.clock)

    @cached_property
    def walkers(self) -> dict[str, Walker]:
        """The registered callables: those of packages, of the folders that the settings name, and of Jac."""
        jac = interpreter_of(self.settings)
        others = chain(load_jac_walkers(jac) if jac else (), self._http_walkers())
        return load_walkers(WALKERS, [Path(each) for each in self.settings.walker_folders], others)

    def _http_walkers(self) -> Iterable[tuple[str, Walker]]:
        if not self.settings.http_walkers:
            return ()
        from windrow.work.http_walkers import load_http_walkers

        return load_http_walkers(self.settings.http_walkers)

    @cached_property
    def shelf(self) -> Shelf:
        """Files that tasks work with."""
        return Shelf(self.store, self.blobs, ItemFolders([Path(each) for each in self.settings.item_folders]))

    @cached_property
    def passwords(self) -> Passwords:
        """What hashes passwords, and checks them."""
        return Passwords()

    @cached_property
    def windrow(self) -> Windrow:
        """Everything that can be asked of Windrow."""
        store, clock = self.store, self.clock
        detecting = Detecting(self.kinds.sources, self.fetcher_maker)
        previewing = Previewing(self.kinds.source, store.harvests.known, self.fetcher_maker)
        attending = Attending(store, clock)
        sources = Sources(store, self.kinds, self.blobs, clock, detecting, previewing, attending)
        return Windrow(
            accounts=Accounts(store.accounts, clock, passwords=self.passwords),
            authentication=Authentication(
                store.accounts,
                clock,
                session_length=timedelta(hours=self.settings.session_hours),
                passwords=self.passwords,
            ),
            kinds=self.kinds,
            tasks=Tasks(store, self.kinds, clock),
            schedules=PreviewingSchedules(store.tasks, clock, Closing(store)),
            agenda=Agenda(store, Tasks(store, self.kinds, clock), clock),
            runs=Runs(store, self.blobs, clock, self.reservations),
            hosts=Hosts(store, clock),
            queue=Queue(store, self.reservations),
            repeating=Repeating(store, clock, sources, Reading(store, self.shelf), self.kinds),
            recalling=Recalling(store),
            steps=Steps(store, Reading(store, self.shelf)),
            sources=sources,
            targets=Targets(store, self.kinds, clock, sources, self._asking(self.kinds), attending),
            notifications=Notifications(store, attending, self.messenger, clock),
            destinations=Destinations(store, self.messenger, self._delivering, clock),
            reports=ReportsNow(self._making, clock),
            catalogue=Catalogue(store.catalogue),
            editing=Editing(store, clock),
            copies=Copies(store, self.blobs, attending),
            items=Items(self.shelf, clock),
            walkers=Walkers(store, self.walkers, clock, Inline(self.performer, self.settings.beat_seconds)),
            noted_tasks=NotedTasks(Tasks(store, self.kinds, clock)),
            scheduled_queues=ScheduledQueues(Tasks(store, self.kinds, clock)),
            named_secrets=NamedSecrets(store, clock),
            store=store,
            blobs=self.blobs,
        )

    def performer(self, worker_id: str) -> Performer:
        """What carries out the runs of a worker."""
        return Performer(
            store=self.store,
            shelf=self.shelf,
            kinds=self.kinds.work,
            fetcher_maker=self.fetcher_maker,
            clock=self.clock,
            worker_id=worker_id,
            queues=self.settings.queues,
            lease=timedelta(seconds=self.settings.lease_seconds),
            log_keep=self.settings.log_keep,
            isolate=self.isolator,
            errands_maker=self.fetcher_maker,
        )

    @cached_property
    def celery(self) -> "Celery":
        """Celery's application; nothing is connected by making it."""
        return make_celery(self.settings)

    @cached_property
    def reservations(self) -> Reservations | None:
        """What an engine's workers have taken and not begun, where the engine has queues of its own."""
        if self.settings.engine == "embedded":
            return None
        from windrow.engines.celery.reserved import Reserved

        return Reserved(lambda: self.celery)

    def make_relay(self) -> "RelayLoop | None":
        """What tells the engine of what became ready, where it must be told."""
        if self.settings.engine == "embedded":
            return None
        from windrow.engines.celery.relay import RelayLoop
        from windrow.engines.celery.sending import Sender

        store = self.store
        dispatching = Dispatching(store.dispatches, store.workers.room, self.clock)
        return RelayLoop(dispatching, Sender(self.celery), store.changes)

    @property
    def scheduling(self) -> Scheduling:
        """Meets due moments."""
        return Scheduling(self.store.tasks, self.clock)

    @property
    def consequences(self) -> Consequences:
        """Begins what follows from the ends of runs."""
        store, clock = self.store, self.clock
        attending = Attending(store, clock)
        drawn: list[Consequence] = [
            CopyingFollows(store, clock, attending),
            PushFollows(store, attending),
            Telling(store, attending),
        ]
        return Consequences(store, drawn, Pausing(store.tasks, clock))

    @property
    def _run_keep(self) -> timedelta:
        return timedelta(days=self.settings.run_keep_days)

    @property
    def watching(self) -> Watching:
        """The sweeper and the housekeeper."""
        return Watching(self.store, self.blobs, self.clock, self._run_keep)

    def close(self) -> None:
        """Gives back what was opened."""
        for each in ("offload", "isolator"):
            if (opened := self.__dict__.get(each)) is not None:
                opened.close()
        if "fetcher_maker" in self.__dict__:
            self.fetcher_maker.close()
        if "store" in self.__dict__:
            self.store.close()


def make_celery(settings: Settings) -> "Celery":
    """Celery's application with our settings. Raises `BadInput` where Celery is not installed or not set up."""
    if settings.broker_url is None:
        raise BadInput.of("broker_url", "must be set: the Celery engine needs a broker")
    try:
        # Only installations that chose it have it, and its memory is not for the others.
        from windrow.engines.celery.app import Pool, make_app
    except ImportError as error:
        raise BadInput.of("engine", f"needs Celery: pip install 'windrow[celery]' ({error})") from error
    memory = settings.celery_memory_mb * 1024 * 1024
    pool = Pool(settings.celery_pool, settings.carried_at_once, memory)
    return make_app(settings.broker_url.get_secret_value(), settings.queues, pool)
