"""Engines: what carries runs to workers, and what a worker is handed to carry them out."""

from collections.abc import Callable
from typing import Protocol

from windrow.model.workers import Worker


class Carrier(Protocol):
    """What an engine calls on a worker. The engine knows ids and slots; what a run does is none of its business."""

    def take_runs(self, most: int) -> list[Callable[[], None]]:
        """Claims up to `most` runs, the next first; returns what carries each out (and never raises)."""
        ...

    def take_parts(self, most: int) -> list[Callable[[], None]]:
        """Claims up to `most` parts of fanned-out runs; returns what carries each out."""
        ...

    def perform(self, run_id: str) -> bool:
        """Claims and carries out that run; False when there was nothing to do. For engines that are told ids."""
        ...

    def beat(self) -> None:
        """Renews the leases of all that is under way, and passes on what was asked of it."""
        ...

    def look(self) -> None:
        """Passes on what was cancelled, so that it stops within a second or two. A cheap read; to be called often."""
        ...

    def drain(self) -> None:
        """Has everything under way given back to the queue."""
        ...

    @property
    def busy(self) -> int:
        """How many runs and parts are under way."""
        ...


class Presence(Protocol):
    """How a process says that it lives."""

    def beat(self, worker: Worker) -> Worker:
        """Says so; returns the row, where `draining` may have been asked for."""
        ...
