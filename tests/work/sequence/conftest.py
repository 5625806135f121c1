"""One server for each module, and what runs sequences against it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.work.sequence.served import Served
from windrow.fetching import MemoryHosts, OutgoingPolicy, PoliteFetcherMaker, make_fetcher_maker
from windrow.model.runs import Level
from windrow.ports.fetching import Manners
from windrow.work.sequence.conducting import Conductor
from windrow.work.sequence.journal import Journal, Write, keep_nothing
from windrow.work.sequence.limits import Limits, Meter
from windrow.work.sequence.sending import CourierSender, Sender

QUICK = Manners(requests_per_second=0, connect_timeout=5, read_timeout=5, whole_timeout=20)


def never() -> None:
    """The check of a run that nobody stops."""


@dataclass
class Stage:
    """Makes conductors; `lines` is what was told."""

    maker: PoliteFetcherMaker
    lines: list[tuple[Level, str, dict[str, Any]]] = field(default_factory=list)

    def conductor(
        self,
        *,
        known: Mapping[str, Any] | None = None,
        write: Write = keep_nothing,
        limits: Limits | None = None,
        check: Callable[[], None] = never,
        send: Sender | None = None,
    ) -> Conductor:
        """A conductor whose requests go out on loopback."""
        return Conductor(
            send=send or CourierSender(self.maker, QUICK, check),
            journal=Journal(known, write),
            meter=Meter(limits or Limits()),
            tell=lambda level, message, data: self.lines.append((level, message, data)),
            check=check,
        )


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """See `Served`."""
    with Served() as server:
        yield server


@pytest.fixture(scope="module")
def maker() -> Iterator[PoliteFetcherMaker]:
    """Polite fetchers that may ask this machine."""
    policy = OutgoingPolicy(allow=("127.0.0.1",))
    with closing(make_fetcher_maker(MemoryHosts(), policy, user_agent="Windrow/test")) as made:
        yield made


@pytest.fixture
def stage(maker: PoliteFetcherMaker) -> Stage:
    """See `Stage`."""
    return Stage(maker)
