"""The manners book that workers share: no two of them take the same turn, and what a host wished is remembered."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from windrow.model.manners import FAILURES_TO_REST
from windrow.ports.fetching import HostState, Turn
from windrow.storage.database import Database
from windrow.storage.hosts import SqlHosts

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOST = "example.org:443"


@pytest.fixture
def hosts(database: Database) -> SqlHosts:
    return SqlHosts(database, lambda: NOW)


def ask(hosts: SqlHosts, *, host: str = HOST, now: datetime = NOW, pace: float = 0, concurrency: int = 2) -> Turn:
    return hosts.ask_turn(host, now=now, requests_per_second=pace, concurrency=concurrency, hold=60)


def test_turns_are_taken_and_given_back(hosts: SqlHosts) -> None:
    first, second, third = ask(hosts), ask(hosts), ask(hosts)

    assert (first.wait, second.wait) == (0, 0)
    assert first.ticket != second.ticket
    assert first.ticket
    assert third.ticket == ""
    hosts.give_back(HOST, first.ticket, now=NOW, failed=False)
    assert ask(hosts).ticket


def test_a_ticket_that_nobody_gives_back_expires(hosts: SqlHosts) -> None:
    assert ask(hosts, concurrency=1).ticket

    assert not ask(hosts, concurrency=1, now=NOW + timedelta(seconds=59)).ticket
    assert ask(hosts, concurrency=1, now=NOW + timedelta(seconds=60)).ticket


def test_a_renewed_ticket_lasts_on(hosts: SqlHosts) -> None:
    ticket = ask(hosts, concurrency=1).ticket
    hosts.renew(HOST, [ticket], now=NOW + timedelta(seconds=50), hold=60)

    assert not ask(hosts, concurrency=1, now=NOW + timedelta(seconds=109)).ticket
    assert ask(hosts, concurrency=1, now=NOW + timedelta(seconds=110)).ticket


def test_pace_holds_over_all_who_ask(hosts: SqlHosts) -> None:
    waits = [ask(hosts, pace=4, concurrency=9).wait for _ in range(4)]

    assert waits == [0, 0.25, 0.5, 0.75]


def test_each_host_has_a_line_of_its_own(hosts: SqlHosts) -> None:
    assert ask(hosts, concurrency=1).ticket
    assert ask(hosts, host="other.example.org:443", concurrency=1).ticket

    assert [state.host for state in hosts.states()] == [HOST, "other.example.org:443"]


def test_wishes_and_failures_are_remembered_and_shown(hosts: SqlHosts) -> None:
    for _ in range(FAILURES_TO_REST):
        hosts.give_back(HOST, "", now=NOW, failed=True)
    hosts.give_back(
        "slow.example.org:443", ask(hosts, host="slow.example.org:443").ticket, now=NOW, failed=None, quiet_for=60
    )

    assert ask(hosts).resting
    assert ask(hosts, host="slow.example.org:443").wait == 60
    assert hosts.states() == [
        HostState(HOST, 0, FAILURES_TO_REST, resting_until=NOW + timedelta(seconds=30)),
        HostState("slow.example.org:443", 0, 0, quiet_until=NOW + timedelta(seconds=60)),
    ]


def test_a_host_with_the_longest_name_has_a_line(hosts: SqlHosts) -> None:
    host = ".".join(["a" * 63] * 3 + ["b" * 61]) + ":65535"

    assert ask(hosts, host=host, concurrency=1).ticket
    assert not ask(hosts, host=host, concurrency=1).ticket


def test_hosts_that_nobody_asks_any_more_are_forgotten(hosts: SqlHosts) -> None:
    ask(hosts)
    ask(hosts, host="new.example.org:443", now=NOW + timedelta(days=1))

    assert hosts.forget_idle(NOW + timedelta(hours=1)) == 1
    assert [state.host for state in hosts.states()] == ["new.example.org:443"]


def test_workers_who_ask_at_once_get_no_more_turns_than_there_are(hosts: SqlHosts) -> None:
    turns = at_once(8, lambda: ask(hosts, concurrency=3))

    assert sum(bool(turn.ticket) for turn in turns) == 3
    assert hosts.states() == [HostState(HOST, 3, 0)]


def test_no_failure_is_lost_when_many_come_at_once(hosts: SqlHosts) -> None:
    at_once(4, lambda: hosts.give_back(HOST, "", now=NOW, failed=True))

    assert hosts.states() == [HostState(HOST, 0, 4)]


def at_once(times: int, do: Callable[[], Turn | None]) -> list[Turn]:
    done: list[Turn | None] = []
    threads = [threading.Thread(target=lambda: done.append(do())) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == times
    return [each for each in done if each is not None]
