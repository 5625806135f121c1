"""The heart of a process: a thread that says that it lives, and renews what it holds."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from windrow.engines.embedded.memory import resident_bytes
from windrow.errors import StoreUnavailable
from windrow.model.workers import Worker
from windrow.ports.clocks import Clock
from windrow.ports.engines import Presence

log = structlog.get_logger()

LOOK_EVERY = 0.4
"""Seconds between two looks at whether something was cancelled: that must take effect within two seconds."""


class Heart:
    """Beats every `every` seconds until it is stopped, and looks more often; calls `drain` once when asked for that.

    renew   renews leases
    look    notices what was cancelled
    """

    def __init__(
        self,
        worker: Worker,
        presence: Presence,
        *,
        clock: Clock,
        every: float,
        renew: Callable[[], None],
        look: Callable[[], None],
        drain: Callable[[], None],
    ) -> None:
        self._worker = worker
        self._presence = presence
        self._clock = clock
        self._every = every
        self._renew = renew
        self._look = look
        self._drain = drain
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
                self._beat() if due else self._look()
            except StoreUnavailable as error:
                # Leases run out meanwhile; whatever this process still writes is fenced by the store.
                log.warning("heartbeat missed", reason=str(error))
            except Exception:
                log.exception("heartbeat failed")
            if due:
                next_beat = time.monotonic() + self._every

    def _beat(self) -> None:
        self._renew()
        now = replace(self._worker, seen_at=self._clock(), memory=resident_bytes())
        if self._presence.beat(now).draining and not self._worker.draining:
            self._worker = replace(self._worker, draining=True)
            self._drain()
