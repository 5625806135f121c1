"""A Celery worker's life, told by Celery's signals, so that `celery -A windrow worker` lives it as well.

Threads share one carrier in the worker's own process. With processes (prefork) each child has its own, made after the
fork: nothing that holds a connection or a thread exists before.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog
from celery import Celery, signals

from windrow.engines.celery.app import register
from windrow.ports.engines import Carrier

log = structlog.get_logger()

LOOK_EVERY = 0.2

REST = 1.0
"""Seconds before a process that could not begin ends: Celery starts a child again at once."""

CANNOT_BEGIN = 1
"""The exit code of a process that found no database, say."""


class Carrying(Protocol):
    """A process that carries: everything that it needs, from the moment it begins."""

    @property
    def carrier(self) -> Carrier:
        """What is told ids."""
        ...

    def give_back(self, part_ids: Sequence[int]) -> None:
        """Leaves parts that were sent here to others."""
        ...

    def drain(self) -> None:
        """Has everything under way given back, and the process end at last."""
        ...

    def stop(self) -> None:
        """Takes its leave."""
        ...


class Lives:
    """What a worker's process, or each of its children, has begun. `begin(slots)` makes and starts it."""

    def __init__(self, begin: Callable[[int], Carrying]) -> None:
        self._begin = begin
        self._carrying: Carrying | None = None
        self._line: tuple[int, int] | None = None

    def install(self, app: Celery) -> None:
        """Follows the signals, and registers the messages."""
        register(app, lambda: self._current().carrier, lambda part_ids: self._current().give_back(part_ids))
        signals.setup_logging.connect(_leave_logging_alone, weak=False)
        signals.celeryd_after_setup.connect(self._set_up, weak=False)
        signals.worker_process_init.connect(self._begin_in_child, weak=False)
        signals.worker_process_shutdown.connect(self._stop, weak=False)
        signals.worker_shutting_down.connect(self._drain, weak=False)
        signals.worker_shutdown.connect(self._stop, weak=False)

    def _current(self) -> Carrying:
        assert self._carrying is not None
        return self._carrying

    def _set_up(self, instance: Any, **_: object) -> None:
        if "prefork" in str(getattr(instance.pool_cls, "__module__", instance.pool_cls)):
            self._line = os.pipe()  # closes with this process, however it ends
        else:
            self._carrying = self._begin_or_end(int(instance.concurrency))

    def _begin_in_child(self, **_: object) -> None:
        parent = os.getppid()
        self._carrying = self._begin_or_end(1)
        if self._line is not None:
            reading, writing = self._line
            os.close(writing)
            threading.Thread(target=self._follow, args=(reading, parent), name="parent", daemon=True).start()

    def _begin_or_end(self, slots: int) -> Carrying:
        try:
            return self._begin(slots)
        except Exception as error:
            # Celery only logs what the handler of a signal raises, and would go on: with a worker that takes messages
            # from those who could do something with them.
            log.error("the worker cannot begin; it ends, to be started again", reason=str(error))
            time.sleep(REST)
            raise SystemExit(CANNOT_BEGIN) from error

    def _follow(self, line: int, parent: int) -> None:
        os.read(line, 1)
        self._current().drain()
        # A parent that shuts down ends us when we are done; one that is gone cannot.
        while os.getppid() == parent or self._current().carrier.busy:
            time.sleep(LOOK_EVERY)
        self._stop()
        os._exit(0)

    def _drain(self, **_: object) -> None:
        if self._carrying is not None:
            # In a thread: this is called by a signal's handler, which interrupts its thread anywhere.
            threading.Thread(target=self._carrying.drain, name="drain", daemon=True).start()
        if self._line is not None:
            line, self._line = self._line, None
            os.close(line[1])

    def _stop(self, **_: object) -> None:
        carrying, self._carrying = self._carrying, None
        if carrying is not None:
            carrying.stop()


def _leave_logging_alone(**_: object) -> None:
    """Celery sets up logging unless somebody is connected to this."""
