"""An installation to be measured: a data folder of its own, the real worker processes, and what becomes of its runs."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmarks.children import child
from benchmarks.children import memory as memory_of
from samples.servers.daemon import free_port
from samples.servers.process import ServerFailed
from windrow.assembly import Assembly
from windrow.core.authentication import principal_of
from windrow.core.source_drafts import SourceDraft
from windrow.model.accounts import Principal, rights_of
from windrow.model.runs import TERMINAL, Run, RunState
from windrow.model.sources import Policies
from windrow.model.workers import WorkerRole
from windrow.settings import Settings

PASSWORD = "only for measuring 1"
LOOK_EVERY = 0.1
PATIENCE = 300.0
WEIGH_EVERY = 0.5
"""Seconds between two looks: who looks all the time takes what it measures away."""

POLICIES = Policies(requests_per_second=0, concurrency=4)
NEAR = "127.0.0.0/8"


@dataclass(frozen=True, slots=True)
class Harvest:
    """How a harvest went: seconds from asking for it to its end, and the most memory (MB) its worker held.

    `memory` is 0 where it was not weighed.
    """

    records: int
    seconds: float
    memory: float
    counts: dict[str, int]

    @property
    def rate(self) -> float:
        """Records per second."""
        return self.records / self.seconds


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder with its database, and the admin on whose behalf sources are made."""

    folder: Path
    assembly: Assembly
    principal: Principal

    @property
    def environment(self) -> dict[str, str]:
        """What processes on this installation need to be told."""
        settings = self.assembly.settings
        given = {"WINDROW_DATA": str(settings.data), "WINDROW_OUTGOING_ALLOW": NEAR, "WINDROW_LOG_LEVEL": "warning"}
        return given if settings.database_url is None else {**given, "WINDROW_DATABASE_URL": settings.database}

    def add_source(self, name: str, url: str, *, kind: str = "csw", **policies: Any) -> int:
        """Registers a source; gives its number."""
        draft = SourceDraft(name=name, kind=kind, url=url, policies=replace(POLICIES, **policies))
        return self.assembly.windrow.sources.create(self.principal, draft).source.id

    def point_source(self, source_id: int, url: str) -> None:
        """Gives a source another address."""
        view = self.assembly.windrow.sources.view(self.principal, source_id)
        draft = SourceDraft(name=view.source.name, kind="csw", url=url, policies=view.source.policies)
        self.assembly.windrow.sources.change(self.principal, source_id, draft)

    def harvest(self, source_id: int, *, full: bool = False, within: float = 3600.0, weigh: bool = True) -> Harvest:
        """Harvests a source with one real worker process, started for it; raises when that does not succeed.

        To `weigh` it takes a few hundredths of a second each time, in which the worker stands still.
        """
        with self.worker() as pid:
            run = self.assembly.windrow.sources.harvest(self.principal, source_id, full=full)
            ended, memory = self._await(run, pid if weigh else None, within)
        counts = dict(ended.progress.counts)
        assert ended.ended_at is not None
        return Harvest(ended.progress.done, (ended.ended_at - ended.created_at).total_seconds(), memory, counts)

    @contextmanager
    def worker(self) -> Iterator[int]:
        """A worker process that is ready; gives its process number."""
        command: list[object] = [sys.executable, "-m", "windrow.cli", "worker", "--data", self.folder]
        with child(command, self.folder / "worker.log", self.environment) as process:
            self._await_worker(process)
            yield process.pid
        for each in self.assembly.store.workers.all():
            self.assembly.store.workers.leave(each.id, now=self.assembly.clock())

    @contextmanager
    def up(self, workers: int) -> Iterator[None]:
        """`windrow up` with so many workers, as people start it."""
        flags: list[object] = ["up", "--data", self.folder, "--port", free_port(), "--workers", workers]
        with child([sys.executable, "-m", "windrow.cli", *flags], self.folder / "up.log", self.environment):
            while self.workers() < workers:
                time.sleep(LOOK_EVERY)
            yield

    def start(self, source_id: int) -> Run:
        """Asks for a harvest."""
        return self.assembly.windrow.sources.harvest(self.principal, source_id)

    def look(self, runs: Sequence[Run]) -> list[Run]:
        """The runs as they now are, in their order."""
        found = self.assembly.store.runs.get_many([run.id for run in runs])
        return [found[run.id] for run in runs]

    def await_runs(
        self, runs: Sequence[Run], holds: Callable[[Run], bool] = lambda run: run.state in TERMINAL
    ) -> list[Run]:
        """The runs once this holds of all of them: that they have ended, if nothing else is said."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.look(runs)
            if all(map(holds, found)):
                return found
            time.sleep(LOOK_EVERY)
        raise TimeoutError(f"The harvests did not come to it: {self.look(runs)}")

    def workers(self) -> int:
        """How many worker processes have said that they are there."""
        return sum(each.role is WorkerRole.WORKER for each in self.assembly.store.workers.all())

    def _await_worker(self, process: "subprocess.Popen[bytes]") -> None:
        while not self.workers():
            if process.poll() is not None:
                raise ServerFailed(f"No worker; its log says:\n{(self.folder / 'worker.log').read_text()[-2000:]}")
            time.sleep(LOOK_EVERY)

    def _await(self, run: Run, pid: int | None, within: float) -> tuple[Run, float]:
        end, memory, weighed = time.monotonic() + within, 0.0, 0.0
        while run.state not in TERMINAL:
            if time.monotonic() > end:
                raise ServerFailed(f"The harvest did not end: {run}")
            time.sleep(LOOK_EVERY)
            if pid is not None and time.monotonic() - weighed >= WEIGH_EVERY:
                memory, weighed = max(memory, memory_of(pid)), time.monotonic()
            run = self.assembly.windrow.runs.get(self.principal, run.id)
        if run.state is not RunState.SUCCEEDED:
            raise ServerFailed(f"The harvest ended as {run.state}: {run.error}")
        return run, memory


@contextmanager
def installed(database_url: str | None = None) -> Iterator[Installation]:
    """A new installation in a temporary folder; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="windrow-bench-"))
    settings = Settings(
        data=folder,
        outgoing_allow=(NEAR,),
        admin_password=SecretStr(PASSWORD),
        database_url=None if database_url is None else SecretStr(database_url),
    )
    assembly = Assembly(settings, durable=False)
    try:
        made = assembly.windrow.accounts.first_start(settings.admin_username, PASSWORD)
        assert made is not None
        principal = replace(principal_of(made.user), rights=rights_of(made.user.role), must_change_password=False)
        yield Installation(folder, assembly, principal)
    finally:
        assembly.close()
        shutil.rmtree(folder, ignore_errors=True)
