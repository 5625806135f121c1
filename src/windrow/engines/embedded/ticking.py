"""The clock loop: meets what is due, and now and then looks after the rest."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from windrow.errors import StoreUnavailable

log = structlog.get_logger()

TICK = 0.05
"""Seconds between two looks at what is due; a look is one indexed read."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something the clock does every so many seconds, counted from the end of the last time."""

    name: str
    every: float
    do: Callable[[], object]


class ClockLoop:
    """Does chores, each in a thread of its own, so that a long or troubled one does not keep the others waiting."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ends `run` after the chores at hand."""
        self._stopping.set()

    def run(self) -> None:
        """Does them until stopped."""
        threads = [threading.Thread(target=self._repeat, args=(each,), name=each.name) for each in self._chores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _repeat(self, chore: Chore) -> None:
        away = False
        while not self._stopping.is_set():
            away = self._do(chore, away)
            self._stopping.wait(chore.every)

    def _do(self, chore: Chore, away: bool) -> bool:
        # Returns whether the database is away: that is told once, and not twenty times a second.
        try:
            chore.do()
        except StoreUnavailable as error:
            if not away:
                log.warning("the database does not answer", chore=chore.name, reason=str(error))
            return True
        except Exception:
            # The edge of a chore: the clock must go on whatever one of them meets.
            log.exception("chore failed", chore=chore.name)
        return False
