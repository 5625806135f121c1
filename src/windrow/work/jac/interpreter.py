"""The interpreter: how Jac's own program is asked, one JSON object in and one out, over pipes."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSIDE = Path(__file__).parent / "inside"

LARGEST = 16 << 20
"""Bytes of an answer."""

PIECE = 1 << 16

NOT_ITS_BUSINESS = ("WINDROW_", "CELERY_", "PGPASS", "PGSERVICE", "PYTHON", "VIRTUAL_ENV")
"""What variables begin with that it is not shown: secrets of ours, and where our own packages are."""


class NoAnswer(Exception):
    """The interpreter did not start, or ended without an answer that can be read."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python interpreter that has jaclang (`…/bin/python3`), or a `jac` binary.

    kept  folder for what it compiles, made when it is missing; shared by everything that it runs
    """

    command: Path
    kept: Path

    @property
    def words(self) -> Sequence[str]:
        """The command line that answers one request."""
        if self.command.name.lower().startswith(("python", "pypy")):
            return [str(self.command), str(INSIDE / "walk_inside_jac.py")]
        return [str(self.command), "run", str(INSIDE / "start.jac")]

    def ask(self, request: Mapping[str, Any], *, seconds: float | None = None) -> Mapping[str, Any]:
        """The answer to a request of `inside`. What the program prints goes where this process prints.

        After so many seconds it is ended, with what it started in its own process group; without them it is waited
        for as long as it takes. Raises `NoAnswer`.
        """
        self.kept.mkdir(parents=True, exist_ok=True)
        with self._started(request, apart=seconds is not None) as (process, answer), _timer(process, seconds):
            said = _read(answer)
            if len(said) > LARGEST:
                _kill(process)
                raise NoAnswer(f"What it gave has more than {LARGEST >> 20} MiB.")
            code = process.wait()
        return _read_answer(said, code)

    @contextmanager
    def _started(self, request: Mapping[str, Any], *, apart: bool) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        answer, theirs = os.pipe()
        try:
            try:
                process = subprocess.Popen(  # noqa: S603 - what the settings say
                    self.words,
                    stdin=subprocess.PIPE,
                    pass_fds=(theirs,),
                    cwd=self.kept,
                    env=self._environment(),
                    start_new_session=apart,
                )
            except OSError as error:
                raise NoAnswer(f"{self.command} cannot be started: {error.strerror}.") from error
            finally:
                os.close(theirs)
            with process:
                with suppress(OSError), process.stdin:  # type: ignore[union-attr]  # it is a pipe
                    process.stdin.write(json.dumps({**request, "answer": theirs}).encode())  # type: ignore[union-attr]
                yield process, answer
        finally:
            os.close(answer)

    def _environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.upper().startswith(NOT_ITS_BUSINESS)}
        # Newer versions keep what they compile beneath the home folder, where another version's would be in the way.
        home = str(self.kept)
        # What a program prints must not wait in a buffer: people follow the run's log.
        return {**plain, "HOME": home, "XDG_CACHE_HOME": f"{home}/cache", "PYTHONUNBUFFERED": "1"}


@contextmanager
def _timer(process: subprocess.Popen[bytes], seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, _kill, (process,))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends it, and its process group where that is not ours too."""
    with suppress(ProcessLookupError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _read(answer: int) -> bytes:
    said = bytearray()
    while len(said) <= LARGEST and (piece := os.read(answer, PIECE)):
        said += piece
    return bytes(said)


def _read_answer(said: bytes, code: int) -> Mapping[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        how = f"with signal {-code}" if code < 0 else f"with exit code {code}"
        raise NoAnswer(f"Jac's interpreter ended {how} before it answered.") from None
    if not isinstance(answer, dict):
        raise NoAnswer("What Jac's interpreter answered is no object.")
    return answer
