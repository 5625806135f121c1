"""A connection to the database whose other end vanished: neither end waits for it for long."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from samples.servers.postgres import Postgres
from tests.harvests.farm import wait_for
from tests.hosts.network import Network
from windrow.storage.connections import SILENCE_SECONDS
from windrow.storage.database import Database

SLACK = 4.0
"""Seconds that a busy machine may take on top."""

LOCKS = """
import sys
from sqlalchemy import text
from windrow.errors import StoreUnavailable
from windrow.storage.database import Database
database = Database(sys.argv[1])
try:
    with database.write() as connection:
        connection.execute(text("UPDATE things SET id = 2"))
        print("locked", flush=True)
        sys.stdin.readline()
        connection.execute(text("UPDATE things SET id = 3"))
except StoreUnavailable:
    print("told", flush=True)
sys.stdin.readline()
with database.read() as connection:
    print("sees", connection.scalar(text("SELECT id FROM things")), flush=True)
"""

LISTENS = """
import sys
from windrow.storage.changes import listen
from windrow.storage.database import Database
changes = listen(Database(sys.argv[1]))
print("listens", flush=True)
while True:
    if changes.wait(60):
        print("woken", flush=True)
"""


class Child:
    """A program on a host that says what happens to it, line by line."""

    def __init__(self, network: Network, host: str, program: str, url: str) -> None:
        command = [*network.within(host), sys.executable, "-c", program, url]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=dict(os.environ), text=True)

    def says(self) -> str:
        """Its next line."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def go_on(self) -> None:
        """Lets it go on."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def child(network: Network, program: str, url: str) -> Iterator[Child]:
    running = Child(network, "b", program, url)
    try:
        yield running
    finally:
        running.close()


def test_neither_end_waits_long_for_the_other_when_it_has_vanished(network: Network, database_host: Postgres) -> None:
    url = database_host.new_database()
    database = Database(url)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE things (id integer PRIMARY KEY)"))
        connection.execute(text("INSERT INTO things VALUES (1)"))

    def is_free() -> bool:
        with database.write() as connection:
            return connection.scalar(text("SELECT id FROM things FOR UPDATE SKIP LOCKED")) is not None

    def is_heard() -> bool:
        with database.write(wake=True) as connection:
            query = text("SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN windrow' AND datname = :name")
            return bool(connection.scalar(query, {"name": database.url.database}))

    with child(network, LOCKS, url) as locking, child(network, LISTENS, url) as listening:
        assert (locking.says(), listening.says()) == ("locked", "listens")
        network.cut("b")
        cut = time.monotonic()
        locking.go_on()
        wait_for(is_free)
        said = locking.says(), listening.says()
        took = time.monotonic() - cut
        network.heal("b")
        locking.go_on()
        sees = locking.says()
        wait_for(is_heard)
        woken = listening.says()
    database.close()

    assert said == ("told", "woken"), "a transaction fails, and a lost line is a reason to look"
    assert took < SILENCE_SECONDS + SLACK
    assert sees == "sees 1"
    assert woken == "woken", "it listens again"
