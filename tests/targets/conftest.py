"""What the tests of every target kind may use: the real courier, allowed to ask loopback."""

from collections.abc import Callable, Iterator

import pytest

from windrow.fetching import MemoryHosts, OutgoingPolicy, make_fetcher_maker
from windrow.model.sources import Credential
from windrow.ports.fetching import Courier, Manners

MakeCourier = Callable[..., Courier]


@pytest.fixture
def make_courier() -> Iterator[MakeCourier]:
    """Makes couriers for servers that the tests started themselves: `make_courier(url, credential)`."""
    maker = make_fetcher_maker(MemoryHosts(), OutgoingPolicy(allow=("127.0.0.0/8",)), user_agent="Windrow/test")
    manners = Manners(requests_per_second=0, attempts=1, size_limit=1024 * 1024, read_timeout=20)

    def make(url: str, credential: Credential | None = None) -> Courier:
        return maker(manners, origin=url, credential=credential, check=lambda: None)

    yield make
    maker.close()
