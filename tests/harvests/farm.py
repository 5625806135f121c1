"""A farm: a whole installation in this process, whose worker works when told to, on a clock that runs ahead."""

import atexit
import pickle
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from argon2 import PasswordHasher

from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.core.passwords import Passwords
from windrow.core.performing import Performer
from windrow.core.source_drafts import SourceDraft
from windrow.fetching import OutgoingPolicy, PoliteFetcherMaker, make_fetcher_maker
from windrow.model.accounts import Principal
from windrow.model.identity import new_id
from windrow.model.resources import Resource
from windrow.model.runs import Run, RunState
from windrow.model.sources import Credential, DeletionReview, Policies, Source
from windrow.model.windows import Hours, Window
from windrow.ports.catalogue import Reader, Search
from windrow.ports.fetching import Check, Courier, Manners
from windrow.ports.source_kinds import SourceKind
from windrow.ports.sources import ResourceFilter
from windrow.ports.targets import TargetKind
from windrow.ports.work import WorkKind
from windrow.settings import load_settings

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

SPEED = 30.0
"""Waits are a thirtieth of what they say: a page's second try comes after some hundredths of a second."""

BRISK = Policies(requests_per_second=0, full_every=timedelta(0))
"""No pace, and every pass a whole one."""

PASSWORD = "correct horse battery"

TENDER = Policies(requests_per_second=0, full_every=timedelta(0), guard_share=1.0)
"""The same without a guard."""


class HurryingClock:
    """Runs ahead of the real time, and jumps when told to."""

    def __init__(self, speed: float = SPEED) -> None:
        self._began = time.monotonic()
        self._base = datetime.now(UTC).replace(microsecond=0)
        self._speed = speed

    def __call__(self) -> datetime:
        return self._base + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def jump(self, **how_far: float) -> None:
        self._base += timedelta(**how_far)

    def wait(self, seconds: float) -> None:
        """Lets so many of its seconds pass."""
        threading.Event().wait(seconds / self._speed)


@dataclass
class ImpatientMaker:
    """Makes fetchers whose manners are changed first: a hang must not take half a minute in a test."""

    maker: PoliteFetcherMaker
    changes: Mapping[str, Any] = field(default_factory=lambda: {"read_timeout": 2.0, "attempts": 1})

    def __call__(self, manners: Manners, *, origin: str, credential: Credential | None, check: Check) -> Courier:
        return self.maker(replace(manners, **self.changes), origin=origin, credential=credential, check=check)

    def close(self) -> None:
        self.maker.close()


@dataclass
class Farm:
    """Sources, and one worker that harvests them when `harvest` says so."""

    assembly: Assembly
    clock: HurryingClock
    principal: Principal
    performer: Performer

    # Sources.

    def add(
        self,
        kind: str,
        url: str = "http://127.0.0.1:9/",
        *,
        policies: Policies = BRISK,
        settings: Mapping[str, Any] | None = None,
    ) -> Source:
        draft = SourceDraft(f"source {new_id()}", kind, url, settings=settings or {}, policies=policies)
        return self.assembly.windrow.sources.create(self.principal, draft).source

    def look_at(self, source: Source) -> Source:
        return self.assembly.store.sources.get(source.id, tenant_id=None)

    def close_host(self, *, hours: float, after: float = 0.0) -> None:
        """Has nobody ask this machine for so many hours, by the clock that hurries; `after` so many."""
        begin = self.clock() + timedelta(hours=after, minutes=-5)
        blackout = Window(begin.time(), (begin + timedelta(hours=hours, minutes=5)).time())
        self.assembly.windrow.hosts.set_hours(self.principal, "127.0.0.1", Hours(blackouts=(blackout,)))
        # A turn that was kept from before may serve once more.
        wait_for(lambda: not any(each.state.in_flight for each in self.assembly.windrow.hosts.list(self.principal)))

    def open_host(self) -> None:
        """Has it be asked at any hour again."""
        self.assembly.windrow.hosts.remove_hours(self.principal, "127.0.0.1")

    # Runs.

    def start(self, source: Source, *, full: bool = False) -> Run:
        return self.assembly.windrow.sources.harvest(self.principal, source.id, full=full)

    def harvest(self, source: Source, *, full: bool = False) -> Run:
        """A whole harvest, however many attempts it takes; the run as it ended."""
        return self.finish(self.start(source, full=full))

    def finish(self, run: Run) -> Run:
        """Works at a run until it has ended; time that it rests passes at once."""
        while not (now := self.run(run.id)).state.is_terminal:
            if now.state is RunState.SCHEDULED:
                self.clock.jump(seconds=max(0.0, (now.ready_at - self.clock()).total_seconds()))
                self.assembly.store.runs.promote(self.clock())
            with beating(self.performer):
                if not self.performer.perform(run.id):
                    for carry_out in self.performer.take_parts(10):
                        carry_out()
                self.performer.beat()
        return now

    def run(self, run_id: str) -> Run:
        return self.assembly.store.runs.get(run_id, tenant_id=None)

    def log(self, run: Run) -> list[str]:
        return [each.message for each in self.assembly.store.runs.read_log(run.id, limit=1000).items]

    # What came of it.

    def resources(self, source: Source) -> dict[str, Resource]:
        page = self.assembly.store.sources.list_resources(source.id, ResourceFilter(), limit=1000)
        return {each.identifier: each for each in page.items}

    def presences(self, source: Source) -> dict[str, str]:
        return {name: each.presence.value for name, each in self.resources(source).items()}

    def titles(self, source: Source) -> dict[str, str]:
        """What the catalogue shows of the source: titles by identifier."""
        found = self.assembly.store.catalogue.search(
            Reader(everything=True), Search(sources=(source.id,)), limit=1000
        ).items
        return {each.record.identifier: each.record.title for each in found}

    def reviews(self, source: Source) -> list[DeletionReview]:
        return list(self.assembly.store.sources.list_reviews(source.id, limit=100).items)


@contextmanager
def beating(performer: Performer, every: float = 0.1) -> Iterator[None]:
    """What the heart does, meanwhile."""
    stopped = threading.Event()

    def beat() -> None:
        while not stopped.wait(every):
            performer.look()
            performer.beat()

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


class Elsewhere:
    """What goes to another process and back as far as data is concerned, and stays here otherwise."""

    def __call__(self, check: Check, function: Callable[..., Any], /, *arguments: Any) -> Any:
        check()
        try:
            call = pickle.dumps((function, arguments))
        except (pickle.PicklingError, AttributeError, TypeError):
            return function(*arguments)
        function, arguments = pickle.loads(call)
        return pickle.loads(pickle.dumps(function(*arguments)))

    def close(self) -> None:
        """Nobody is there."""


@cache
def template() -> Path:
    """An installation that was started for the first time: to copy it is quicker than to make one."""
    folder = Path(tempfile.mkdtemp(prefix="windrow-farm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    assembly = Assembly(load_settings({"data": folder}), durable=False)
    hash_cheaply(assembly)
    assembly.windrow.accounts.first_start(password=PASSWORD)
    assembly.close()
    return folder


def hash_cheaply(assembly: Assembly) -> None:
    """Has passwords be hashed in no time: a hash that is hard to break takes a quarter of a second."""
    assembly.__dict__["passwords"] = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@contextmanager
def open_farm(
    folder: Path,
    *,
    database: str = "",
    kinds: tuple[SourceKind, ...] = (),
    work: tuple[WorkKind, ...] = (),
    targets: tuple[TargetKind, ...] = (),
) -> Iterator[Farm]:
    """A farm in a folder (and a database elsewhere), with further kinds."""
    if not database:
        shutil.copytree(template(), folder, dirs_exist_ok=True)
    clock = HurryingClock()
    # Pages are read as if elsewhere: child processes have their tests with the engines, and every journey uses them.
    settings = load_settings({"data": folder, "database_url": database or None, "readers": 0})
    assembly = Assembly(settings, durable=False, clock=clock)
    assembly.__dict__["offload"] = Elsewhere()
    hash_cheaply(assembly)
    assembly.__dict__["fetcher_maker"] = ImpatientMaker(
        make_fetcher_maker(
            assembly.store.hosts,
            OutgoingPolicy(allow=("127.0.0.0/8",)),
            user_agent="Windrow/test",
            clock=clock,
            wait=clock.wait,
        )
    )
    installed = assembly.kinds
    dict_of(installed.sources).update({each.name: each for each in kinds})
    dict_of(installed.work).update({each.name: each for each in work})
    dict_of(installed.targets).update({each.name: each for each in targets})
    assembly.windrow.accounts.first_start(password=PASSWORD)
    found = assembly.store.accounts.find_user("admin")
    assert found is not None
    try:
        yield Farm(assembly, clock, principal_of(found[0]), assembly.performer(new_id()))
    finally:
        assembly.close()


def dict_of(kinds: Mapping[str, Any]) -> dict[str, Any]:
    assert isinstance(kinds, dict)
    return kinds


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until it holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{condition} did not come true within {seconds} s"
        threading.Event().wait(0.01)
