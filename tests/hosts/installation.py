"""An installation on three hosts: API, clock and database on `a`, a worker each on `b` and `c`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from samples.servers.postgres import Postgres
from tests.engines.installation import PATIENT, Installation
from tests.harvests.farm import PASSWORD
from tests.hosts.network import Network
from windrow.client import Client
from windrow.core.source_drafts import SourceDraft
from windrow.model.identity import new_id
from windrow.model.runs import Run
from windrow.model.sources import Source
from windrow.model.workers import Worker

LEASE = 3.0
BEAT = 1.0
PORT = 8750
WORKERS = ("b", "c")


class Hosts(Installation):
    """Three hosts. Any of them can be cut off; what is looked at from here goes to the database on `a`."""

    def __init__(self, folder: Path, network: Network, database: str) -> None:
        super().__init__(folder / "a", database=database, workers=len(WORKERS))
        self.network = network
        self._root = folder
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._workers_of: dict[str, int] = {}

    # Processes.

    def environment(self, host: str) -> dict[str, str]:
        """What every process of a host is told: the one place that knows what hosts share and what they do not."""
        return {
            "WINDROW_DATABASE_URL": self.database,
            "WINDROW_SECRET_KEY": (self.folder / "secret.key").read_text().strip(),
            "WINDROW_DATA": str(self._root / host),
            "WINDROW_HOST": self.network.addresses[host],
            "WINDROW_PORT": str(PORT),
            "WINDROW_OUTGOING_ALLOW": str(self.network.network),
            "WINDROW_WORKERS": "0",
            "WINDROW_READERS": "0",
            "WINDROW_QUEUES": f"default,{host}",
            "WINDROW_LEASE_SECONDS": str(LEASE),
            "WINDROW_BEAT_SECONDS": str(BEAT),
        }

    def start(self) -> None:
        """Starts what each host has by itself."""
        self.launch("a", "up")
        self._workers_of = {host: self.launch(host, "worker") for host in WORKERS}

    def launch(self, host: str, command: str) -> int:
        """Starts a command of Windrow on a host; its process number. The kernel ends it with this process."""
        folder = self._root / host
        folder.mkdir(exist_ok=True)
        begin = [*self.network.within(host), "setpriv", "--pdeathsig", "INT", sys.executable, "-m", "windrow.cli"]
        with (folder / f"{command}.log").open("ab") as log:
            process = subprocess.Popen(
                [*begin, command],
                env={**os.environ, **self.environment(host)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._processes[process.pid] = process
        return process.pid

    def end(self, pid: int, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends one process that was launched; its exit code."""
        process = self._processes.pop(pid)
        process.send_signal(how)
        return process.wait(40)

    def stop(self) -> int | None:
        """Ends all at once, as Ctrl-C would; the exit code that is farthest from a good one."""
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(40) for process in self._processes.values()]
        self._processes.clear()
        return max(codes, key=abs, default=None)

    def log_of(self, host: str, command: str = "worker") -> str:
        """What a host's process has told so far."""
        return (self._root / host / f"{command}.log").read_text(errors="replace")

    def client(self, host: str) -> Client:
        """A client of the API on a host."""
        return Client(f"http://{self.network.addresses[host]}:{PORT}", basic=("admin", PASSWORD), timeout=20)

    # Work.

    def worker_of(self, host: str) -> Worker:
        """The worker that was started on that host, and is the same ever since."""
        (found,) = [each for each in self.living() if each.pid == self._workers_of[host]]
        return found

    def host_of(self, run: Run) -> str:
        """Which host carries a run, or did last."""
        (pid,) = [each.pid for each in self.living() if each.id == self.run(run).worker_id]
        return next(host for host, its in self._workers_of.items() if its == pid)

    def add_for(self, host: str, url: str) -> Source:
        """A source that only this host's worker harvests."""
        draft = SourceDraft(f"source {new_id()}", "oai_pmh", url, policies=PATIENT, queue=host)
        return self.assembly.windrow.sources.create(self.principal, draft).source


@contextmanager
def running_hosts(folder: Path, network: Network, server: Postgres) -> Iterator[Hosts]:
    """An installation on three hosts that is up."""
    folder.mkdir(parents=True)
    (folder / "a").mkdir()
    hosts = Hosts(folder, network, server.new_database())
    try:
        hosts.start()
        hosts.wait_until_up()
        yield hosts
    finally:
        for host in network.names:
            network.heal(host)
        hosts.close()
