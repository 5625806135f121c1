"""A Debian daemon as a private child process on a free port, with files of its own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from samples.servers.process import ServerFailed

PATIENCE = 30.0
"""Seconds that a daemon may take to listen."""


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def program(name: str, package: str, *, also_in: str = "/usr/sbin") -> Path:
    """Where a program of a Debian package is; `also_in` may be a pattern, of which the last match is taken."""
    on_path = shutil.which(name)
    found = [Path(on_path)] if on_path else sorted(Path("/").glob(f"{also_in.lstrip('/')}/{name}"))
    if not found:
        raise ServerFailed(f"{name} is missing: run `make setup-debian`, or install the Debian package {package}.")
    return found[-1]


@dataclass(frozen=True)
class Place:
    """Where a daemon listens, and what its command line begins with there: another host needs `ip netns exec`."""

    address: str = "127.0.0.1"
    within: tuple[str, ...] = ()


LOOPBACK = Place()


class Daemon:
    """One daemon: start it, end it, kill it, freeze it, start it again on the same port with the same files.

    `user` is whom it runs as where we are root; `goodbye` is the signal that it ends upon in good order. The kernel
    ends it when this process dies, however that happens.
    """

    def __init__(
        self,
        command: Sequence[object],
        folder: Path,
        port: int,
        *,
        user: str | None = None,
        goodbye: signal.Signals = signal.SIGINT,
        environment: Mapping[str, str] | None = None,
        place: Place = LOOPBACK,
    ) -> None:
        self.address, self.port = place.address, port
        self._goodbye = goodbye
        self._environment = {**os.environ, **(environment or {})}
        self.log = folder / "server.log"
        self._folder = folder
        self._name = Path(str(command[0])).name
        user = user if os.geteuid() == 0 else None
        last = goodbye.name.removeprefix("SIG")
        self._command = [*place.within, "setpriv", *_as_user(user), "--pdeathsig", last, *map(str, command)]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and return once it listens."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait_until_listening()

    def stop(self) -> None:
        """End it in good order, by force after ten seconds; does nothing when it has ended."""
        self._end(self._goodbye)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze it: the system accepts connections, answers do not come."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._running().send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise ServerFailed("It does not run.")
        return self._process

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _wait_until_listening(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._running().poll() is not None:
                break
            try:
                socket.create_connection((self.address, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        self.kill()
        raise ServerFailed(f"{self._name} does not listen; {self.log} ends with:\n{self._end_of_log()}")

    def _end_of_log(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


def _as_user(name: str | None) -> list[str]:
    if name is None:
        return []
    user = pwd.getpwnam(name)
    return ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
