"""Keeps spare tickets for a moment, so that a run of quick requests asks the manners book only now and then.

A book in a database costs a millisecond or two per turn, as much as a quick answer itself. A ticket that the book
calls spare (no pace to keep, nobody else waiting) serves the next request too, until it is `KEEP` seconds old; then,
or when nobody needed it any more, it goes back. To others it counts as in flight all the while: the host never gets
more requests at once than allowed.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from windrow.errors import WindrowError

KEEP = 1.0


class Keeper:
    """The spare tickets of one process. `give_back` returns one to the book after it served well."""

    def __init__(self, give_back: Callable[[str, str], None]) -> None:
        self._give_back = give_back
        self._kept: dict[str, list[tuple[str, float]]] = {}
        self._changed = threading.Condition()
        self._watcher: threading.Thread | None = None

    def keep_until(self) -> float:
        """When a ticket granted now goes back at the latest (of `time.monotonic`)."""
        return time.monotonic() + KEEP

    def take(self, host: str) -> tuple[str, float] | None:
        """A kept ticket and when it goes back, if one is fresh enough; the others of the host go back now."""
        now = time.monotonic()
        with self._changed:
            tickets = self._kept.pop(host, [])
            fresh = [each for each in tickets if each[1] > now]
            taken = fresh.pop() if fresh else None
            if fresh:
                self._kept[host] = fresh
        for ticket, until in tickets:
            if until <= now:
                self._give_back(host, ticket)
        return taken

    def keep(self, host: str, ticket: str, until: float) -> None:
        """Keeps a ticket for whoever asks next, and sees to it that it goes back in time."""
        with self._changed:
            self._kept.setdefault(host, []).append((ticket, until))
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="spare tickets", daemon=True)
                self._watcher.start()

    def release(self, host: str) -> None:
        """Gives back what is kept for a host, now."""
        with self._changed:
            tickets = self._kept.pop(host, [])
        for ticket, _ in tickets:
            self._give_back(host, ticket)

    def release_all(self) -> None:
        """Gives back everything, and ends the thread that watches."""
        with self._changed:
            hosts, watcher = list(self._kept), self._watcher
        for host in hosts:
            self.release(host)
        with self._changed:
            self._changed.notify_all()
        if watcher is not None:
            watcher.join()

    def _watch(self) -> None:
        """Runs while anything is kept; the next ticket kept starts it anew."""
        while (due := self._await_due()) is not None:
            for host, ticket in due:
                # A book that cannot be reached now forgets the ticket by itself when its hold is over.
                with suppress(WindrowError):
                    self._give_back(host, ticket)

    def _await_due(self) -> list[tuple[str, str]] | None:
        with self._changed:
            ends = [until for tickets in self._kept.values() for _, until in tickets]
            self._changed.wait(max(0.0, min(ends) - time.monotonic()) if ends else KEEP)
            if not self._kept:
                self._watcher = None
                return None
            return self._pop_due()

    def _pop_due(self) -> list[tuple[str, str]]:
        now = time.monotonic()
        due = [(host, ticket) for host, tickets in self._kept.items() for ticket, until in tickets if until <= now]
        left = {host: [each for each in tickets if each[1] > now] for host, tickets in self._kept.items()}
        self._kept = {host: tickets for host, tickets in left.items() if tickets}
        return due
