"""API, clocks and workers as processes of their own, as on several hosts: they share a database, keys and files."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from samples.servers.pycsw import Pycsw
from tests.harvests.farm import wait_for
from tests.journeys.conftest import WITHIN, Newcomer
from tests.journeys.gate import Gate
from tests.journeys.several import KEY, client_of, make_host, share
from windrow.client import ApiError

RECORDS = 32
PAGE = 2
CREDENTIAL = {"kind": "basic", "name": "reader", "secret": "over there"}


Hosts = tuple[Newcomer, Newcomer]


@pytest.fixture
def hosts(unattended: Newcomer, postgres_url: str) -> Iterator[Hosts]:
    """Two machines."""
    environment = share(unattended, postgres_url)
    with ExitStack() as running:
        yield (
            make_host(unattended.folder / "one", environment, running),
            make_host(unattended.folder / "two", environment, running),
        )


def test_processes_that_share_database_keys_and_files_are_one_installation(hosts: Hosts, pycsw: Pycsw) -> None:
    one, two = hosts
    api, client = one.starts("api"), client_of(one)
    others = [one.starts("clock"), two.starts("clock"), two.starts("worker")]
    wait_for(lambda: sorted(each.role for each in client.runs.workers()) == ["api", "clock", "clock", "worker"], WITHIN)

    source = client.sources.create(name="S", kind="csw", url=pycsw.csw_url, credential=CREDENTIAL)
    harvested = client.runs.wait(client.sources.harvest(source.id).id, timeout=WITHIN)
    compared = client.runs.wait(client.sources.diff(source.id, settings={"page_size": 5}).id, timeout=WITHIN)
    file = b"".join(client.runs.read_output(compared.id, "diff.jsonl"))

    assert (harvested.state, dict(harvested.progress.counts)) == ("succeeded", {"added": RECORDS})
    assert (compared.state, len(file)) == ("succeeded", client.runs.outputs(compared.id)[0].size)
    assert [each.stop() for each in (*others, api)] == [0, 0, 0, 0]


def test_what_a_killed_worker_carried_is_done_by_one_on_another_host(hosts: Hosts, pycsw: Pycsw) -> None:
    one, two = hosts
    one.starts("api")
    client = client_of(one)
    one.starts("clock")
    killed = one.starts("worker")
    with Gate(pycsw.csw_url, hold_after=RECORDS // PAGE // 2) as gate:
        settings, policies = {"page_size": PAGE}, {"requests_per_second": 0, "concurrency": 1}
        source = client.sources.create(name="S", kind="csw", url=gate.url, settings=settings, policies=policies)
        run = client.sources.harvest(source.id)
        assert gate.reached.wait(WITHIN)
        killed.stop(signal.SIGKILL)
        gate.open()
        two.starts("worker")
        ended = client.runs.wait(run.id, timeout=WITHIN)

    assert (ended.state, ended.attempt, dict(ended.progress.counts)) == ("succeeded", 2, {"added": RECORDS})


def test_several_apis_that_start_on_an_empty_database_make_one_admin(hosts: Hosts) -> None:
    apis = [host.starts("api") for host in hosts]
    clients = [client_of(host) for host in hosts]

    assert [len(list(client.accounts.users())) for client in clients] == [1, 1]
    assert [each.stop() for each in apis] == [0, 0]


def test_a_host_that_shares_the_database_only_says_what_it_cannot_do(hosts: Hosts, pycsw: Pycsw) -> None:
    one, two = hosts
    two.environment["WINDROW_SECRET_KEY"] = KEY[::-1].lstrip("=") + "="
    (two.folder / "blobs").unlink()
    for host, process in ((one, "api"), (one, "clock"), (two, "worker")):
        host.starts(process)
    client = client_of(one)
    locked = client.sources.create(name="locked", kind="csw", url=pycsw.csw_url, credential=CREDENTIAL)
    open_one = client.sources.create(name="open", kind="csw", url=pycsw.csw_url)

    failed = client.runs.wait(client.sources.harvest(locked.id).id, timeout=WITHIN)
    compared = client.runs.wait(client.sources.diff(open_one.id, settings={"page_size": 5}).id, timeout=WITHIN)

    assert (failed.state, "encrypted with another key" in str(failed.error)) == ("failed", True)
    assert compared.state == "succeeded"
    with pytest.raises(ApiError) as refused:
        list(client.runs.read_output(compared.id, "diff.jsonl"))
    assert refused.value.status == 404
