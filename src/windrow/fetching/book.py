"""A manners book in memory, for one process without a database, and for tests."""

import threading
from collections.abc import Sequence
from datetime import datetime
from itertools import count

from windrow.model.manners import HostLine, ask_turn, give_back, renew
from windrow.ports.clocks import Clock, system_clock
from windrow.ports.fetching import HostState, Turn

LINES_KEPT = 10_000
"""More hosts than any installation harvests; a catalogue that links to ever new ones must not fill the memory."""


class MemoryHosts:
    """Implements `windrow.ports.fetching.Hosts` for the threads of one process."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._lines: dict[str, HostLine] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()

    def ask_turn(self, host: str, *, now: datetime, requests_per_second: float, concurrency: int, hold: float) -> Turn:
        """See the port."""
        ticket = f"{next(self._numbers)}"
        with self._lock:
            reply = ask_turn(
                self._line(host),
                ticket,
                now=now,
                requests_per_second=requests_per_second,
                concurrency=concurrency,
                hold=hold,
            )
            self._lines[host] = reply.line
        # `spare` is left out: asking this book costs less than keeping its tickets.
        return Turn(reply.wait, ticket if reply.granted else "", reply.resting)

    def give_back(
        self, host: str, ticket: str, *, now: datetime, failed: bool | None, quiet_for: float | None = None
    ) -> None:
        """See the port."""
        with self._lock:
            self._lines[host] = give_back(self._line(host), ticket, now=now, failed=failed, quiet_for=quiet_for)

    def renew(self, host: str, tickets: Sequence[str], *, now: datetime, hold: float) -> None:
        """See the port."""
        with self._lock:
            self._lines[host] = renew(self._line(host), tickets, now=now, hold=hold)

    def states(self) -> list[HostState]:
        """See the port."""
        now = self._clock()
        with self._lock:
            lines = sorted(self._lines.values(), key=lambda line: line.host)
        return [
            HostState(
                host=line.host,
                in_flight=line.in_flight(now),
                failures=line.failures,
                resting_until=line.resting_until if line.is_resting(now) else None,
                quiet_until=line.quiet_until if line.quiet_until is not None and line.quiet_until > now else None,
            )
            for line in lines
        ]

    def _line(self, host: str) -> HostLine:
        """The host's line. Lines are kept in the order of their making; the oldest goes when there are too many."""
        line = self._lines.get(host)
        if line is None:
            line = HostLine(host)
            if len(self._lines) >= LINES_KEPT:
                del self._lines[next(iter(self._lines))]
        return line
