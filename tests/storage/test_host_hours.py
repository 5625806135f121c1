"""Host hours: kept apart from how hosts behave, and kept to by whoever asks for a turn."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.storage.making import LEASE, NOW, a_run
from windrow.errors import HostClosed, NotFound
from windrow.model.runs import Run, RunState
from windrow.model.windows import Hours, Window
from windrow.ports.fetching import Turn
from windrow.storage.database import Database
from windrow.storage.host_hours import SqlHostHours
from windrow.storage.hosts import SqlHosts
from windrow.storage.runs import SqlRuns

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
HOST = "a.test:443"
HOUR = timedelta(hours=1)

WORKING = Window(time(9), time(17), "Europe/Berlin", frozenset(range(5)))
HOLIDAYS = Window(first=date(2026, 12, 24), last=date(2026, 12, 26))
NIGHT = Window(time(22), time(6))


@pytest.fixture
def hours(database: Database) -> SqlHostHours:
    return SqlHostHours(database, lambda: NOON)


@pytest.fixture
def hosts(database: Database) -> SqlHosts:
    return SqlHosts(database, lambda: NOON)


def ask(hosts: SqlHosts, now: datetime, host: str = HOST) -> Turn:
    return hosts.ask_turn(host, now=now, requests_per_second=0, concurrency=2, hold=60)


def test_what_is_said_comes_back_and_is_replaced(hours: SqlHostHours) -> None:
    hours.save("b.test", Hours((NIGHT,)))
    hours.save("a.test", Hours(blackouts=(WORKING,)))
    hours.save("b.test", Hours((NIGHT,), (HOLIDAYS, WORKING)))

    assert hours.all() == {"a.test": Hours(blackouts=(WORKING,)), "b.test": Hours((NIGHT,), (HOLIDAYS, WORKING))}


def test_what_was_taken_back_holds_no_more(hours: SqlHostHours, hosts: SqlHosts) -> None:
    hours.save("a.test", Hours(blackouts=(WORKING,)))

    hours.remove("a.test")

    assert ask(hosts, NOON).ticket
    with pytest.raises(NotFound):
        hours.remove("a.test")


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ({"a.test": Hours(blackouts=(WORKING,))}, NOON + 4 * HOUR),
        ({HOST: Hours(blackouts=(WORKING,))}, NOON + 4 * HOUR),
        ({"a.test": Hours((NIGHT,))}, NOON + 10 * HOUR),
        ({"a.test": Hours((NIGHT,)), HOST: Hours(blackouts=(WORKING,))}, NOON + 10 * HOUR),
        ({"a.test": Hours(blackouts=(HOLIDAYS,))}, None),
        ({"a.test:80": Hours(blackouts=(WORKING,)), "test": Hours(blackouts=(WORKING,))}, None),
    ],
)
def test_a_name_means_all_its_ports(
    hours: SqlHostHours, hosts: SqlHosts, said: Mapping[str, Hours], until: datetime | None
) -> None:
    for host, each in said.items():
        hours.save(host, each)

    turn = ask(hosts, NOON)

    wait = 0.0 if until is None else (until - NOON).total_seconds()
    assert (turn.closed_until, turn.wait, bool(turn.ticket)) == (until, wait, until is None)


def test_it_is_asked_again_as_soon_as_it_opens(hours: SqlHostHours, hosts: SqlHosts) -> None:
    hours.save("a.test", Hours(blackouts=(WORKING,)))

    assert not ask(hosts, NOON + 4 * HOUR - timedelta(seconds=1)).ticket
    assert ask(hosts, NOON + 4 * HOUR).ticket


def test_no_ticket_is_kept_over_the_closing_of_a_host(hours: SqlHostHours, hosts: SqlHosts) -> None:
    hours.save("a.test", Hours((NIGHT,)))

    assert not ask(hosts, NOON + 11 * HOUR).spare
    assert ask(hosts, NOON + 11 * HOUR, "b.test:443").spare


def test_an_address_of_version_six_has_hours_too(hours: SqlHostHours, hosts: SqlHosts) -> None:
    hours.save("[::1]", Hours(blackouts=(WORKING,)))

    assert ask(hosts, NOON, "[::1]:8080").closed_until == NOON + 4 * HOUR


def test_where_no_moment_is_left_it_is_looked_at_again_a_day_later(hours: SqlHostHours, hosts: SqlHosts) -> None:
    hours.save("a.test", Hours((Window(last=date(2026, 11, 22)),)))

    assert ask(hosts, NOON).closed_until == NOON + 24 * HOUR


def rest(runs: SqlRuns, host: str) -> Run:
    """A run that gave its worker back because this host was closed."""
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=[run.queue], now=NOW, lease=LEASE, run_id=run.id)
    told = str(HostClosed.of(host, NOW + 6 * HOUR))
    runs.hand_back(run.id, 1, now=NOW, ready_at=NOW + HOUR, failed=False, error=told, keep_keys=True)
    return run


@pytest.mark.parametrize(("named", "count"), [("a_b.test", 2), ("a_b.test:443", 1), ("b.test", 0)])
def test_changed_hours_wake_who_rests_for_that_host_and_nobody_else(
    runs: SqlRuns, database: Database, named: str, count: int
) -> None:
    hours = SqlHostHours(database, lambda: NOW)
    resting = [rest(runs, host) for host in ("a_b.test:443", "a_b.test:80", "aab.test:443", "a_b.test.org:443")]

    hours.save(named, Hours((NIGHT,)))

    found = [runs.get(each.id, tenant_id=None) for each in resting]
    states = [(each.state, each.ready_at) for each in found]
    woken, asleep = (RunState.QUEUED, NOW), (RunState.SCHEDULED, NOW + HOUR)
    assert states == [woken] * count + [asleep] * (4 - count)


def test_parts_that_rest_are_woken_too(runs: SqlRuns, database: Database) -> None:
    hours = SqlHostHours(database, lambda: NOW)
    hours.save("a.test", Hours((NIGHT,)))
    run = a_run()
    runs.add([run])
    runs.claim("ann", queues=[run.queue], now=NOW, lease=LEASE, run_id=run.id)
    runs.fan_out(run.id, 1, [{"page": 1}, {"page": 2}], now=NOW)
    runs.wait(run.id, 1, now=NOW)
    claimed = runs.claim_parts("ann", queues=["default"], now=NOW, lease=LEASE, limit=2)
    for each, host in zip(claimed, ("a", "b"), strict=True):
        told = str(HostClosed.of(f"{host}.test:443", NOW + 6 * HOUR))
        runs.retry_part(each.part.id, "ann", error=told, ready_at=NOW + HOUR, failed=False)

    hours.remove("a.test")

    woken = runs.claim_parts("ann", queues=["default"], now=NOW, lease=LEASE, limit=2)
    assert [each.part.key for each in woken] == [{"page": 1}]
