"""What the tests of every source kind may use: the real fetcher, allowed to ask loopback, and what it asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from windrow.fetching import MemoryHosts, OutgoingPolicy, make_fetcher_maker
from windrow.ports.fetching import Answer, Fetcher, Manners, Validators


@dataclass(eq=False)
class Asking:
    """A polite fetcher without a pace, and the URLs it was asked for, in order."""

    fetcher: Fetcher
    asked: list[str] = field(default_factory=list)

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
    ) -> Answer:
        answer = self.fetcher.get(url, parameters=parameters, headers=headers, validators=validators)
        self.asked.append(answer.url)
        return answer

    def post(self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None) -> Answer:
        self.asked.append(url)
        return self.fetcher.post(url, body, media_type=media_type, headers=headers)


@pytest.fixture
def loopback() -> Iterator[Asking]:
    """The real fetcher, for servers that the tests started themselves."""
    maker = make_fetcher_maker(MemoryHosts(), OutgoingPolicy(allow=("127.0.0.0/8",)), user_agent="Windrow/test")
    manners = Manners(requests_per_second=0, attempts=1)
    yield Asking(maker(manners, origin="http://127.0.0.1", credential=None, check=lambda: None))
    maker.close()
