"""Requests of jobs: how their servers are treated, and when a request may still end once the run must stop."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from windrow.errors import Stopped
from windrow.formats import json
from windrow.ports.fetching import Answer, Errands, Manners

FORM = "application/x-www-form-urlencoded"
ACCEPT_JSON = {"Accept": "application/json"}

MANNERS = Manners(read_timeout=60.0)
"""A server that has a job to begin may take its time to answer."""

FAREWELL = replace(MANNERS, requests_per_second=0, connect_timeout=3.0, read_timeout=5.0, whole_timeout=5.0, attempts=1)
"""The same for the last word to a server, after a cancel: within seconds, or not at all."""

GRACE = 1.5
"""Seconds that the answer to a request which begins a job is waited for once the run must stop: without that answer
nobody knows what there is to end."""


@dataclass(slots=True)
class Grace:
    """A check that lets a request under way have its answer: it raises what `check` does a little later."""

    check: Callable[[], None]
    _since: float | None = field(default=None)

    def __call__(self) -> None:
        """Raises `Stopped` once it was due for `GRACE` seconds."""
        try:
            self.check()
        except Stopped:
            now = time.monotonic()
            self._since = now if self._since is None else self._since
            if now - self._since >= GRACE:
                raise


def read_object(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer. Raises `RemoteUnreadable`, which says what came instead."""
    charset = answer.headers.get("content-type", "").lower().partition("charset=")[2].strip(' "')
    return json.parse_object(answer.body, charset)


@dataclass(frozen=True, slots=True)
class Address:
    """An address and the query that is sent along with each request to its server, since it may hold a token."""

    url: str
    query: str = ""

    @classmethod
    def of(cls, url: str) -> "Address":
        """Divides what a person gave."""
        parts = urlsplit(url.strip())
        return cls(urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")), parts.query)

    def to(self, url: str) -> str:
        """Another address, with the query that belongs along where it is of the same server."""
        address = urljoin(f"{self.url}/", url)
        there, here = urlsplit(address), urlsplit(self.url)
        if not self.query or (there.scheme, there.netloc) != (here.scheme, here.netloc):
            return address
        query = f"{there.query}&{self.query}" if there.query else self.query
        return urlunsplit((there.scheme, there.netloc, there.path, query, ""))


def bare(url: str) -> str:
    """An address without its query."""
    return url.partition("?")[0].partition("#")[0]


def get_object(errands: Errands, url: str, **parameters: str | int) -> dict[str, Any]:
    """GET of a JSON object."""
    return read_object(errands.get(url, parameters=parameters or None, headers=ACCEPT_JSON))
