"""How a job is followed: how often it is looked at, for how long, and what is done when it may be running already."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

PATIENCE_SCHEMA: Mapping[str, Any] = {
    "poll_seconds": {
        "type": "number",
        "minimum": 0.05,
        "maximum": 3600,
        "default": 1,
        "title": "First pause",
        "description": "Seconds until the job is looked at for the first time; each pause is half as long again.",
    },
    "poll_longest_seconds": {
        "type": "number",
        "minimum": 0.05,
        "maximum": 86400,
        "default": 30,
        "title": "Longest pause",
        "description": "Seconds between two looks at a job that takes long.",
    },
    "timeout_seconds": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 31536000,
        "default": 86400,
        "title": "Longest time",
        "description": "Seconds after which a job that has not ended is cancelled, and the run fails.",
    },
    "if_unsure": {
        "enum": ["again", "fail"],
        "default": "again",
        "title": "When it may be running already",
        "description": "What is done when the request that begins the job was never answered: begin it again, "
        "perhaps for the second time, or fail.",
    },
}
"""The properties that all kinds of this sort have in common, for their schemas."""

GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds; `again` is whether a job that may be running is begun again."""

    first: float
    longest: float
    timeout: timedelta
    again: bool

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """What a run's parameters ask for."""
        return cls(
            parameters["poll_seconds"],
            max(parameters["poll_seconds"], parameters["poll_longest_seconds"]),
            timedelta(seconds=parameters["timeout_seconds"]),
            parameters["if_unsure"] == "again",
        )

    def after(self, pause: float) -> float:
        """The pause that follows one of so many seconds; 0 is before the first."""
        return min(self.longest, pause * GROWTH) if pause else self.first
