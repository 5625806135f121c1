"""Politeness: all runs on one host share its pace and its concurrency, also in different processes."""

import multiprocessing
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.harvests.farm import TENDER, open_farm
from tests.harvests.protocols import OaiServer, items
from tests.remotes.scripts import Script, reply
from tests.remotes.server import Remote, Seen
from tests.sources.oai_pmh.repository import Repository
from windrow.fetching import OutgoingPolicy, make_fetcher_maker
from windrow.ports.fetching import Manners
from windrow.storage import schema
from windrow.storage.database import Database
from windrow.storage.hosts import SqlHosts

PROCESSES = 2
REQUESTS = 6


def ask(database: str, url: str, manners: Manners, began: "multiprocessing.Queue[float]") -> None:
    """A process of its own: several threads that ask one host."""
    store = Database(database, durable=False)
    maker = make_fetcher_maker(SqlHosts(store), OutgoingPolicy(allow=("127.0.0.0/8",)), user_agent="Windrow/test")
    fetcher = maker(manners, origin=url, credential=None, check=lambda: None)
    threads = [threading.Thread(target=fetcher.get, args=(url,)) for _ in range(REQUESTS)]
    began.put(time.monotonic())
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    maker.close()
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    url = (
        f"sqlite:///{tmp_path / 'windrow.db'}"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgres_url"))
    )
    made = Database(url, durable=False)
    schema.create(made)
    made.close()
    return url


def ask_by_processes(database: str, url: str, manners: Manners) -> float:
    """The moment just before the first of them asked, by the clock that all processes share."""
    context = multiprocessing.get_context("spawn")
    began: multiprocessing.Queue[float] = context.Queue()
    processes = [context.Process(target=ask, args=(database, url, manners, began)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    return min(began.get(timeout=10) for _ in processes)


def test_concurrency_holds_over_processes(database: str, remote: Remote) -> None:
    url = remote.on("/slow", reply(b"", meanwhile=lambda: remote.closing.wait(0.05)))

    ask_by_processes(database, url, Manners(requests_per_second=0, concurrency=2))

    assert len(remote.seen) == PROCESSES * REQUESTS
    assert remote.most_in_flight == 2


def test_pace_holds_over_processes(database: str, remote: Remote) -> None:
    arrived: list[float] = []

    def answer(seen: Seen) -> Script:
        arrived.append(time.monotonic())
        return reply(b"")

    url = remote.answer("/paced", answer)

    began = ask_by_processes(database, url, Manners(requests_per_second=10, concurrency=8))

    assert len(arrived) == PROCESSES * REQUESTS
    # The slots lie 0.1 s apart; a request may be late by what the machine makes of it, but none comes early.
    assert max(arrived) - began >= 0.1 * (PROCESSES * REQUESTS - 1) - 0.01


def test_a_source_is_asked_by_no_more_connections_than_its_policy_says(tmp_path: Path, remote: Remote) -> None:
    server = OaiServer(remote, Repository(items(60), page=2))
    with open_farm(tmp_path / "farm") as farm:
        sources = [farm.add("oai_pmh", server.url, policies=replace(TENDER, concurrency=2)) for _ in range(4)]
        runs = [farm.start(each) for each in sources]
        workers = [threading.Thread(target=farm.performer.perform, args=(run.id,)) for run in runs]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)

        assert [farm.run(run.id).progress.done for run in runs] == [60] * 4
    assert remote.most_in_flight <= 2
