"""Dispatches: what an engine that is told ids (Celery) still has to be told. Each method is one transaction.

A run or part is *sent* from the moment an engine takes it to be told on until a worker claims it, whatever became of
the message meanwhile. Engines that look into the database themselves (embedded) need none of this.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Sent(NamedTuple):
    """A run (`id` is its id) or a part (`id` is its number as text) that an engine was told of `sends` times.

    `begun` is set for what somebody had begun before: others wait for it already.
    """

    id: str
    queue: str
    priority: int
    sent_at: datetime
    sends: int = 1
    begun: bool = False


class Dispatches(Protocol):
    """What is ready, and was not claimed yet."""

    def send_runs(self, now: datetime, *, ahead: int) -> list[Sent]:
        """Notes runs that are ready as sent, those whose turn it is first; of each queue so many that at most `ahead`
        are sent and not claimed."""
        ...

    def send_parts(self, now: datetime, *, ahead: int, least: int = 1) -> list[Sent]:
        """The same for parts of runs that have fanned out; none while there is room for fewer than `least`."""
        ...

    def unclaimed_runs(self, before: datetime, *, limit: int) -> list[Sent]:
        """Runs that were sent earlier than that and are still ready, the longest sent first."""
        ...

    def unclaimed_parts(self, before: datetime, *, limit: int) -> list[Sent]:
        """The same for parts."""
        ...

    def send_runs_again(self, which: Sequence[Sent], now: datetime) -> list[Sent]:
        """Notes that these are sent once more; returns those that nobody claimed or sent meanwhile."""
        ...

    def send_parts_again(self, which: Sequence[Sent], now: datetime) -> list[Sent]:
        """The same for parts."""
        ...

    def take_back_runs(self, run_ids: Sequence[str]) -> None:
        """Notes that these were not sent after all."""
        ...

    def take_back_parts(self, part_ids: Sequence[int]) -> None:
        """The same for parts."""
        ...

    def revoked(self, *, limit: int) -> list[str]:
        """Runs that were cancelled after they were sent: their messages are not wanted any more. Each is told once."""
        ...
