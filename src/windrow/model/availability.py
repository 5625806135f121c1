"""Availability: whether a source answers, as its checks found it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a source: whether it would answer a harvest, how many seconds that took, and what is wrong."""

    at: datetime
    available: bool
    seconds: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which all checks of a source said the same. `checks` of them; `seconds` is what the last one took."""

    id: int
    source_id: int
    available: bool
    problem: str
    since: datetime
    until: datetime
    checks: int
    seconds: float
