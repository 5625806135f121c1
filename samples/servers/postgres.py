"""A private PostgreSQL server that trusts everybody who can reach it: on loopback, or on a network of tests."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from samples.servers.daemon import LOOPBACK, PATIENCE, Daemon, Place, free_port, program

BINARIES = "/usr/lib/postgresql/*/bin"
SETTINGS = {
    "max_connections": "200",
    "timezone": "UTC",
}

CARELESS = {"fsync": "off", "full_page_writes": "off"}
"""What makes tests fast: commits outlive the server, but not the machine."""


class Postgres(Daemon):
    """A running server. PostgreSQL refuses to run as root: there it runs as `postgres`, Debian's user for it.

    `stop`, `kill` and `start` play a database that goes away and comes back; databases outlive them. `durable` has
    every commit reach the disk, as servers in use do.
    """

    def __init__(self, folder: Path, *, durable: bool = False, place: Place = LOOPBACK) -> None:
        self._numbers = itertools.count(1)
        port = free_port()
        command: list[str | Path] = [
            program("postgres", "postgresql", also_in=BINARIES),
            "-D",
            folder / "data",
            "-p",
            str(port),
        ]
        where = {"listen_addresses": place.address, "unix_socket_directories": str(folder)}
        given = {**SETTINGS, **({} if durable else CARELESS), **where}
        options = [f"--{name}={value}" for name, value in given.items()]
        super().__init__([*command, *options], folder, port, user="postgres", place=place)

    def start(self) -> None:
        """Start it, and return once it answers queries (it listens while it still recovers)."""
        super().start()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._connect().close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def kill(self) -> None:
        """End it as a crash would: no checkpoint, connections cut; it recovers when started again.

        Killing only its parent process would leave the others alive for a while, and a new start refused.
        """
        self._end(signal.SIGQUIT)

    def new_database(self, name: str | None = None, *, template: str = "template0") -> str:
        """Make a database, empty unless a template is named, and tell its SQLAlchemy URL.

        Nobody may be connected to the template meanwhile.
        """
        name = name or f"test_{next(self._numbers)}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return f"postgresql+psycopg://postgres@{self.address}:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Drop a database of `new_database`, whoever is still connected."""
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(f"postgresql://postgres@{self.address}:{self.port}/postgres", autocommit=True)


@contextlib.contextmanager
def running_postgres(
    *, durable: bool = False, place: Place = LOOPBACK, under: Path | None = None
) -> Iterator[Postgres]:
    """A server with new files in a temporary folder, which its user may enter; gone at the end.

    `under` is where that folder is made, if not where temporary folders usually are.
    """
    folder = Path(tempfile.mkdtemp(prefix="windrow-postgres-", dir=under))
    try:
        _initialise(folder)
        with Postgres(folder, durable=durable, place=place) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(folder: Path) -> None:
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)
    initdb = program("initdb", "postgresql", also_in=BINARIES)
    words: list[str | Path] = [
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    subprocess.run(
        [initdb, *words],
        check=True,
        capture_output=True,
        cwd=folder,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )
    with (folder / "data" / "pg_hba.conf").open("a") as rules:
        rules.write("host all all samenet trust\n")
