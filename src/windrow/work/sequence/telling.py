"""What is told of a sequence: a line for each step, without anything that could be a secret."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from windrow.model.runs import Level, RunState

HIDDEN = "***"

_VALUES = re.compile(r"=[^&;]*")


@dataclass(frozen=True, slots=True)
class Step:
    """One attempt at one step.

    path      where it stands: `requests[1].loop[0].requests[2]`
    url       without user names, fragments, values of the query, and named secrets
    status    the HTTP status; None where none came
    sent, received  bytes of the bodies
    attempt   1 for the first
    outcome   ok, error, unknown (nobody knows whether it arrived) or again (done by an earlier attempt at the run)
    error     why it failed, or ""
    """

    path: str
    method: str
    url: str
    status: int | None = None
    sent: int = 0
    received: int = 0
    seconds: float = 0.0
    attempt: int = 1
    outcome: str = "ok"
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {name: getattr(self, name) for name in _FIELDS}

    def __str__(self) -> str:
        what = f"{self.method} {self.url}".strip() or "step"
        ended = f"answered {self.status}" if self.status is not None else self.outcome
        told = f": {self.error}" if self.error else ""
        return f"{self.path}: {what} {ended} in {self.seconds:.3f} s{told}"


_FIELDS = tuple(each.name for each in fields(Step))

Tell = Callable[[Level, str, dict[str, Any]], None]
"""Writes a line to the run's log: how serious, for people, for programs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sequence ended.

    state   succeeded; partial when something was done before it stopped; failed
    result  the saved values
    error   `{step, message, …}` of what stopped it; None where nothing did
    """

    state: RunState
    result: Any
    steps: tuple[Step, ...]
    error: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that `windrow sequence run --json` prints."""
        return {
            "state": self.state.value,
            "result": self.result,
            "steps": [each.as_json() for each in self.steps],
            "error": self.error,
        }


def shown_url(url: object, secrets: Iterable[str] = ()) -> str:
    """A URL as people may see it: no user name, no fragment, and no values in its query."""
    text = hide(str(url), secrets)
    try:
        parts = urlsplit(text)
    except ValueError:
        return "an unusable address"
    place = parts.netloc.rpartition("@")[2]
    query = _VALUES.sub(f"={HIDDEN}", parts.query)
    return parts._replace(netloc=place, query=query, fragment="").geturl()[:500]


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text without any of the secrets."""
    for each in secrets:
        text = text.replace(each, HIDDEN) if each else text
    return text
