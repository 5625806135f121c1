"""A trigger that is kept in the database and cannot be read any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is kept, and why it cannot be read: a zone that this machine does not know, a kind of a newer release.

    It is never due and holds up nothing else; it stays as it is kept until somebody changes it.
    """

    kept: Mapping[str, Any]
    reason: str

    def next_after(self, moment: datetime) -> None:
        """Never."""

    def describe(self) -> str:
        """`cannot be read: …`."""
        return f"cannot be read: {self.reason}"
