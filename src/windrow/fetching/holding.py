"""Holds the tickets of requests under way: renews those that take long, so that nobody's ticket need last for long.

A worker that is killed cannot give its tickets back, and until they expire its host's concurrency is used up by nobody.
So a ticket lasts for seconds only, and a request that takes longer has it renewed meanwhile.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress

from windrow.errors import WindrowError

HOLD = 8.0
"""Seconds that a ticket counts as in flight unless it is renewed."""

RENEW_EVERY = 2.5

Renew = Callable[[str, Sequence[str]], None]
"""Renews tickets of a host."""


class Holder:
    """The tickets of one process that are out."""

    def __init__(self, renew: Renew) -> None:
        self._renew = renew
        self._out: dict[str, str] = {}
        self._changed = threading.Condition()
        self._watcher: threading.Thread | None = None
        self._closed = False

    def hold(self, host: str, ticket: str) -> None:
        """Renews this ticket until it is let go."""
        with self._changed:
            self._out[ticket] = host
            if self._watcher is None and not self._closed:
                self._watcher = threading.Thread(target=self._watch, name="tickets", daemon=True)
                self._watcher.start()

    def let_go(self, ticket: str) -> None:
        """To be called once for every `hold`."""
        with self._changed:
            self._out.pop(ticket, None)

    def close(self) -> None:
        """Renews nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            watcher = self._watcher
        if watcher is not None:
            watcher.join()

    def _watch(self) -> None:
        """Runs while anything is out; the next ticket starts it anew."""
        old: dict[str, str] = {}
        while (out := self._await_next()) is not None:
            for host, tickets in _by_host(out, old):
                # A book that cannot be reached now lets the tickets expire: the host gets a few requests more.
                with suppress(WindrowError):
                    self._renew(host, tickets)
            old = out

    def _await_next(self) -> dict[str, str] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed, timeout=RENEW_EVERY)
            if self._closed or not self._out:
                self._watcher = None
                return None
            return dict(self._out)


def _by_host(out: dict[str, str], old: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Tickets that were out the last time already: others are fresh enough."""
    found: dict[str, list[str]] = defaultdict(list)
    for ticket, host in out.items():
        if ticket in old:
            found[host].append(ticket)
    return list(found.items())
