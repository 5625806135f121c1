"""Destinations of reports, as the store keeps them. Each method is one transaction."""

from datetime import datetime
from typing import Protocol

from windrow.model.destinations import Destination
from windrow.model.notifications import Secrets
from windrow.model.paging import PageOf


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

    def change(self, destination_id: int, secrets: Secrets, *, shown: str) -> None:
        """Changes what is kept encrypted, as far as it is given, and what is shown; a problem is forgotten. Raises
        `NotFound`."""
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
