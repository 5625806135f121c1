"""Lets the clock of a whole installation jump: its processes read how far it is off from a file, before anything else.

Python imports this at its start. It replaces the two clocks that Windrow and its libraries read: its own, and
`time.time`; what measures how long something takes (`time.monotonic`) goes on evenly, as it does when a machine's clock
is set. libfaketime would be nearer to the machine, but version 0.9.10 makes every `time.sleep` of Python 3.11 fail.
"""

import os
import time
from datetime import UTC, datetime, timedelta

READ_EVERY = 0.1

_NAME = os.environ.get("WINDROW_CHAOS_CLOCK")
_time = time.time


class _Offset:
    """How many seconds the clock is off; read anew ten times a second."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._read = float("-inf")
        self._seconds = 0.0

    def __call__(self) -> float:
        now = time.monotonic()
        if now - self._read > READ_EVERY:
            self._read = now
            try:
                with open(self._name) as file:
                    self._seconds = float(file.read() or self._seconds)
            except OSError:
                pass  # no descriptor is free, say: as it was
        return self._seconds


if _NAME:
    from windrow.ports import clocks

    _offset = _Offset(_NAME)

    def _jumping_time() -> float:
        return _time() + _offset()

    def _jumping_clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=_offset())

    time.time = _jumping_time
    clocks.system_clock = _jumping_clock
