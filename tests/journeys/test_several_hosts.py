"""API, clocks and workers as processes of their own, as on several hosts: they share a database, keys and files."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from samples.servers.daemon import free_port
from samples.servers.pycsw import Pycsw
from tests.harvests.farm import wait_for
from tests.journeys.conftest import PASSWORD, WITHIN, Newcomer
from tests.journeys.gate import Gate
from windrow.client import Client, Unreachable

RECORDS = 32
PAGE = 2
KEY = "b3RoZXIgaG9zdHMgbmVlZCB0aGUgc2FtZSBrZXkgISE="
CREDENTIAL = {"kind": "basic", "name": "reader", "secret": "over there"}


Hosts = tuple[Newcomer, Newcomer]


@pytest.fixture
def hosts(unattended: Newcomer, postgres_url: str) -> Iterator[Hosts]:
    """Two machines, told by files what is secret, each with a data folder of which they share `blobs`."""
    environment = dict(unattended.environment)
    del environment["WINDROW_ADMIN_PASSWORD"]
    for name, secret in {"DATABASE_URL": postgres_url, "SECRET_KEY": KEY, "ADMIN_PASSWORD": PASSWORD}.items():
        file = unattended.folder / name.lower()
        file.write_text(f"{secret}\n")
        environment[f"WINDROW_{name}_FILE"] = str(file)
    shared = unattended.folder / "shared"
    shared.mkdir()
    with ExitStack() as running:
        yield make_host("one", shared, environment, running), make_host("two", shared, environment, running)


def make_host(name: str, shared: Path, environment: dict[str, str], running: ExitStack) -> Newcomer:
    folder = shared.with_name(name)
    folder.mkdir()
    (folder / "blobs").symlink_to(shared)
    host = Newcomer(folder, running)
    host.environment = {**environment, "WINDROW_DATA": str(folder), "WINDROW_PORT": str(free_port())}
    return host


def client_of(host: Newcomer) -> Client:
    """The API of a host, once it answers."""
    client = host.client(f"http://127.0.0.1:{host.environment['WINDROW_PORT']}")
    wait_for(lambda: answers(client), WITHIN)
    return client


def answers(client: Client) -> bool:
    try:
        return client.accounts.me().role == "admin"
    except Unreachable:
        return False


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
