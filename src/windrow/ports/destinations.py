"""Destinations of reports, as the store keeps them. Each method is one transaction."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from windrow.model.destinations import Destination
from windrow.model.notifications import Secrets
from windrow.model.paging import PageOf


@dataclass(frozen=True, slots=True)
class Renaming:
    """Another name for a destination, which the tasks that name it follow.

    kinds   what tasks and runs are of that may name one
    follow  the parameters of such a task with the new name; None where they do not have the old one
    now     when it happens
    """

    name: str
    kinds: Collection[str]
    follow: Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]
    now: datetime


class Destinations(Protocol):
    """Named places to send to, with their secrets. A name is unlike all others of its tenant."""

    def add(self, destination: Destination, secrets: Secrets) -> Destination:
        """Writes one; returns it with its number. Raises `NameTaken`, and `Conflict` where there are too many."""
        ...

    def find(self, name: str, *, tenant_id: str) -> Destination:
        """The one of a name. Raises `NotFound`."""
        ...

    def get(self, destination_id: int, *, tenant_id: str | None) -> Destination:
        """One. Raises `NotFound`."""
        ...

    def page(self, *, tenant_id: str | None, limit: int, cursor: str | None = None) -> PageOf[Destination]:
        """In the order they were made."""
        ...

    def secrets(self, destination_id: int) -> Secrets:
        """What is kept of it encrypted; for the worker that sends only. Raises `NotFound`."""
        ...

    def change(self, destination_id: int, secrets: Secrets, *, shown: str, renaming: Renaming | None = None) -> None:
        """Changes what is kept encrypted, as far as it is given, and what is shown; a problem is forgotten then.

        Renames it, where that is wanted, in the tasks of its tenant too. Raises `NotFound`, `NameTaken`, and `Conflict`
        while a run that names it has not ended.
        """
        ...

    def delete(self, destination_id: int, *, tenant_id: str | None) -> None:
        """Takes one away. Raises `NotFound`."""
        ...

    def note_sent(self, destination_id: int, *, now: datetime) -> None:
        """Notes that something arrived."""
        ...

    def note_problem(self, destination_id: int, problem: str, *, now: datetime) -> None:
        """Notes why something did not arrive."""
        ...
