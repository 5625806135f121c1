"""The heart of a process: a thread that says that it lives, and renews what it holds."""

import threading
from collections.abc import Callable
from dataclasses import replace

import structlog

from windrow.engines.embedded.memory import resident_bytes
from windrow.errors import StoreUnavailable
from windrow.model.workers import Worker
from windrow.ports.clocks import Clock
from windrow.ports.engines import Presence

log = structlog.get_logger()


class Heart:
    """Beats every `every` seconds until it is stopped; calls `drain` once when somebody asked for that."""

    def __init__(
        self,
        worker: Worker,
        presence: Presence,
        *,
        clock: Clock,
        every: float,
        renew: Callable[[], None],
        drain: Callable[[], None],
    ) -> None:
        self._worker = worker
        self._presence = presence
        self._clock = clock
        self._every = every
        self._renew = renew
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
        while not self._stopped.wait(self._every):
            try:
                self._beat()
            except StoreUnavailable as error:
                # Leases run out meanwhile; whatever this process still writes is fenced by the store.
                log.warning("heartbeat missed", reason=str(error))
            except Exception:
                log.exception("heartbeat failed")

    def _beat(self) -> None:
        self._renew()
        now = replace(self._worker, seen_at=self._clock(), memory=resident_bytes())
        if self._presence.beat(now).draining and not self._worker.draining:
            self._worker = replace(self._worker, draining=True)
            self._drain()
