"""The clock loop: meets what is due, and now and then looks after the rest."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from windrow.errors import StoreUnavailable

log = structlog.get_logger()

TICK = 0.05
"""Seconds between two looks at what is due; a look is one indexed read."""


@dataclass(slots=True)
class Chore:
    """Something the clock does every so many seconds. One chore's trouble does not keep the others waiting."""

    name: str
    every: float
    do: Callable[[], object]
    next_at: float = field(default=0.0)

    def turn(self, now: float) -> None:
        """Does it if its time has come."""
        if now < self.next_at:
            return
        self.next_at = now + self.every
        try:
            self.do()
        except StoreUnavailable as error:
            log.warning("the database does not answer", chore=self.name, reason=str(error))
        except Exception:
            # The edge of a chore: the clock must go on whatever one of them meets.
            log.exception("chore failed", chore=self.name)


class ClockLoop:
    """Turns chores until it is stopped."""

    def __init__(self, chores: list[Chore]) -> None:
        self._chores = chores
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ends `run` after the chore at hand."""
        self._stopping.set()

    def run(self) -> None:
        """Turns until stopped."""
        while not self._stopping.wait(TICK):
            for chore in self._chores:
                chore.turn(time.monotonic())
