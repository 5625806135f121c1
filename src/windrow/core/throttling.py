"""Throttling: who has failed to sign in how often lately, and must wait."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from windrow.errors import TooManyAttempts

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(minutes=30)
MOST_REMEMBERED = 20_000
LONGEST_NAME = 100

FREE_PER_PAIR = 5
FREE_PER_ADDRESS = 50
"""Higher than for one name: a whole office may share an address."""
FREE_PER_NAME = 100
LONGEST_WAIT_PER_NAME = timedelta(seconds=10)
"""Short: else anybody could lock anybody else out by failing for them from many addresses."""

_Key: TypeAlias = tuple[str, str, str]
"""What is counted together: the sort of count, the name, the address."""


@dataclass(frozen=True, slots=True)
class _Failures:
    """How often in a row, when last, and until when to wait."""

    count: int
    last: datetime
    wait_until: datetime


@dataclass(frozen=True, slots=True)
class _Limit:
    """What is counted together, at which failure the waiting begins, and how long a wait may become."""

    key: _Key
    free: int
    longest: timedelta


class Throttle:
    """Counts failures per name at an address, per address and per name; beyond the free ones the wait doubles.

    In memory of bounded size: what is looked at longest ago is forgotten first, and all of it by a restart.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: OrderedDict[_Key, _Failures] = OrderedDict()

    def check(self, name: str, address: str, now: datetime) -> None:
        """Raises `TooManyAttempts` while this name, from this address, must wait."""
        with self._lock:
            waits = [self._wait(limit, now) for limit in _limits(name, address)]
        longest = max(waits)
        if longest > timedelta(0):
            seconds = longest.total_seconds()
            raise TooManyAttempts(f"Too many failed sign-ins: try again in {seconds:.0f} seconds.", seconds)

    def fail(self, name: str, address: str, now: datetime) -> None:
        """Counts a failure."""
        with self._lock:
            for limit in _limits(name, address):
                self._count(limit, now)
            while len(self._failures) > MOST_REMEMBERED:
                self._failures.popitem(last=False)

    def succeed(self, name: str, address: str) -> None:
        """Forgets what failed before for this name at this address; the address's other failures stay counted."""
        with self._lock:
            self._failures.pop(_limits(name, address)[0].key, None)

    def _wait(self, limit: _Limit, now: datetime) -> timedelta:
        found = self._failures.get(limit.key)
        return timedelta(0) if found is None else found.wait_until - now

    def _count(self, limit: _Limit, now: datetime) -> None:
        found = self._failures.get(limit.key)
        if found is None or now - found.last > FORGOTTEN_AFTER:
            found = _Failures(0, now, now)
        count = found.count + 1
        wait = timedelta(0)
        if count >= limit.free:
            wait = min(FIRST_WAIT * (1 << min(count - limit.free, 20)), limit.longest)
        self._failures[limit.key] = replace(found, count=count, last=now, wait_until=now + wait)
        self._failures.move_to_end(limit.key)


def _limits(name: str, address: str) -> tuple[_Limit, _Limit, _Limit]:
    name = name[:LONGEST_NAME]
    return (
        _Limit(("pair", name, address), FREE_PER_PAIR, LONGEST_WAIT),
        _Limit(("address", "", address), FREE_PER_ADDRESS, LONGEST_WAIT),
        _Limit(("name", name, ""), FREE_PER_NAME, LONGEST_WAIT_PER_NAME),
    )
