"""Engines: what carries runs to workers, and what a worker is handed to carry them out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from windrow.model.workers import Worker


@dataclass(frozen=True, slots=True)
class Message:
    """What an engine carries to a worker: the id of one run, or the numbers of some parts; and where it belongs."""

    queue: str
    priority: int
    run_id: str = ""
    part_ids: tuple[int, ...] = ()


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

    def perform_parts(self, part_ids: Sequence[int]) -> Sequence[int]:
        """Claims and carries out these parts one after the other; what takes long leaves the rest to others.

        Returns those that it did not come to. For engines that are told ids.
        """
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


class Dispatcher(Protocol):
    """What an engine that is told ids asks for what it is to carry. Safe in several places at once."""

    def send(self) -> list[Message]:
        """What became ready; noted as sent, so whoever cannot carry it takes it back."""
        ...

    def send_again(self) -> list[Message]:
        """What was sent and seems lost on the way: somebody has nothing to do, and yet nobody claimed it."""
        ...

    def take_back(self, messages: Collection[Message]) -> None:
        """Notes that these were not sent after all."""
        ...

    def revoked(self) -> list[str]:
        """Runs whose messages are not wanted any more."""
        ...


class Reservations(Protocol):
    """What an engine's own queues say about what its workers have taken, but not begun."""

    def reserved(self) -> Mapping[str, Sequence[str]]:
        """The ids of runs by worker, as last heard of; answers at once."""
        ...


class Presence(Protocol):
    """How a process says that it lives."""

    def beat(self, worker: Worker) -> Worker:
        """Says so; returns the row, where `draining` may have been asked for."""
        ...
