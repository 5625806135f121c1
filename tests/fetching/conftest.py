"""Fixtures for the fetcher: a clock that tests move, and a maker that is closed in the end."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.remotes.server import Remote
from windrow.fetching import MemoryHosts, Observation, OutgoingPolicy, PoliteFetcherMaker, make_fetcher_maker
from windrow.fetching.fetcher import PoliteFetcher
from windrow.model.sources import Credential
from windrow.ports.fetching import Check, Manners

LOOPBACK = OutgoingPolicy(allow=("127.0.0.0/8",))
QUICK = Manners(requests_per_second=0, connect_timeout=5, read_timeout=5, whole_timeout=20)


class Time:
    """A clock that moves only when somebody waits."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 12, tzinfo=UTC)
        self.waits: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    @property
    def waited(self) -> float:
        """Seconds in all."""
        return sum(self.waits)


def never() -> None:
    """The check of a run that nobody stops."""


@dataclass
class Kit:
    """Makes fetchers that share one book, one clock and one list of observations."""

    time: Time
    closers: ExitStack
    hosts: MemoryHosts = field(init=False)
    seen: list[Observation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hosts = MemoryHosts(self.time)

    def maker(self, policy: OutgoingPolicy = LOOPBACK, **options: Any) -> PoliteFetcherMaker:
        """A maker with the kit's clock; `options` replace its parts."""
        parts = {"clock": self.time, "wait": self.time.wait, "observe": self.seen.append, **options}
        return self.closers.enter_context(
            closing(make_fetcher_maker(self.hosts, policy, user_agent="Windrow/test (+https://who.test)", **parts))
        )

    def fetcher(
        self,
        remote: Remote | str,
        manners: Manners = QUICK,
        *,
        credential: Credential | None = None,
        check: Check = never,
        policy: OutgoingPolicy = LOOPBACK,
        **options: Any,
    ) -> PoliteFetcher:
        """A fetcher for a run against one remote."""
        origin = remote if isinstance(remote, str) else remote.url()
        return self.maker(policy, **options)(manners, origin=origin, credential=credential, check=check)


@pytest.fixture
def kit() -> Iterator[Kit]:
    """See `Kit`."""
    with ExitStack() as closers:
        yield Kit(Time(), closers)


@pytest.fixture
def seconds_passed() -> Callable[[], float]:
    """Real seconds since the test began."""
    began = time.monotonic()
    return lambda: time.monotonic() - began


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose queue of waiting connections is full: the kernel lets further ones wait."""
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        yield address[1]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections (the kernel does) and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield listener.getsockname()[1]
