"""Waits for a host's turn: first among the threads of this process, then in the manners book that all share."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from windrow.errors import HostResting
from windrow.fetching.watching import SLICE
from windrow.ports.clocks import Clock
from windrow.ports.fetching import Check, Hosts, Manners

PATIENCE = 60.0
"""Seconds that are waited at most for a host that asked for quiet; beyond, the caller is told to come back."""

_SHORTEST = 0.01

Wait = Callable[[float], None]
"""Lets so many seconds pass."""


def pause(seconds: float, *, check: Check, wait: Wait = time.sleep) -> None:
    """Waits, looking up every slice. Raises `Stopped`."""
    while seconds > 0:
        check()
        step = min(seconds, SLICE)
        wait(step)
        seconds -= step
    check()


class Gate:
    """Lets so many threads of this process through per host.

    The book would do alone, but asking it again and again costs; here a thread wakes as soon as another has done.
    """

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def through(self, host: str, limit: int, check: Check) -> Iterator[None]:
        """Waits until fewer than `limit` threads are inside; raises `Stopped` while waiting."""
        while not self._enter(host, limit):
            check()
        try:
            yield
        finally:
            self._leave(host)

    def _enter(self, host: str, limit: int) -> bool:
        with self._changed:
            if not self._changed.wait_for(lambda: self._inside[host] < max(1, limit), timeout=SLICE):
                return False
            self._inside[host] += 1
            return True

    def _leave(self, host: str) -> None:
        with self._changed:
            self._inside[host] -= 1
            if not self._inside[host]:
                del self._inside[host]
            self._changed.notify_all()


def take_turn(hosts: Hosts, host: str, manners: Manners, *, clock: Clock, wait: Wait, check: Check) -> str:
    """Waits for the host's turn and returns the ticket, to be given back. Raises `HostResting` and `Stopped`."""
    hold = manners.connect_timeout + manners.whole_timeout + PATIENCE
    while True:
        check()
        turn = hosts.ask_turn(
            host,
            now=clock(),
            requests_per_second=manners.requests_per_second,
            concurrency=manners.concurrency,
            hold=hold,
        )
        if turn.resting:
            raise HostResting(
                f"{host} failed too often; it is left alone for {turn.wait:.0f} s.", retry_after=turn.wait
            )
        if turn.ticket:
            _await_slot(hosts, host, turn.ticket, turn.wait, clock=clock, wait=wait, check=check)
            return turn.ticket
        if turn.wait > PATIENCE:
            raise HostResting(f"{host} asked to be left alone for {turn.wait:.0f} s.", retry_after=turn.wait)
        pause(max(turn.wait, _SHORTEST), check=check, wait=wait)


def _await_slot(
    hosts: Hosts, host: str, ticket: str, seconds: float, *, clock: Clock, wait: Wait, check: Check
) -> None:
    try:
        pause(seconds, check=check, wait=wait)
    except BaseException:
        hosts.give_back(host, ticket, now=clock(), failed=None)
        raise
