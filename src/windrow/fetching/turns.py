"""Waits for a host's turn: first among the threads of this process, then in the manners book that all share."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from windrow.errors import HostClosed, HostResting
from windrow.fetching.holding import HOLD, Holder
from windrow.fetching.keeping import Keeper
from windrow.fetching.watching import SLICE
from windrow.ports.clocks import Clock
from windrow.ports.fetching import Check, Hosts, Manners, Turn

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

    def enter(self, host: str, limit: int, check: Check) -> None:
        """Waits until fewer than `limit` threads are inside; raises `Stopped` while waiting."""
        while not self._try_enter(host, limit):
            check()

    def leave(self, host: str) -> None:
        """To be called once for every `enter` that returned."""
        with self._changed:
            self._inside[host] -= 1
            if not self._inside[host]:
                del self._inside[host]
            self._changed.notify_all()

    def _try_enter(self, host: str, limit: int) -> bool:
        with self._changed:
            if not self._changed.wait_for(lambda: self._inside[host] < max(1, limit), timeout=SLICE):
                return False
            self._inside[host] += 1
            return True


@dataclass(frozen=True, slots=True)
class Held:
    """A turn that was taken.

    keep_until  of `time.monotonic`: until then the ticket may serve again; 0 where it may not
    served      whether it has served before, and well
    """

    host: str
    ticket: str
    keep_until: float
    served: bool = False


class Turns:
    """Takes and gives back the turns of one process."""

    def __init__(self, hosts: Hosts, clock: Clock, wait: Wait) -> None:
        self._hosts = hosts
        self._clock = clock
        self._wait = wait
        self._gate = Gate()
        self._keeper = Keeper(self._return_kept)
        self._holder = Holder(self._renew)

    def take(self, host: str, manners: Manners, check: Check) -> Held:
        """Waits for the host's turn; to be given back. Raises `HostResting`, `HostClosed` and `Stopped`."""
        self._gate.enter(host, manners.concurrency, check)
        try:
            check()
            held = self._take_kept(host, manners) or self._ask(host, manners, check)
            self._holder.hold(host, held.ticket)
            return held
        except BaseException:
            self._gate.leave(host)
            raise

    def give_back(self, held: Held, *, failed: bool | None, quiet_for: float | None) -> None:
        """Ends a request; see `Hosts.give_back`. A spare ticket of a request that went well is kept for the next."""
        self._holder.let_go(held.ticket)
        try:
            if failed is False and quiet_for is None and time.monotonic() < held.keep_until:
                self._keeper.keep(held.host, held.ticket, held.keep_until)
                return
            if failed is not False or quiet_for is not None:
                self._tell_successes(held)
            self._hosts.give_back(held.host, held.ticket, now=self._clock(), failed=failed, quiet_for=quiet_for)
        finally:
            self._gate.leave(held.host)

    def close(self) -> None:
        """Gives back every ticket that is kept, and renews none any more."""
        self._holder.close()
        self._keeper.release_all()

    def _take_kept(self, host: str, manners: Manners) -> Held | None:
        if manners.requests_per_second > 0:
            # Only the book can keep a pace; it must not find our own idle tickets in the way.
            self._keeper.release(host)
            return None
        kept = self._keeper.take(host)
        return None if kept is None else Held(host, *kept, served=True)

    def _tell_successes(self, held: Held) -> None:
        """What went well before must reach the book before what did not: it counts failures in a row."""
        self._keeper.release(held.host)
        if held.served:
            self._return_kept(held.host, "")

    def _return_kept(self, host: str, ticket: str) -> None:
        self._hosts.give_back(host, ticket, now=self._clock(), failed=False)

    def _renew(self, host: str, tickets: Sequence[str]) -> None:
        self._hosts.renew(host, tickets, now=self._clock(), hold=HOLD)

    def _ask(self, host: str, manners: Manners, check: Check) -> Held:
        while True:
            turn = self._hosts.ask_turn(
                host,
                now=self._clock(),
                requests_per_second=manners.requests_per_second,
                concurrency=manners.concurrency,
                hold=HOLD,
            )
            if turn.ticket:
                return self._await_slot(host, turn, check)
            _give_up(host, turn)
            pause(max(turn.wait, _SHORTEST), check=check, wait=self._wait)

    def _await_slot(self, host: str, turn: Turn, check: Check) -> Held:
        try:
            pause(turn.wait, check=check, wait=self._wait)
        except BaseException:
            self._hosts.give_back(host, turn.ticket, now=self._clock(), failed=None)
            raise
        return Held(host, turn.ticket, self._keeper.keep_until() if turn.spare else 0.0)


def _give_up(host: str, turn: Turn) -> None:
    if turn.closed_until is not None:
        raise HostClosed.of(host, turn.closed_until)
    if turn.resting:
        raise HostResting(f"{host} failed too often; it is left alone for {turn.wait:.0f} s.", retry_after=turn.wait)
    if turn.wait > PATIENCE:
        raise HostResting(f"{host} asked to be left alone for {turn.wait:.0f} s.", retry_after=turn.wait)
