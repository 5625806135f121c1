"""Clock: what time it is, as a part that tests can move."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """The present moment in UTC."""
        ...


def system_clock() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)
