"""The ground on which a story happens: an installation with servers of its own, on a small disk of its own."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection

from samples.servers.daemon import free_port
from samples.servers.postgres import Postgres, running_postgres
from samples.servers.rabbitmq import RabbitMQ
from samples.servers.redis import Redis
from tests.engines.installation import Installation
from windrow.client import Client
from windrow.errors import StoreUnavailable
from windrow.model.workers import Worker, WorkerRole

KINDS = Path(__file__).parent / "kinds"

DISK_MEGABYTES = 768

Answer = TypeVar("Answer")


@dataclass
class Ground:
    """An installation that can be harmed in every way. `offset` is how many seconds its clock is off."""

    engine: str
    installation: "Kept"
    client: Client
    disk: Path
    clock: Path
    lease: float
    postgres: Postgres | None = None
    broker: Redis | RabbitMQ | None = None
    offset: float = field(default=0.0)

    def living(self, role: WorkerRole | None = None) -> list[Worker]:
        """The processes that have come up and live, by their ids."""
        found = self.ask(lambda: self.installation.living(role))
        return sorted(found, key=lambda each: each.id)

    def read(self, query: Callable[[Connection], Answer]) -> Answer:
        """What a query finds, however long the database is away."""

        def ask() -> Answer:
            with self.installation.assembly.store._database.read() as connection:
                return query(connection)

        return self.ask(ask)

    def ask(self, question: Callable[[], Answer], patience: float = 60.0) -> Answer:
        """Asks until the database answers. Raises `StoreUnavailable` when it stays away."""
        end = time.monotonic() + patience
        while True:
            try:
                return question()
            except StoreUnavailable:
                if time.monotonic() > end:
                    raise
                threading.Event().wait(0.05)

    def jump(self, seconds: float) -> None:
        """Sets the installation's clock forward or back by so much."""
        self.offset += seconds
        new = self.clock.with_suffix(".new")
        new.write_text(str(self.offset))
        new.rename(self.clock)


class Kept(Installation):
    """An installation that is started again whenever its supervisor has died, as the machine's own would do."""

    def __init__(self, folder: Path, *, database: str, environment: Mapping[str, str], port: int) -> None:
        super().__init__(folder, database=database, environment=environment, port=port)
        self._left = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def __enter__(self) -> Self:
        try:
            self.start()
            self.wait_until_up()
        except BaseException:
            self.close()
            raise
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave_alone()
        self.close()

    def leave_alone(self) -> None:
        """Does not start it again any more."""
        self._left.set()
        if self._keeper.is_alive():
            self._keeper.join()

    def _keep(self) -> None:
        while not self._left.wait(0.2):
            if self._process is not None and self._process.poll() is not None:
                with suppress(OSError):  # a full disk has no room for the log
                    self.start()


@contextmanager
def small_disk(megabytes: int = DISK_MEGABYTES) -> Iterator[Path]:
    """A file system of that size in memory, gone at the end. Takes root; fails where that cannot be had."""
    folder = Path(tempfile.mkdtemp(prefix="windrow-disk-"))
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def prepared(engine: str, *, lease: float, beat: float) -> Iterator[Ground]:
    """A ground for that engine (a name of `tests.engines.choosing`), everything on it up."""
    with ExitStack() as servers:
        disk = servers.enter_context(small_disk())
        postgres = None if engine.endswith("SQLite") else servers.enter_context(_own_postgres(disk))
        database = "" if postgres is None else postgres.new_database()
        broker = _own_broker(engine, servers)
        data, clock = disk / "data", Path(servers.enter_context(tempfile.TemporaryDirectory())) / "clock"
        data.mkdir()
        clock.write_text("0")
        environment = {
            "PYTHONPATH": os.pathsep.join([str(KINDS), *filter(None, [os.environ.get("PYTHONPATH")])]),
            "WINDROW_CHAOS_CLOCK": str(clock),
            "WINDROW_LEASE_SECONDS": str(lease),
            "WINDROW_BEAT_SECONDS": str(beat),
        }
        if broker is not None:
            environment |= {"WINDROW_ENGINE": "celery", "WINDROW_BROKER_URL": broker.url}
        port = free_port()
        kept = servers.enter_context(Kept(data, database=database, environment=environment, port=port))
        token = kept.assembly.windrow.accounts.create_token(kept.principal, "chaos").secret
        client = servers.enter_context(Client(f"http://127.0.0.1:{port}", token=token, timeout=20))
        yield Ground(engine, kept, client, disk, clock, lease, postgres, broker)


@contextmanager
def _own_postgres(disk: Path) -> Iterator[Postgres]:
    with running_postgres(under=disk) as server:
        # What it keeps to recover from a crash must fit on the disk.
        with server._connect() as connection:
            connection.execute("ALTER SYSTEM SET max_wal_size = '128MB'")
            connection.execute("SELECT pg_reload_conf()")
        yield server


def _own_broker(engine: str, servers: ExitStack) -> Redis | RabbitMQ | None:
    if not engine.startswith("Celery"):
        return None
    folder = Path(servers.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
    if engine.endswith("Redis"):
        return servers.enter_context(Redis(folder))
    return servers.enter_context(RabbitMQ(folder))
