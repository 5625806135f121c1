"""The messenger: has a process made for each message, and reads what came of it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windrow.errors import BadInput, ProcessLost, RemoteForbidden, RemoteTimeout, RemoteUnreachable
from windrow.fetching.apprise.addresses import check_scheme
from windrow.model.notifications import hide_address
from windrow.model.reports import ReportFile

CHECKING = 30.0
TELLING = 60.0
"""Seconds that a process has to check an address, and to tell."""

SLICE = 0.1

KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
"""Variables that the process is shown: neither our secrets nor a proxy, which the outgoing policy does not know."""


@dataclass(frozen=True, slots=True)
class AppriseMessenger:
    """Implements `windrow.ports.notifying.Messenger`. `allow` is that of the outgoing policy."""

    allow: tuple[str, ...] = ()

    def check(self, address: str) -> str:
        """The service's name. Raises `BadInput`, which never holds the address."""
        check_scheme(address)
        answer = self._ask({"do": "check", "address": address}, CHECKING, lambda: None)
        if "service" not in answer:
            raise BadInput.of("address", hide_address(str(answer["problem"]), address))
        return str(answer["service"])

    def tell(
        self, address: str, title: str, text: str, *, check: Callable[[], None], files: Sequence[ReportFile] = ()
    ) -> None:
        """Sends a message. Raises `RemoteError`, `BadInput`, `ProcessLost` and what `check` raises."""
        check_scheme(address)
        answer = self._ask({"do": "tell", "address": address, "title": title, "text": text}, TELLING, check, files)
        if "service" in answer:
            return
        problem = hide_address(str(answer["problem"]), address)
        if answer["forbidden"]:
            raise RemoteForbidden(f"The outgoing policy forbids it: {problem}.")
        if answer["wrong"]:
            raise BadInput.of("address", problem)
        raise RemoteUnreachable(problem)

    def _ask(
        self,
        order: Mapping[str, Any],
        seconds: float,
        check: Callable[[], None],
        files: Sequence[ReportFile] = (),
    ) -> Mapping[str, Any]:
        command = [sys.executable, "-m", "windrow.fetching.apprise"]
        with tempfile.TemporaryDirectory(prefix="windrow-tell-") as folder:
            for each in files:
                (Path(folder) / each.name).write_bytes(each.content)
            names = [each.name for each in files]
            told = json.dumps({**order, "allow": list(self.allow), "seconds": seconds, "files": names})
            process = subprocess.Popen(  # noqa: S603 - our own
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
                text=True,
            )
            try:
                return _read(_converse(process, told, seconds, check))
            finally:
                _end(process)


def _converse(process: "subprocess.Popen[str]", told: str, seconds: float, check: Callable[[], None]) -> str:
    end = time.monotonic() + seconds
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin as order:  # short enough for a pipe: nobody waits here
        order.write(told)
    process.stdin = None
    while True:
        check()
        try:
            return process.communicate(timeout=SLICE)[0]
        except subprocess.TimeoutExpired:
            if time.monotonic() >= end:
                raise RemoteTimeout(f"It took longer than {seconds:.0f} seconds.") from None


def _read(answer: str) -> Mapping[str, Any]:
    try:
        read = json.loads(answer)
    except ValueError:
        raise ProcessLost("The process that was to tell by Apprise ended without an answer.") from None
    return dict(read)


def _end(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    process.wait()


def _environment(folder: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "HOME": folder, "TMPDIR": folder, "PYTHONDONTWRITEBYTECODE": "1"}
