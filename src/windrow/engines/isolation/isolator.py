"""Isolator: starts the nursery when it is first needed, again when it died, and has it make a child per attempt."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import structlog

from windrow.engines.isolation import nursery, words
from windrow.engines.isolation.serving import Attempted, Conversation, Lines, NotBorn
from windrow.errors import ProcessLost
from windrow.model.runs import Part
from windrow.ports.work import Isolation, Performed, Work

log = structlog.get_logger()

SECRETS = ("WINDROW_", "CELERY_", "PGPASS", "PGSERVICE")
"""What variables begin with that no child is shown: where the database is, its password, the secret key."""

CHILDREN_BUSY = 10.0
"""Seconds that the nursery may take to accept an order."""

DRAIN_SHARE = 0.8
"""Of the time that a worker has to end: what remains is for handing back what its children did not."""


class Isolator:
    """Implements `windrow.ports.isolating.Isolate`, for all threads of this process.

    places   where the kinds that ask for a process of their own are loaded from: `package.module:Class`, by name
    drain    seconds that this process gets to end when it is asked to
    """

    def __init__(self, places: Mapping[str, str], *, drain: float) -> None:
        self._places = places
        self._drain = drain * DRAIN_SHARE
        self._nursery: NurseryLine | None = None
        self._lock = threading.Lock()

    def perform(
        self, kind: str, isolation: Isolation, work: Work, *, parameters: Mapping[str, Any] | None = None
    ) -> Performed:
        """See the port."""
        return words.read_result(self._carry_out(kind, isolation, work, None, parameters))

    def perform_part(self, kind: str, isolation: Isolation, work: Work, part: Part) -> Mapping[str, int]:
        """See the port."""
        return words.counts(self._carry_out(kind, isolation, work, part).get("counts"))

    def close(self) -> None:
        """Ends the nursery, and all that it watches."""
        with self._lock:
            if self._nursery is not None:
                self._nursery.close()
                self._nursery = None

    def _carry_out(
        self,
        kind: str,
        isolation: Isolation,
        work: Work,
        part: Part | None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        folder = Path(tempfile.mkdtemp(prefix="windrow-run-"))
        attempted = Attempted(kind, isolation, folder, self._drain, parameters)
        try:
            try:
                return self._converse(attempted, work, part)
            except NotBorn:
                log.warning("the nursery was lost; another one is asked", run=work.run.id)
            return self._converse(attempted, work, part)
        except NotBorn:
            raise ProcessLost("No process could be started for it.") from None
        finally:
            _remove(folder)

    def _converse(self, attempted: Attempted, work: Work, part: Part | None) -> Mapping[str, Any]:
        nursery_line = self._living()
        try:
            lines = _order(nursery_line, attempted)
            try:
                return Conversation(lines, attempted, work, part).hold()
            finally:
                lines.close()
        except NotBorn:
            self._give_up(nursery_line)
            raise

    def _living(self) -> "NurseryLine":
        with self._lock:
            if self._nursery is not None and not self._nursery.is_ours:
                self._nursery = None  # this process was forked: that one belongs to its parent
            if self._nursery is not None and not self._nursery.lives:
                log.warning("the nursery has died; another one is started")
                self._nursery.close()
                self._nursery = None
            if self._nursery is None:
                self._nursery = NurseryLine(self._places)
            return self._nursery

    def _give_up(self, lost: "NurseryLine") -> None:
        with self._lock:
            if self._nursery is lost:  # or somebody else has seen to it
                lost.close()
                self._nursery = None


class NurseryLine:
    """The nursery process and the line to it."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._owner = os.getpid()
        self._sending = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(CHILDREN_BUSY)
        command = [sys.executable, "-c", f"from {nursery.__name__} import serve; serve()"]
        with theirs:
            # In a session of its own: what ends this process's group must leave somebody to end the children.
            self._process = subprocess.Popen(  # noqa: S603 - our own
                command, stdin=theirs.fileno(), env=scrubbed(os.environ), start_new_session=True
            )
        with suppress(OSError):  # it has died already: the first order will find out
            self._control.send(json.dumps(dict(places)).encode())

    @property
    def is_ours(self) -> bool:
        """Whether this process started it."""
        return self._owner == os.getpid()

    @property
    def lives(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None

    def send(self, order: Mapping[str, Any], descriptors: list[int]) -> None:
        """Has a child made, and gives it these descriptors. Raises `NotBorn`, `ProcessLost`."""
        try:
            with self._sending:
                socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
        except TimeoutError:
            raise ProcessLost(f"The nursery took no order within {CHILDREN_BUSY:.0f} s.") from None
        except OSError:  # it has just died, or another thread gave it up
            raise NotBorn from None

    def close(self) -> None:
        """Hangs up; returns when it has ended its children and itself."""
        self._control.close()
        try:
            self._process.wait(2 * nursery.LAST_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _order(nursery_line: NurseryLine, attempted: Attempted) -> Lines:
    """Has a child made; the ends of what leads to it."""
    isolation = attempted.isolation
    order = {
        "kind": attempted.kind,
        "folder": str(attempted.folder),
        "memory": isolation.memory,
        "seconds": isolation.seconds,
    }
    with ExitStack() as ours, ExitStack() as theirs:
        line, its_line = _connected(ours, theirs, socket.SOCK_STREAM)
        leash, its_leash = _connected(ours, theirs, socket.SOCK_SEQPACKET)
        output, its_output = _piped(ours, theirs)
        error, its_error = _piped(ours, theirs)
        nursery_line.send(order, [its_line.fileno(), its_output, its_error, its_leash.fileno()])
        ours.pop_all()
    return Lines(line, output, error, leash)


def _connected(ours: ExitStack, theirs: ExitStack, kind: socket.SocketKind) -> tuple[socket.socket, socket.socket]:
    one, other = socket.socketpair(socket.AF_UNIX, kind)
    return ours.enter_context(one), theirs.enter_context(other)


def _piped(ours: ExitStack, theirs: ExitStack) -> tuple[int, int]:
    reading, writing = os.pipe()
    ours.callback(os.close, reading)
    theirs.callback(os.close, writing)
    return reading, writing


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what is none of a child's business."""
    return {name: value for name, value in environment.items() if not name.upper().startswith(SECRETS)}


def _remove(folder: Path) -> None:
    """Removes a folder, also one whose owner has locked parts of it."""
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    for path, _, _ in os.walk(folder):
        with suppress(OSError):
            os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        log.warning("a run's folder could not be removed", folder=str(folder))
