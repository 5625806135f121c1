"""Once, at one moment."""

from dataclasses import dataclass
from datetime import UTC, datetime

from windrow.errors import BadInput


@dataclass(frozen=True, slots=True)
class Clocked:
    """Once, at one moment (UTC); after that nothing is left to come."""

    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise BadInput.of("trigger.at", "needs a time zone; write it in UTC, such as 2026-01-01T00:00:00Z")

    def next_after(self, moment: datetime) -> datetime | None:
        """The moment, while it lies ahead."""
        return self.at if self.at > moment else None

    def describe(self) -> str:
        """`once, on 31 January 2027 at 06:00 UTC`."""
        at = self.at.astimezone(UTC)
        seconds = f"{at:%H:%M:%S}" if at.second or at.microsecond else f"{at:%H:%M}"
        return f"once, on {at.day} {at:%B} {at.year} at {seconds} UTC"
