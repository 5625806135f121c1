"""Windrow as a newcomer meets it: nothing but its commands, each in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pytest

from windrow.client import Client

COMMAND = [sys.executable, "-m", "windrow.cli"]
PASSWORD = "correct horse battery"
WITHIN = 60.0
"""Seconds that anything may take here, on a busy machine."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, which holds one JSON document and nothing else."""
        return json.loads(self.out)


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Running:
    """A command that goes on until it is stopped; its standard output is read line by line."""

    def __init__(self, words: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._log = (folder / f"{words[0]}.log").open("ab")
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            # As at a terminal: a shell that runs the tests in the background has its children ignore Ctrl-C.
            preexec_fn=_heed_interrupts,
        )

    @property
    def lines(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def address(self) -> str:
        """Where `up --json` answers, once it does."""
        address: str = json.loads(self.lines.readline())["address"]
        return address

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end; does nothing to what has ended."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(WITHIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        self.lines.close()
        self._log.close()


class Newcomer:
    """Somebody at a terminal in an empty folder."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self.folder = folder
        self._running = running
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("WINDROW_")}
        # Everything here is on loopback, which policy forbids unless told otherwise.
        self.environment = {**kept, "WINDROW_OUTGOING_ALLOW": "127.0.0.0/8", "NO_COLOR": "1"}

    def says(self, *words: object) -> Ended:
        """Runs a command to its end."""
        ended = subprocess.run(
            [*COMMAND, *(str(word) for word in words)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            stdin=subprocess.DEVNULL,
        )
        assert "Traceback" not in ended.stderr
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def starts(self, *words: object) -> Running:
        """Starts a command that goes on; it ends with the test at the latest."""
        return self._running.enter_context(Running([str(word) for word in words], self.folder, self.environment))

    def client(self, address: str, name: str = "root", password: str = PASSWORD) -> Client:
        """The API of an installation."""
        return self._running.enter_context(Client(address, basic=(name, password)))


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    """Somebody who has just installed Windrow."""
    with ExitStack() as running:
        yield Newcomer(tmp_path, running)


@pytest.fixture
def unattended(newcomer: Newcomer) -> Newcomer:
    """One who says beforehand who the first admin is, and has dead workers missed quickly."""
    newcomer.environment |= {
        "WINDROW_ADMIN_USERNAME": "root",
        "WINDROW_ADMIN_PASSWORD": PASSWORD,
        "WINDROW_LEASE_SECONDS": "2",
        "WINDROW_BEAT_SECONDS": "0.5",
    }
    return newcomer
