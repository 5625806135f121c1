"""How far a sequence may go: counts, sizes and times that no document can loosen."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from windrow.work.sequence.problems import OutOfBounds


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one run.

    requests     how many requests it may send, further attempts at them included
    items        how many items all its loops may look at
    depth        how deep loops may stand in loops
    text         characters that a template may grow to
    answer       bytes that one answer may have
    seconds      how long it may take in all
    pattern      characters of a regular expression, which are looked for in at most `text` characters
    splices      how often `(path)` may be resolved in one template
    """

    requests: int = 100_000
    items: int = 1_000_000
    depth: int = 16
    text: int = 1 << 20
    answer: int = 10 << 20
    seconds: float = 6 * 3600.0
    pattern: int = 1_000
    splices: int = 1_000


@dataclass(slots=True)
class Meter:
    """Counts what a run has used of its limits. Safe to share between threads."""

    limits: Limits = Limits()
    clock: Callable[[], float] = time.monotonic
    requests: int = 0
    items: int = 0
    _began: float = field(init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        self._began = self.clock()

    @property
    def left(self) -> float:
        """Seconds that the run may still take."""
        return self.limits.seconds - (self.clock() - self._began)

    def count_request(self) -> None:
        """One more request goes out. Raises `OutOfBounds`."""
        with self._lock:
            self.requests += 1
        if self.requests > self.limits.requests:
            raise OutOfBounds(f"The sequence sent more than {self.limits.requests} requests: split it.")
        if self.left <= 0:
            raise OutOfBounds(f"The sequence took longer than {self.limits.seconds:g} s: split it.")

    def count_item(self) -> None:
        """One more item of a loop is looked at. Raises `OutOfBounds`."""
        with self._lock:
            self.items += 1
        if self.items > self.limits.items:
            raise OutOfBounds(f"The loops of the sequence have more than {self.limits.items} items: split it.")
        if self.items % 1000 == 0 and self.left <= 0:
            raise OutOfBounds(f"The sequence took longer than {self.limits.seconds:g} s: split it.")

    def check_depth(self, depth: int) -> None:
        """Raises `OutOfBounds` for a loop that stands too deep."""
        if depth > self.limits.depth:
            raise OutOfBounds(f"Loops stand in loops more than {self.limits.depth} deep.")
