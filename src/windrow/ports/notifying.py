"""Notifications, as the store keeps them, and what checks an address. Each method of the store is one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from windrow.model.notifications import Event, Notification, Secrets
from windrow.model.paging import PageOf
from windrow.model.reports import ReportFile
from windrow.model.runs import Run
from windrow.model.tasks import Task

Plan = Callable[[Sequence[Notification]], Sequence[Task]]
"""Gives the tasks that a source needs for these notifications, which are all that it has."""


class Happened(NamedTuple):
    """What happened to a source in a time: its runs that ended in it, the oldest first, as many as were asked for.

    `total` tells how many there are in all; more than were asked for are counted and not looked at.
    """

    runs: Sequence[Run]
    total: int


class Messenger(Protocol):
    """Tells people by the services that Apprise knows, in a process that keeps the outgoing policy."""

    def check(self, address: str) -> str:
        """The name of the service that an address leads to; nothing is sent. Raises `BadInput` for `address`, which
        never holds the address."""
        ...

    def tell(
        self, address: str, title: str, text: str, *, check: Callable[[], None], files: Sequence[ReportFile] = ()
    ) -> None:
        """Sends a message; `check` is called often, and what it raises ends the sending. Services that take no files
        are sent the words only.

        Raises `RemoteError`, `BadInput` for an address that is no good, and `ProcessLost`.
        """
        ...


class Notifications(Protocol):
    """Wishes to be told, with their secrets."""

    def add(self, notification: Notification, secrets: Secrets, plan: Plan) -> Notification:
        """Writes one, and what is planned for all of the source; returns it with its number. Raises `NameTaken`, and
        `Conflict` where the source has too many."""
        ...

    def get(self, source_id: int, notification_id: int) -> Notification:
        """One of a source. Raises `NotFound`."""
        ...

    def secrets(self, source_id: int, notification_id: int) -> Secrets:
        """What is kept of it encrypted; for the worker that tells only. Raises `NotFound`."""
        ...

    def page(self, source_id: int, *, limit: int, cursor: str | None = None) -> PageOf[Notification]:
        """A source's, in the order they were made."""
        ...

    def save(
        self,
        notification: Notification,
        *,
        secrets: Secrets | None = None,
        digest_from: datetime | None = None,
        plan: Plan,
        seen: datetime | None = None,
    ) -> None:
        """Writes what people may change; with `digest_from` its digests begin anew there. A new address has no problem
        yet. Raises `NotFound`, `NameTaken`, and `Conflict` where it was changed after
        `seen`."""
        ...

    def delete(self, source_id: int, notification_id: int, plan: Plan) -> None:
        """Takes one away. Raises `NotFound`."""
        ...

    def wanting(self, source_id: int, events: frozenset[Event]) -> list[Notification]:
        """Those of a source that are enabled and ask for any of these."""
        ...

    def note_told(self, notification_id: int, *, now: datetime) -> None:
        """Notes that a message arrived."""
        ...

    def note_problem(self, notification_id: int, problem: str, *, now: datetime, disable: bool = False) -> None:
        """Notes why a message did not arrive; with `disable` nothing more is sent there."""
        ...

    def begin_digest(self, notification: Notification, *, until: datetime, run: Run | None) -> bool:
        """Moves `digested_until` on, and writes the run that tells of the time before; False where another did it."""
        ...

    def happened(self, source_id: int, *, since: datetime, until: datetime, limit: int) -> Happened:
        """What the source's harvests, refreshes, copies and pushes came to that ended from `since` to `until`."""
        ...
