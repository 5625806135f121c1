"""The supervisor: starts the processes of one machine, starts again what dies, and ends them all together."""

import os
import signal
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


WINDROW = (sys.executable, "-m", "windrow.cli")


@dataclass(slots=True)
class Child:
    """One process to be kept alive: a command line, and the ids it may have claimed things under."""

    name: str
    command: Callable[[str], Sequence[str]]
    make_id: Callable[[], str]
    id: str = ""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = 0.0
    start_at: float = field(default=0.0)


class Supervisor:
    """Keeps children alive until it is stopped.

    A child's standard input is a pipe that closes with this process, however it ends: children watch it and go.
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
        program: Sequence[str] = WINDROW,
    ) -> None:
        self._program = tuple(program)
        self._children = children
        self._keep = tuple(keep)
        self._environment = {**os.environ, **environment, "WINDROW_SUPERVISED": "1"}
        self._lost = lost
        self._grace = grace
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ends `run`."""
        self._stopping.set()

    def run(self) -> None:
        """Starts the children and keeps them alive until stopped; returns when all have ended."""
        try:
            while not self._stopping.is_set():
                for child in self._children:
                    self._look_after(child)
                self._stopping.wait(LOOK_EVERY)
        finally:
            self._end()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.poll() is not None:
            self._bury(child, now)
        if child.process is None and now >= child.start_at:
            self._start(child, now)

    def _start(self, child: Child, now: float) -> None:
        child.id = child.make_id()
        child.started = now
        child.process = subprocess.Popen(  # noqa: S603 - our own command line
            [*self._program, *child.command(child.id)],
            stdin=subprocess.PIPE,
            env=self._environment,
            pass_fds=self._keep,
        )

    def _bury(self, child: Child, now: float) -> None:
        process, child.process = child.process, None
        steady = now - child.started >= STEADY_AFTER
        child.wait = 0.0 if steady else min(LONGEST_WAIT, max(FIRST_WAIT, child.wait * 2))
        child.start_at = now + child.wait
        code = process.returncode if process is not None else None
        _close_input(process)
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
            _close_input(process)
            if process.returncode != 0:
                self._free(child)


def _close_input(process: "subprocess.Popen[bytes] | None") -> None:
    # Ours of the pipe; left to the garbage collector, every restart would cost a descriptor for a while.
    if process is not None and process.stdin is not None:
        process.stdin.close()


def follow_parent(stop: Callable[[], None], *, grace: float) -> None:
    """In a child: calls `stop` when the supervisor is gone, and ends the process for good if that does not help."""
    if os.environ.get("WINDROW_SUPERVISED") != "1":
        return

    def watch() -> None:
        # The descriptor itself: a thread that waits in Python's buffered reader keeps the interpreter from ending.
        while os.read(sys.stdin.fileno(), 1):
            pass
        stop()
        time.sleep(grace)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor ends us in order
    threading.Thread(target=watch, name="parent", daemon=True).start()
