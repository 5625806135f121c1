"""The remote of a benchmark run: starts the server, and knows its addresses."""

import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.remote import host
from samples.servers.process import ROOT, ServerProcess

HOSTS = 100


@dataclass(frozen=True, slots=True)
class Remote:
    """A running server; `port` is the same on all its hosts."""

    port: int

    def catalogue(self, records: int, *, restless: bool = False, at: int = 0) -> str:
        """The address of a catalogue of so many records, on that host."""
        return f"http://{host(at)}:{self.port}/{records}/{'restless/' if restless else ''}csw"

    def moody(self, mood: str, records: int, *, at: int = 0) -> str:
        """The address of one that has a mood of `moods.py`, on that host."""
        return f"http://{host(at)}:{self.port}/{records}/{mood}/csw"

    def asked(self, mood: str, records: int) -> int:
        """How many of its pages were asked for so far."""
        with urllib.request.urlopen(f"http://{host(0)}:{self.port}/{records}/{mood}/asked") as answer:
            return int(answer.read())

    def records(self, records: int, *, late: int = 0) -> str:
        """The address of a collection of so many JSON records, whose answers take so many milliseconds."""
        return f"http://{host(0)}:{self.port}/{records}/late-{late}/records"

    @property
    def record(self) -> str:
        """Where single ISO 19139 records are: this, a slash, their identifier."""
        return f"http://{host(0)}:{self.port}/record"


@contextmanager
def running_remote() -> Iterator[Remote]:
    """The server in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="windrow-bench-remote-") as folder:
        command = [sys.executable, "-m", "benchmarks.remote", "--hosts", HOSTS]
        with ServerProcess(command, Path(folder), {"PYTHONPATH": str(ROOT)}) as server:
            yield Remote(int(server.url))
