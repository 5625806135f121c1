"""Inline: a run carried out by the process that was asked for it, because no worker lives."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from windrow.core.performing import Performer
from windrow.model.identity import new_id


@dataclass(frozen=True, slots=True)
class Inline:
    """Carries out single runs, with a heart of their own that renews their leases.

    performer  makes what carries out the runs of a worker, by the worker's identifier
    beat       seconds between two beats
    """

    performer: Callable[[str], Performer]
    beat: float

    def __call__(self, run_id: str) -> None:
        """Carries a run out, if nobody else does meanwhile; returns when it has ended or was given back."""
        performer, ended = self.performer(new_id()), threading.Event()
        heart = threading.Thread(target=self._renew, args=(performer, ended), name="inline heart", daemon=True)
        heart.start()
        try:
            performer.perform(run_id)
        finally:
            ended.set()
            heart.join()

    def _renew(self, performer: Performer, ended: threading.Event) -> None:
        while not ended.wait(self.beat):
            performer.beat()
