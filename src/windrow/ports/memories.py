"""Memories: what a run knows of its earlier attempts, beyond its parts and files."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol


class Memories(Protocol):
    """Values of a run by name, plain JSON, encrypted where they lie. They go when the run does."""

    def keep(self, run_id: str, attempt: int, entries: Mapping[str, Any]) -> None:
        """Keeps them in one transaction; a name that is there already has the new value.

        Raises `LeaseLost` when the attempt is not the current one, `Cancelled` when the run was asked to stop.
        """
        ...

    def all(self, run_id: str) -> Mapping[str, Any]:
        """All that the run remembers. Raises `Conflict` when it was encrypted with a key that is not at hand."""
        ...

    def some(self, run_id: str, names: Collection[str]) -> Mapping[str, Any]:
        """What it remembers under these names; others are not opened. Raises as `all` does."""
        ...
