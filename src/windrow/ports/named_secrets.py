"""Named secrets, as the store keeps them. Each method is one transaction."""

from typing import Protocol

from windrow.model.named_secrets import NamedSecret, OpenSecret
from windrow.model.paging import PageOf


class NamedSecrets(Protocol):
    """Secrets of tenants. A name is unlike all others of its tenant; values are encrypted."""

    def put(self, secret: NamedSecret, value: str) -> NamedSecret:
        """Writes one, in the place of the one of its name, whose `created_at` stays. Raises `Conflict` where there are
        too many."""
        ...

    def get(self, name: str, *, tenant_id: str) -> NamedSecret:
        """One, without its value. Raises `NotFound`."""
        ...

    def page(self, *, tenant_id: str, limit: int, cursor: str | None = None) -> PageOf[NamedSecret]:
        """By name."""
        ...

    def open(self, name: str, *, tenant_id: str) -> OpenSecret | None:
        """One with its value, for the worker that sends it; None where there is none of the name.

        Raises `Conflict` where no key at hand opens it.
        """
        ...

    def delete(self, name: str, *, tenant_id: str) -> None:
        """Takes one away. Raises `NotFound`."""
        ...
