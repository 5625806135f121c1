"""The journal of a run: what each step came to, so that the next attempt goes on where the last one ended.

A sequence is deterministic but for the answers it gets. So the answers are its state: an attempt goes through the
document from the start, is given what is in the journal, and sends only what is not.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

BEGUN = {"begun": True}
"""What the journal says of a step that was under way: it may have arrived or not."""

Write = Callable[[Mapping[str, Any]], None]
"""Keeps entries, all or none; they are on disk when it returns."""


def keep_nothing(entries: Mapping[str, Any]) -> None:
    """For runs that nobody will go on with."""


class Journal:
    """Entries by the step's path, plain JSON. Safe to share between threads.

    What a step came to is written together with the beginning of the next one: a transaction for each request.
    """

    def __init__(self, known: Mapping[str, Any] | None = None, write: Write = keep_nothing) -> None:
        self._known = dict(known or {})
        self._write = write
        self._waiting: dict[str, Any] = {}
        self._lock = Lock()

    def find(self, path: str) -> Any:
        """What an earlier attempt came to at this step; `BEGUN` when it was under way; None when it was not there."""
        return self._known.get(path)

    def begin(self, path: str, *, once: bool) -> None:
        """A request is about to go out. `once`: if it is not known what became of it, that must be known."""
        if once:
            self._add(path, BEGUN)
        self.flush()

    def end(self, path: str, entry: Any) -> None:
        """What a step came to."""
        self._add(path, entry)

    def flush(self) -> None:
        """Writes what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            if waiting:
                self._write(waiting)

    def _add(self, path: str, entry: Any) -> None:
        with self._lock:
            self._waiting[path] = entry
