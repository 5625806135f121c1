"""Bunches: parts that one slot does one after the other. Quick ones go in large bunches, because each claim and each
commit costs more than they do; what takes long keeps nobody waiting behind it."""

import threading
from collections import deque
from collections.abc import Sequence
from time import monotonic

from windrow.ports.runs import Closing, PartClaim

QUICK = 0.02
"""Seconds below which a part is quick: the next bunch is twice as large."""

LARGEST = 16

PATIENCE = 1.0
"""Seconds that a part may take before those behind it are left to others."""


class Bunch:
    """Claimed parts; safe to use from several threads."""

    def __init__(self, claims: Sequence[PartClaim]) -> None:
        self._left = deque(claims)
        self._lock = threading.Lock()
        self._since = monotonic()
        self._done: list[Closing] = []

    def next(self) -> PartClaim | None:
        """The next part to do; None when there is none left."""
        with self._lock:
            self._since = monotonic()
            return self._left.popleft() if self._left else None

    def note_done(self, closings: Sequence[Closing]) -> None:
        """Parts that were done, and are still to be written."""
        with self._lock:
            self._done += closings

    def take_done(self) -> list[Closing]:
        """What is still to be written; each is given once."""
        with self._lock:
            done, self._done = self._done, []
            return done

    @property
    def part_ids(self) -> set[int]:
        """The parts that are not begun, or done and still to be written."""
        with self._lock:
            return {claim.part.id for claim in self._left} | {closing.part_id for closing in self._done}

    def release(self, *, now: bool = False) -> list[PartClaim]:
        """The parts behind one that takes long (or whatever is left `now`): nobody will do them here."""
        with self._lock:
            if not now and monotonic() - self._since < PATIENCE:
                return []
            left = list(self._left)
            self._left.clear()
            return left


class Size:
    """How many parts make a bunch: one at first, more while they are quick."""

    def __init__(self) -> None:
        self.now = 1

    def note(self, parts: int, seconds: float) -> None:
        """So many parts took so long."""
        self.now = min(LARGEST, 2 * self.now) if parts and seconds / parts < QUICK else 1


def divide(claims: Sequence[PartClaim], slots: int) -> list[Bunch]:
    """The parts in bunches, as many as there are slots, none larger than another by more than one."""
    return [Bunch(some) for number in range(slots) if (some := claims[number::slots])]
