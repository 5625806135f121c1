"""Three hosts and one database: a host is cut off and comes back, clocks die, and everything is done exactly once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from tests.engines.installation import kill
from tests.harvests.farm import wait_for
from tests.harvests.protocols import OaiServer, items
from tests.hosts.installation import LEASE, WORKERS, Hosts
from tests.hosts.moments import LATEST, NOBODYS, add_scheduled, assert_met_once, feeling_stalls, schedule_of
from tests.remotes.server import Remote
from tests.sources.oai_pmh.repository import Repository
from windrow.model.runs import Run, RunState
from windrow.model.workers import WorkerRole
from windrow.ports.runs import RunFilter

RECORDS = 40
SOON = 20.0
"""Seconds in which the hosts must have noticed and recovered; they take half of it on an idle machine."""

pytestmark = pytest.mark.timeout(300)

STARTED = 60.0
"""Seconds in which a process comes up on a machine that is busy with something else; it takes two."""

Tell = Callable[[str, object], None]


def slow_server(remote: Remote) -> OaiServer:
    """Two records a page, each page after a moment."""
    server = OaiServer(remote, Repository(items(RECORDS), page=2))

    def spoil(arguments: object) -> None:
        remote.closing.wait(0.1)

    server.spoil = spoil
    return server


def has_given_up(hosts: Hosts, host: str, run: Run) -> bool:
    """Whether a host's worker has said that it let go of that run."""
    said = ("run given up", "run interrupted")
    return any(run.id in line for line in hosts.log_of(host).splitlines() if any(each in line for each in said))


def expected() -> list[tuple[str, str]]:
    return sorted((each.identifier, each.title) for each in items(RECORDS))


@pytest.mark.parametrize("healed", ["when the run has ended", "as soon as another has the run"])
def test_a_host_that_is_cut_off_loses_its_run_to_another_and_works_again_when_it_is_back(
    hosts: Hosts, common_remote: Remote, healed: str, record_property: Tell
) -> None:
    server = slow_server(common_remote)
    source = hosts.add("oai_pmh", server.url)
    run = hosts.harvest(source)
    wait_for(lambda: hosts.run(run).progress.done >= 6)
    lost = hosts.host_of(run)
    before = hosts.worker_of(lost)

    hosts.network.cut(lost)
    cut = time.monotonic()
    wait_for(lambda: hosts.run(run).attempt == 2, SOON)
    record_property("seconds from the cut until another host had the run", round(time.monotonic() - cut, 1))
    taken_over_by = hosts.host_of(run)
    if healed == "when the run has ended":
        wait_for(lambda: has_given_up(hosts, lost, run), SOON)
        record_property("seconds from the cut until the lost host let go", round(time.monotonic() - cut, 1))
        assert hosts.wait_for(run).attempt == 2, "the other host ended it"
    hosts.network.heal(lost)
    heal = time.monotonic()
    later = hosts.harvest(hosts.add_for(lost, server.url))
    wait_for(lambda: hosts.run(later).state is RunState.RUNNING, SOON)
    record_property("seconds from the healing until the host had work again", round(time.monotonic() - heal, 1))
    ended, after = hosts.wait_for(run), hosts.wait_for(later)

    assert {lost, taken_over_by} == set(WORKERS)
    assert (ended.state, ended.attempt, ended.error) == (RunState.SUCCEEDED, 2, "")
    assert (ended.progress.done, ended.result["counts"]) == (RECORDS, {"added": RECORDS})
    assert hosts.titles(source) == expected()
    assert (after.state, after.worker_id, after.attempt) == (RunState.SUCCEEDED, before.id, 1)
    assert hosts.worker_of(lost).started_at == before.started_at
    wait_for(lambda: has_given_up(hosts, lost, run), SOON)
    hosts.assert_sound()


def test_when_the_databases_host_is_cut_off_every_run_goes_on_after_it(
    hosts: Hosts, common_remote: Remote, record_property: Tell
) -> None:
    server = slow_server(common_remote)
    sources = {host: hosts.add_for(host, server.url) for host in WORKERS}
    runs = {host: hosts.harvest(source) for host, source in sources.items()}
    wait_for(lambda: all(hosts.run(each).progress.done >= 6 for each in runs.values()))

    hosts.network.cut("a")
    cut = time.monotonic()
    wait_for(lambda: all(has_given_up(hosts, host, run) for host, run in runs.items()), SOON)
    wait_for(lambda: time.monotonic() > cut + 2 * LEASE)
    hosts.network.heal("a")
    heal = time.monotonic()
    ended = [hosts.wait_for(each) for each in runs.values()]
    record_property("seconds from the healing of the database until its runs had ended", round(time.monotonic() - heal))

    assert [(each.state, each.error, each.progress.done) for each in ended] == [(RunState.SUCCEEDED, "", RECORDS)] * 2
    assert [hosts.titles(each) for each in sources.values()] == [expected()] * 2
    hosts.assert_sound()


@contextmanager
def launched(hosts: Hosts, *places: tuple[str, str]) -> Iterator[list[int]]:
    """More processes: hosts and commands."""
    pids = [hosts.launch(host, command) for host, command in places]
    try:
        yield pids
    finally:
        for pid in pids:
            hosts.end(pid)


def runs_of(hosts: Hosts, task_id: str) -> list[Run]:
    """A task's runs by the moments that they are for."""
    found = hosts.assembly.store.runs.page(RunFilter(None, task_id=task_id), limit=1000).items
    return sorted(found, key=lambda run: run.due or run.created_at)


def test_every_moment_is_met_once_by_three_clocks_of_which_two_die(hosts: Hosts, common_remote: Remote) -> None:
    places = ("b", "api"), ("b", "clock"), ("c", "clock")
    with launched(hosts, *places) as (_api, *clocks), feeling_stalls() as stalled:
        wait_for(lambda: len(hosts.living(WorkerRole.CLOCK)) == 3 and len(hosts.living(WorkerRole.API)) == 2, STARTED)
        (first,) = [each for each in hosts.living(WorkerRole.CLOCK) if each.pid not in clocks]
        begin = hosts.assembly.clock() + timedelta(seconds=2)
        with hosts.client("a") as one, hosts.client("b") as other:
            made = add_scheduled([one, other], common_remote.url(), begin)
            wait_until(hosts, begin + timedelta(seconds=3))
            kill(first.pid)
            wait_for(lambda: len(hosts.living(WorkerRole.CLOCK)) == 3, STARTED)
            for pid in clocks:
                kill(pid)
            wait_until(hosts, hosts.assembly.clock() + timedelta(seconds=4))
            until = hosts.assembly.clock()
            shown = [[each.id for each in client.sources.list() if each.queue == NOBODYS] for client in (one, other)]
            for each in made:
                other.sources.change(each.id, schedule=None)

    for number, each in enumerate(made):
        found = runs_of(hosts, each.task_id)
        assert each.created_at is not None
        latest = LATEST + stalled()
        assert_met_once(found, schedule_of(number, begin), since=each.created_at, until=until, latest=latest)
        for run in found:
            hosts.assembly.windrow.runs.cancel(hosts.principal, run.id)
    assert [sorted(each) for each in shown] == [sorted(each.id for each in made)] * 2
    hosts.assert_sound()


def wait_until(hosts: Hosts, moment: datetime) -> None:
    wait_for(lambda: hosts.assembly.clock() > moment, STARTED)
