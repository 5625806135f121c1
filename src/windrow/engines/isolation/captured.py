"""What a child writes to its standard output and error: into the run's log, line by line, and no more than it bears."""

from collections.abc import Callable
from dataclasses import dataclass

from windrow.model.runs import Level

LONGEST_LINE = 2_000
"""Characters of one line; the rest of it is left out."""

MOST_LINES = 2_000
"""Lines of one attempt; the rest is left out, and the log says so."""

Log = Callable[[Level, str], None]


@dataclass(slots=True)
class Allowance:
    """How many lines an attempt may still write, on both streams together."""

    lines: int = MOST_LINES


class Captured:
    """One stream, cut into lines."""

    def __init__(self, log: Log, level: Level, allowance: Allowance) -> None:
        self._log = log
        self._level = level
        self._allowance = allowance
        self._begun = bytearray()

    def take(self, received: bytes) -> None:
        """Logs the lines that are whole now."""
        *whole, rest = received.split(b"\n")
        for line in whole:
            self._begin(line)
            self.end()
        self._begin(rest)

    def end(self) -> None:
        """Logs what there is of the last line."""
        line, self._begun = bytes(self._begun), bytearray()
        words = line.decode(errors="replace").rstrip()
        if not words or self._allowance.lines < 0:
            return
        self._allowance.lines -= 1
        if self._allowance.lines < 0:
            self._log(Level.WARNING, f"It wrote more than {MOST_LINES} lines; the others are left out.")
        else:
            self._log(self._level, words if len(words) <= LONGEST_LINE else words[:LONGEST_LINE] + "…")

    def _begin(self, piece: bytes) -> None:
        # A character has at most four bytes; one more than is shown tells that there is more.
        self._begun += piece[: max(0, 4 * (LONGEST_LINE + 1) - len(self._begun))]
