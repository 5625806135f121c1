"""The heart of a process: a thread that says that it lives, and renews what it holds."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from windrow.engines.embedded.memory import resident_bytes
from windrow.errors import StoreUnavailable
from windrow.model.workers import Worker
from windrow.ports.clocks import Clock
from windrow.ports.engines import Presence

log = structlog.get_logger()

LOOK_EVERY = 0.4
"""Seconds between two looks at whether something was cancelled: that must take effect within two seconds."""


def _nothing() -> None:
    """A process that holds no runs renews none."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What a heart calls, but for the clock.

    stop    once, when the process was asked to give back what it has and go
    drain   once, when it was asked to finish what it has and go
    renew   with each beat: renews leases
    look    more often: notices what was cancelled
    """

    stop: Callable[[], None]
    drain: Callable[[], None]
    renew: Callable[[], None] = _nothing
    look: Callable[[], None] = _nothing


class Heart:
    """Beats every `every` seconds until it is stopped, and looks more often."""

    def __init__(
        self,
        worker: Worker,
        presence: Presence,
        *,
        clock: Clock,
        every: float,
        calls: Calls,
    ) -> None:
        self._worker = worker
        self._presence = presence
        self._clock = clock
        self._every = every
        self._calls = calls
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        """Beats once, so that the process is known before it takes anything, and then goes on by itself."""
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """Ends the beating."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        next_beat = time.monotonic() + self._every
        while not self._stopped.wait(min(LOOK_EVERY, self._every)):
            due = time.monotonic() >= next_beat
            try:
                self._beat() if due else self._calls.look()
            except StoreUnavailable as error:
                # Leases run out meanwhile; whatever this process still writes is fenced by the store.
                log.warning("heartbeat missed", reason=str(error))
            except Exception:
                log.exception("heartbeat failed")
            if due:
                next_beat = time.monotonic() + self._every

    def _beat(self) -> None:
        self._calls.renew()
        now = replace(self._worker, seen_at=self._clock(), memory=resident_bytes())
        asked = self._presence.beat(now)
        was, self._worker = self._worker, replace(self._worker, draining=asked.draining, stopping=asked.stopping)
        if asked.stopping and not was.stopping:
            self._calls.stop()
        elif asked.draining and not was.draining:
            self._calls.drain()
