"""Store: everything that is kept, word by word."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, Protocol

from windrow.ports.accounts import Accounts
from windrow.ports.agenda import Agenda
from windrow.ports.catalogue import Catalogue
from windrow.ports.copies import Copies
from windrow.ports.deliveries import Targets
from windrow.ports.destinations import Destinations
from windrow.ports.dispatches import Dispatches
from windrow.ports.edits import Edits
from windrow.ports.fetching import HostHours, Hosts
from windrow.ports.harvests import Harvests
from windrow.ports.items import Items
from windrow.ports.memories import Memories
from windrow.ports.named_secrets import NamedSecrets
from windrow.ports.notes import Notes
from windrow.ports.notifying import Notifications
from windrow.ports.reporting import Reports
from windrow.ports.runs import Runs, Workers
from windrow.ports.scheduled_queues import ScheduledQueues
from windrow.ports.sources import Sources
from windrow.ports.tasks import Tasks


class Store(Protocol):
    """The database, seen as one port per word. All of them may be used from several threads at once."""

    @property
    def accounts(self) -> Accounts:
        """Tenants, users, tokens, sessions."""
        ...

    @property
    def tasks(self) -> Tasks:
        """Tasks and schedules."""
        ...

    @property
    def agenda(self) -> Agenda:
        """What is due, paused, and was met."""
        ...

    @property
    def runs(self) -> Runs:
        """Runs, parts, log, outputs."""
        ...

    @property
    def memories(self) -> Memories:
        """What runs remember from one attempt to the next."""
        ...

    @property
    def named_secrets(self) -> NamedSecrets:
        """What sequences may send and nobody may read."""
        ...

    @property
    def dispatches(self) -> Dispatches:
        """What an engine still has to be told."""
        ...

    @property
    def workers(self) -> Workers:
        """Living processes."""
        ...

    @property
    def sources(self) -> Sources:
        """Sources, resources, reviews."""
        ...

    @property
    def harvests(self) -> Harvests:
        """Passes and pages."""
        ...

    @property
    def notifications(self) -> Notifications:
        """Who is told of what becomes of a source."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """Records."""
        ...

    @property
    def edits(self) -> Edits:
        """Local edits of records."""
        ...

    @property
    def copies(self) -> Copies:
        """Files that records link to, kept here."""
        ...

    @property
    def targets(self) -> Targets:
        """Targets and deliveries."""
        ...

    @property
    def items(self) -> Items:
        """Files that tasks work with."""
        ...

    @property
    def destinations(self) -> Destinations:
        """Where reports are sent."""
        ...

    @property
    def reports(self) -> Reports:
        """Facts for reports."""
        ...

    @property
    def notes(self) -> Notes:
        """What protocols said of tasks and runs."""
        ...

    @property
    def scheduled_queues(self) -> ScheduledQueues:
        """Tasks by the numbers and names that other systems know them by."""
        ...

    @property
    def hosts(self) -> Hosts:
        """How remote hosts are treated."""
        ...

    @property
    def host_hours(self) -> HostHours:
        """When remote hosts may be asked."""
        ...

    def check(self) -> None:
        """Whether the database answers and its schema is ours. Raises `StoreUnavailable`."""
        ...

    def changes(self) -> "Changes":
        """A listener that wakes when anything was committed, here or in another process. One per thread."""
        ...

    def close(self) -> None:
        """Gives all connections back."""
        ...


class Changes(Protocol):
    """Wakes a waiting loop when the database changed. Spurious wakes are allowed, missed ones are not."""

    def wait(self, timeout: float) -> bool:
        """Waits at most `timeout` seconds; True as soon as something was committed since the last call."""
        ...

    def close(self) -> None:
        """Stops listening."""
        ...


class Kept(NamedTuple):
    """A file that is kept: its key, its size in bytes and its SHA-256 in hex."""

    key: str
    size: int
    sha256: str


class Draft(Protocol):
    """A file that is not whole yet. It survives whoever writes it, and has one writer at a time."""

    @property
    def note(self) -> str:
        """What `begin` was told; "" for a draft that was not begun."""
        ...

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        ...

    @property
    def sha256(self) -> str:
        """Of what it holds, in hex."""
        ...

    def begin(self, note: str) -> None:
        """Empties it; `note` is what whoever goes on with it must know."""
        ...

    def append(self, piece: bytes) -> None:
        """Adds bytes at its end. Raises `StoreUnavailable` where there is no room."""
        ...

    def finish(self, announce: Callable[[str], None]) -> Kept:
        """Makes it a file that is kept, visible at once and whole. `announce` is told its key before that: who writes
        the key down can remove the file should it never come to be named by anything."""
        ...

    def discard(self) -> None:
        """Removes it; called again, it does nothing."""
        ...


class Blobs(Protocol):
    """Where files are kept: a folder, or an object store of the S3 kind."""

    def write(self, content: Iterator[bytes]) -> tuple[str, int, str]:
        """Keeps a file; returns its key, its size in bytes and its SHA-256 in hex. Visible only when whole."""
        ...

    def draft(self, name: str, check: Callable[[], None]) -> AbstractContextManager[Draft]:
        """A file to be written over several goes, by name: lower-case letters, digits and dashes, at most 64.

        Raises `Conflict` while somebody else writes it. What is there of it is read first: `check` raises meanwhile.
        """
        ...

    def forget_drafts(self, *, older_than: float) -> int:
        """Removes drafts that nobody has written to for so many seconds; returns how many files."""
        ...

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Reads a file. Raises `NotFound`."""
        ...

    def delete(self, key: str) -> None:
        """Removes a file; a missing one is removed already."""
        ...
