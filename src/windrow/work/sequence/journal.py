"""The journal of a run: what each step came to, so that the next attempt goes on where the last one ended.

A sequence is deterministic but for the answers it gets. So the answers are its state: an attempt goes through the
document from the start, is given what is in the journal, and sends only what is not.
"""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from threading import Lock
from typing import Any

from windrow.errors import BadInput

BEGUN = {"begun": True}
"""What the journal says of a step that was under way: it may have arrived or not."""

DOCUMENT = "document"
"""The name under which a journal keeps what its document was."""

STOPPED = "stopped"
"""The name under which a journal keeps the step that ended its run."""

WAITED = "waited"
"""The name under which a journal keeps the attempt that gave its worker back until other work has ended."""

Write = Callable[[Mapping[str, Any]], None]
"""Keeps entries, all or none; they are on disk when it returns."""


def keep_nothing(entries: Mapping[str, Any]) -> None:
    """For runs that nobody will go on with."""


def fingerprint(document: Any) -> str:
    """What tells one document from another."""
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def go_on_with(known: Mapping[str, Any], document: Any) -> dict[str, Any]:
    """What a journal knows for a run that goes on: all but the step that ended the run, which is sent again.

    Raises `BadInput` for the journal of another document: its answers belong to other requests.
    """
    if known and known.get(DOCUMENT) != fingerprint(document):
        raise BadInput.of("journal", "is that of another document: a run can only go on with its own")
    left = {known.get(STOPPED), STOPPED, WAITED}
    return {name: entry for name, entry in known.items() if name.partition("#")[0] not in left}


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

    def take_back(self, path: str) -> None:
        """What was about to go out was not sent."""
        self._add(path, None)
        self.flush()

    def flush(self) -> None:
        """Writes what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            if waiting:
                self._write(waiting)

    def _add(self, path: str, entry: Any) -> None:
        with self._lock:
            self._waiting[path] = entry
