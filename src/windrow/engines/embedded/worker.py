"""The worker loop: takes what is ready as soon as a slot is free and somebody committed something."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from windrow.errors import StoreUnavailable
from windrow.ports.engines import Carrier
from windrow.ports.store import Changes

log = structlog.get_logger()

LONGEST_SLEEP = 0.5
"""Seconds between two looks at the queue when nobody commits anything: a net under the waking."""

RETRY_STORE = 1.0

GRACE = 0.004
LONGEST_GRACE = 0.02
"""Seconds that a worker leaves to others before it takes more, for each thing that it carries already."""


class WorkerLoop:
    """Fills `slots` threads with runs and parts until it is stopped, then waits for what is under way."""

    def __init__(self, carrier: Carrier, changes: Callable[[], Changes], *, slots: int) -> None:
        self._carrier = carrier
        self._changes = changes
        self._slots = slots
        self._taken = 0
        self._stopping = threading.Event()
        self._filling = threading.Lock()
        self._wanted = False
        self._counting = threading.Lock()

    def stop(self) -> None:
        """Takes nothing more; `run` returns when all is done or given back."""
        self._stopping.set()

    def run(self) -> None:
        """Works until stopped."""
        with ThreadPoolExecutor(self._slots, thread_name_prefix="slot") as pool:
            while not self._stopping.is_set():
                try:
                    self._serve(pool)
                except StoreUnavailable as error:
                    log.warning("the database does not answer", reason=str(error))
                    self._stopping.wait(RETRY_STORE)
                except Exception:
                    # The edge of the loop: what cannot be taken must not end what is under way.
                    log.exception("nothing could be taken")
                    self._stopping.wait(RETRY_STORE)
            with self._filling:
                pass  # whoever just took something hands it to the pool before that closes

    def _serve(self, pool: ThreadPoolExecutor) -> None:
        changes = self._changes()
        try:
            while not self._stopping.is_set():
                self._fill(pool)
                changes.wait(LONGEST_SLEEP)
        finally:
            changes.close()

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        # One thread at a time looks for work; whoever finds another one looking leaves word for it.
        self._wanted = True
        while self._wanted and self._filling.acquire(blocking=False):
            try:
                self._wanted = False
                while not self._stopping.is_set() and (taken := self._take()):
                    for each in taken:
                        pool.submit(self._carry, pool, each)
            finally:
                self._filling.release()

    def _take(self) -> list[Callable[[], None]]:
        free = self._slots - self._taken
        if free <= 0:
            return []
        # A worker that has less to do goes first; whoever has much takes more at a time.
        if self._taken and self._stopping.wait(min(LONGEST_GRACE, self._taken * GRACE)):
            return []
        taken = self._carrier.take_runs(min(free, max(1, self._taken // 2))) or self._carrier.take_parts(free)
        self._count(len(taken))
        return taken

    def _carry(self, pool: ThreadPoolExecutor, carry_out: Callable[[], None]) -> None:
        try:
            carry_out()
        finally:
            self._count(-1)
        try:
            self._fill(pool)  # at once, instead of when the loop wakes
        except StoreUnavailable as error:
            log.warning("the database does not answer", reason=str(error))
        except Exception:
            log.exception("nothing could be taken")  # the loop looks again

    def _count(self, difference: int) -> None:
        with self._counting:
            self._taken += difference
