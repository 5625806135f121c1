"""Pace, concurrency and breaker hold per host, over all fetchers that share a book."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fetching.conftest import LOOPBACK, QUICK, Kit, never
from tests.remotes.scripts import reply, reset, status
from tests.remotes.server import Remote
from windrow.errors import HostResting, RemoteError, RemoteStatus
from windrow.fetching import MemoryHosts, make_fetcher_maker
from windrow.fetching.book import LINES_KEPT
from windrow.ports.fetching import HostState, Manners


def test_requests_go_out_at_the_pace(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw")
    fetcher = kit.fetcher(remote, Manners(requests_per_second=4))

    for _ in range(9):
        fetcher.get(url)

    assert kit.time.waited == pytest.approx(2.0)


def test_a_pace_of_none_never_waits(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw")
    fetcher = kit.fetcher(remote, Manners(requests_per_second=0))

    for _ in range(20):
        fetcher.get(url)

    assert kit.time.waits == []


def test_the_pace_is_shared_by_all_threads_and_fetchers(remote: Remote, seconds_passed: Callable[[], float]) -> None:
    url = remote.on("/csw")
    maker = make_fetcher_maker(MemoryHosts(), LOOPBACK, user_agent="Windrow/test")
    fetchers = [
        maker(Manners(requests_per_second=50, concurrency=8), origin=url, credential=None, check=never)
        for _ in range(4)
    ]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: fetchers[number % 4].get(url), range(21)))
    maker.close()

    assert len(remote.seen) == 21
    assert seconds_passed() >= 20 / 50


def test_so_many_are_in_flight_and_not_one_more(kit: Kit, remote: Remote) -> None:
    """Each answer waits until two requests are in, so fewer than two at once would not finish at all."""
    pair = threading.Barrier(2, timeout=20)
    url = remote.on("/csw", reply(b"here", meanwhile=pair.wait))
    maker = kit.maker()
    fetchers = [maker(replace(QUICK, concurrency=2), origin=url, credential=None, check=never) for _ in range(6)]

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda fetcher: fetcher.get(url).body, fetchers * 2))

    assert answers == [b"here"] * 12
    assert remote.most_in_flight == 2


def test_two_processes_worth_of_makers_keep_to_the_shared_book(kit: Kit, remote: Remote) -> None:
    """Two makers have two gates; only the book knows of both."""
    url = remote.on("/csw", reply(b"here", meanwhile=lambda: remote.closing.wait(0.02)))
    hosts = MemoryHosts()
    makers = [make_fetcher_maker(hosts, LOOPBACK, user_agent="Windrow/test") for _ in range(2)]
    fetchers = [maker(replace(QUICK, concurrency=1), origin=url, credential=None, check=never) for maker in makers * 2]

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda fetcher: fetcher.get(url), fetchers * 2))
    for maker in makers:
        maker.close()

    assert remote.most_in_flight == 1
    assert len(remote.seen) == 8


def test_one_slow_host_does_not_hold_up_another(kit: Kit, remote: Remote, other_remote: Remote) -> None:
    inside, release = threading.Event(), threading.Event()

    def hold() -> None:
        inside.set()
        release.wait(20)

    slow = remote.on("/slow", reply(b"slow", meanwhile=hold))
    quick = other_remote.on("/quick", reply(b"quick"))
    fetcher = kit.fetcher(remote, replace(QUICK, concurrency=1))

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(fetcher.get, slow)
        assert inside.wait(20)
        assert fetcher.get(quick).body == b"quick"
        release.set()
        assert waiting.result(20).body == b"slow"


def test_after_five_failures_the_host_rests_and_is_then_tried_once(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", *[reset()] * 5, reply(b"here"))
    fetcher = kit.fetcher(remote, replace(QUICK, attempts=1))
    for _ in range(5):
        with pytest.raises(RemoteError):
            fetcher.get(url)

    with pytest.raises(HostResting) as caught:
        fetcher.get(url)
    assert caught.value.retry_after == pytest.approx(30)
    assert len(remote.seen) == 5
    assert kit.hosts.states() == [
        HostState(remote.host, in_flight=0, failures=5, resting_until=kit.time.now + timedelta(seconds=30))
    ]

    kit.time.wait(30.1)
    assert fetcher.get(url).body == b"here"
    assert kit.hosts.states() == [HostState(remote.host, in_flight=0, failures=0)]


def test_a_failed_trial_doubles_the_rest(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", reset())
    fetcher = kit.fetcher(remote, replace(QUICK, attempts=1))
    for _ in range(5):
        with pytest.raises(RemoteError):
            fetcher.get(url)
    kit.time.wait(30.1)
    with pytest.raises(RemoteError):
        fetcher.get(url)

    with pytest.raises(HostResting) as caught:
        fetcher.get(url)

    assert caught.value.retry_after == pytest.approx(60)


def test_a_404_or_429_is_no_failure_of_the_host(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", *[status(404), status(429)] * 5)
    fetcher = kit.fetcher(remote, replace(QUICK, attempts=1))

    for _ in range(10):
        with pytest.raises(RemoteStatus):
            fetcher.get(url)

    assert kit.hosts.states() == [HostState(remote.host, in_flight=0, failures=0)]


def test_the_book_of_a_quiet_host_says_until_when(kit: Kit, remote: Remote) -> None:
    url = remote.on("/csw", status(503, retry_after="120"))

    with pytest.raises(RemoteStatus):
        kit.fetcher(remote).get(url)

    until = kit.time.now + timedelta(seconds=120)
    assert kit.hosts.states() == [HostState(remote.host, in_flight=0, failures=1, quiet_until=until)]


def test_the_book_does_not_grow_without_end(kit: Kit) -> None:
    for number in range(LINES_KEPT + 10):
        kit.hosts.ask_turn(f"{number}:80", now=kit.time(), requests_per_second=1, concurrency=1, hold=1)

    hosts = {state.host for state in kit.hosts.states()}
    assert len(hosts) == LINES_KEPT
    assert f"{LINES_KEPT + 9}:80" in hosts


def test_a_thread_wakes_as_soon_as_another_has_done(remote: Remote) -> None:
    """Twenty requests one after another from eight threads, without a wait of polling between any two."""
    url = remote.on("/csw")
    maker = make_fetcher_maker(MemoryHosts(), LOOPBACK, user_agent="Windrow/test", wait=_no_wait)
    fetcher = maker(replace(QUICK, concurrency=1), origin=url, credential=None, check=never)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: fetcher.get(url), range(20)))
    maker.close()

    assert remote.most_in_flight == 1
    assert len(remote.seen) == 20


def _no_wait(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} s at {time.monotonic()}")
