"""The supervisor: starts the processes of one machine, starts again what dies, and ends them all together."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

LOOK_EVERY = 0.1
FIRST_WAIT = 0.2
LONGEST_WAIT = 10.0
STEADY_AFTER = 5.0
"""A child that lived so many seconds had come up: it starts again at once when it dies. One that died sooner waits,
each time twice as long: what cannot come up must not keep the machine busy."""

SIGN_EVERY = 0.5
"""Seconds between two signs of life that a child gives its supervisor."""


WINDROW = (sys.executable, "-m", "windrow.cli")


@dataclass(slots=True)
class Child:
    """One process to be kept alive: a command line, and the ids it may have claimed things under."""

    name: str
    command: Callable[[str], Sequence[str]]
    make_id: Callable[[], str]
    id: str = ""
    process: subprocess.Popen[bytes] | None = None
    line: socket.socket | None = None
    silent: float | None = None
    """Seconds since its last sign of life; none before the first one."""
    started: float = 0.0
    wait: float = 0.0
    start_at: float = field(default=0.0)


class Supervisor:
    """Keeps children alive until it is stopped.

    A child's standard input is a line to this process that closes with it, however it ends: children watch it and go.
    They also give signs of life on it. One that was silent for `patience` seconds is frozen (stopped, or stuck in the
    kernel): it is killed, since it may hold what all others wait for, such as the one write lock of SQLite.
    `keep` are open sockets that children inherit: connections wait in them while the API is started again.
    `lost(id)` is called for each child that died, so that what it held is free at once. `grace` is how many seconds
    children get to end by themselves. `program` is what their commands are given to.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        environment: Mapping[str, str],
        keep: Sequence[int],
        lost: Callable[[str], None],
        grace: float,
        patience: float = 60.0,
        program: Sequence[str] = WINDROW,
    ) -> None:
        self._program = tuple(program)
        self._children = children
        self._keep = tuple(keep)
        self._environment = {**os.environ, **environment, "WINDROW_SUPERVISED": "1"}
        self._lost = lost
        self._grace = grace
        self._patience = patience
        self._looked = time.monotonic()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ends `run`."""
        self._stopping.set()

    def run(self) -> None:
        """Starts the children and keeps them alive until stopped; returns when all have ended."""
        try:
            while not self._stopping.is_set():
                # What this process slept itself (a suspended machine, Ctrl-Z) is nobody's silence.
                now = time.monotonic()
                awake, self._looked = min(now - self._looked, 2 * LOOK_EVERY), now
                for child in self._children:
                    self._listen_to(child, awake)
                    self._look_after(child, now)
                self._stopping.wait(LOOK_EVERY)
        finally:
            self._end()

    def _listen_to(self, child: Child, awake: float) -> None:
        if child.process is None or child.line is None:
            return
        if _heard(child.line):
            child.silent = 0.0
        elif child.silent is not None:
            child.silent += awake
            if child.silent > self._patience:
                log.warning("process gives no sign of life; it is killed", process=child.name, silent=child.silent)
                child.silent = None
                child.process.kill()

    def _look_after(self, child: Child, now: float) -> None:
        if child.process is not None and child.process.poll() is not None:
            self._bury(child, now)
        if child.process is None and now >= child.start_at:
            self._start(child, now)

    def _start(self, child: Child, now: float) -> None:
        child.id = child.make_id()
        child.started, child.silent = now, None
        child.line, theirs = socket.socketpair()
        child.line.setblocking(False)
        with theirs:
            command = [*self._program, *child.command(child.id)]
            child.process = subprocess.Popen(  # noqa: S603 - our own command line
                command, stdin=theirs.fileno(), env=self._environment, pass_fds=self._keep
            )

    def _bury(self, child: Child, now: float) -> None:
        process, child.process = child.process, None
        steady = now - child.started >= STEADY_AFTER
        child.wait = 0.0 if steady else min(LONGEST_WAIT, max(FIRST_WAIT, child.wait * 2))
        child.start_at = now + child.wait
        code = process.returncode if process is not None else None
        _hang_up(child)
        log.warning("process ended; it is started again", process=child.name, code=code, after=child.wait)
        self._free(child)

    def _free(self, child: Child) -> None:
        try:
            self._lost(child.id)
        except Exception:
            log.exception("could not free what a dead process held; its leases will run out", process=child.name)

    def _end(self) -> None:
        alive = [(child, child.process) for child in self._children if child.process is not None]
        for _, process in alive:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        end = time.monotonic() + self._grace
        for child, process in alive:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process did not end in time; it is killed", process=child.name)
                process.kill()
                process.wait()
            _hang_up(child)
            if process.returncode != 0:
                self._free(child)


def _hang_up(child: Child) -> None:
    # Left to the garbage collector, every restart would cost a descriptor for a while.
    if child.line is not None:
        child.line.close()
        child.line = None


def _heard(line: socket.socket) -> bool:
    try:
        return bool(line.recv(4096))
    except OSError:
        return False


def follow_parent(stop: Callable[[], None], *, grace: float) -> None:
    """In a child: shows signs of life; when the supervisor is gone, calls `stop`, and ends for good after `grace`."""
    if os.environ.get("WINDROW_SUPERVISED") != "1":
        return

    def watch() -> None:
        # The descriptor itself: a thread that waits in Python's buffered reader keeps the interpreter from ending.
        line = sys.stdin.fileno()
        while _parent_lives(line):
            pass
        stop()
        time.sleep(grace)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor ends us in order
    threading.Thread(target=watch, name="parent", daemon=True).start()


def _parent_lives(line: int) -> bool:
    try:
        os.write(line, b".")
        readable, _, _ = select.select([line], [], [], SIGN_EVERY)
        return not readable or bool(os.read(line, 1))
    except OSError:
        return False
