"""A spare ticket serves several requests, and always finds its way back."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from tests.fetching.conftest import LOOPBACK, QUICK, never
from tests.remotes.scripts import reply, status
from tests.remotes.server import Remote
from windrow.errors import RemoteStatus
from windrow.fetching import MemoryHosts, make_fetcher_maker
from windrow.fetching.keeping import Keeper
from windrow.ports.fetching import Manners, Turn


class SpareHosts(MemoryHosts):
    """A book that calls tickets spare, as one in a database does, and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.verdicts: list[bool | None] = []
        self.empty = threading.Event()

    def ask_turn(self, host: str, *, now: datetime, requests_per_second: float, concurrency: int, hold: float) -> Turn:
        self.calls["ask"] += 1
        turn = super().ask_turn(
            host, now=now, requests_per_second=requests_per_second, concurrency=concurrency, hold=hold
        )
        return replace(turn, spare=requests_per_second <= 0)

    def give_back(
        self, host: str, ticket: str, *, now: datetime, failed: bool | None, quiet_for: float | None = None
    ) -> None:
        self.calls["give back"] += 1
        self.verdicts.append(failed)
        super().give_back(host, ticket, now=now, failed=failed, quiet_for=quiet_for)
        if not any(state.in_flight for state in self.states()):
            self.empty.set()


@pytest.fixture
def hosts() -> SpareHosts:
    return SpareHosts()


def test_quick_requests_ask_the_book_now_and_then_only(remote: Remote, hosts: SpareHosts) -> None:
    url = remote.on("/csw")
    maker = make_fetcher_maker(hosts, LOOPBACK, user_agent="Windrow/test")
    fetcher = maker(QUICK, origin=url, credential=None, check=never)

    for _ in range(50):
        fetcher.get(url)
    maker.close()

    assert len(remote.seen) == 50
    assert hosts.calls["ask"] < 50
    assert hosts.calls["ask"] == hosts.calls["give back"]
    assert [state.in_flight for state in hosts.states()] == [0]


def test_a_ticket_that_nobody_needs_any_more_goes_back_by_itself(remote: Remote, hosts: SpareHosts) -> None:
    url = remote.on("/csw")
    maker = make_fetcher_maker(hosts, LOOPBACK, user_agent="Windrow/test")

    maker(QUICK, origin=url, credential=None, check=never).get(url)

    assert hosts.empty.wait(20)
    maker.close()
    assert hosts.verdicts == [False]


def test_never_more_at_once_than_allowed(remote: Remote, hosts: SpareHosts) -> None:
    url = remote.on("/csw", reply(b"", meanwhile=lambda: remote.closing.wait(0.002)))
    makers = [make_fetcher_maker(hosts, LOOPBACK, user_agent="Windrow/test") for _ in range(2)]
    fetchers = [maker(replace(QUICK, concurrency=3), origin=url, credential=None, check=never) for maker in makers]

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda number: fetchers[number % 2].get(url), range(200)))
    for maker in makers:
        maker.close()

    assert len(remote.seen) == 200
    assert remote.most_in_flight <= 3
    assert [state.in_flight for state in hosts.states()] == [0]


def test_success_reaches_the_book_before_the_failure_that_follows(remote: Remote, hosts: SpareHosts) -> None:
    """Four failures, a success on a kept ticket, a failure: that is no five in a row."""
    bad, good = remote.on("/bad", status(500)), remote.on("/good")
    maker = make_fetcher_maker(hosts, LOOPBACK, user_agent="Windrow/test")
    fetcher = maker(replace(QUICK, attempts=1), origin=bad, credential=None, check=never)

    for url in [bad] * 4 + [good, bad]:
        if url == good:
            fetcher.get(url)
            continue
        with pytest.raises(RemoteStatus):
            fetcher.get(url)
    maker.close()

    assert hosts.verdicts == [True, True, True, True, False, True]
    assert [(state.failures, state.resting_until) for state in hosts.states()] == [(1, None)]


def test_a_paced_source_on_the_same_host_is_not_held_up_by_kept_tickets(remote: Remote, hosts: SpareHosts) -> None:
    url = remote.on("/csw")
    maker = make_fetcher_maker(hosts, LOOPBACK, user_agent="Windrow/test")
    free = maker(replace(QUICK, concurrency=1), origin=url, credential=None, check=never)
    paced = maker(Manners(requests_per_second=100, concurrency=1), origin=url, credential=None, check=never)

    for fetcher in [free, paced] * 5:
        fetcher.get(url)
    maker.close()

    assert hosts.calls["ask"] == 10


def test_a_kept_ticket_is_taken_once_and_an_old_one_goes_back() -> None:
    returned: list[str] = []
    keeper = Keeper(lambda host, ticket: returned.append(ticket))
    keeper.keep("a:1", "old", 0.0)
    keeper.keep("a:1", "new", keeper.keep_until() + 60)

    taken = [keeper.take("a:1"), keeper.take("a:1"), keeper.take("b:1")]

    keeper.release_all()
    assert taken[0] is not None
    assert taken[0][0] == "new"
    assert taken[1:] == [None, None]
    assert returned == ["old"]
