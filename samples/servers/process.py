"""A server as a child process: starts it, waits until it says where it listens, ends it with its parent."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]


class ServerFailed(RuntimeError):
    """The server ended before it was ready; the message has the end of its log."""


def interpreter(environment: str) -> Path:
    """The Python of one of the separate environments in `.cache/`, which `make demo` and `make test` set up."""
    python = ROOT / ".cache" / environment / "bin" / "python"
    if not python.exists():
        raise ServerFailed(f"{python} is missing: run `make setup-{environment}`.")
    return python


class ServerProcess:
    """A child that prints its address as its first line, and ends by itself when its standard input closes.

    `folder` is its working directory and holds its log, `server.log`. Whoever starts it closes it, or uses it in a
    `with` block; should this process be killed, the child reads the end of its input and ends too.
    """

    def __init__(self, command: Sequence[object], folder: Path, environment: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "server.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.url = self._read_address()

    def _read_address(self) -> str:
        """Its first line of output; the end of the output means that it ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode().strip()
        if line:
            return line
        self.close()
        raise ServerFailed(f"{self.log} ends with:\n{self.log.read_text(errors='replace')[-2000:]}")

    @property
    def pid(self) -> int:
        """Its process number, for tests that kill or freeze it."""
        return self._process.pid

    def pause(self) -> None:
        """Freeze it: connections are accepted by the system, answers do not come."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it, by force after five seconds; does nothing when it has ended."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
