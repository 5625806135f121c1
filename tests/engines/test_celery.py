"""What only the Celery engine does: a broker that goes away or forgets, Celery's own programs, priorities, revoking."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from samples.servers.daemon import Daemon
from samples.servers.postgres import Postgres
from samples.servers.rabbitmq import RabbitMQ
from samples.servers.redis import Redis
from tests.engines.installation import Installation, is_alive
from tests.harvests.farm import wait_for
from tests.harvests.protocols import OaiServer
from tests.remotes.server import Remote
from windrow.assembly import make_celery
from windrow.errors import BadInput
from windrow.model.runs import RunState
from windrow.model.sources import Source
from windrow.model.workers import WorkerRole
from windrow.settings import load_settings

Up = Callable[..., Installation]

ONE_AT_A_TIME = {"WINDROW_SLOTS": "1", "WINDROW_LEASE_SECONDS": "30"}
"""What holds the only slot keeps it, however long this machine stops to think."""


@pytest.fixture
def up(tmp_path: Path, postgres_server: Postgres) -> Iterator[Callable[..., Installation]]:
    """Starts an installation on a broker; all of them end with the test."""
    running: list[Installation] = []

    def start(broker: Redis | RabbitMQ, *, workers: int = 1, **environment: str) -> Installation:
        chosen = {"WINDROW_ENGINE": "celery", "WINDROW_BROKER_URL": broker.url, **environment}
        folder = tmp_path / f"data{len(running)}"
        folder.mkdir()
        made = Installation(folder, database=postgres_server.new_database(), workers=workers, environment=chosen)
        running.append(made)
        made.start()
        wait_for(lambda: len(made.living()) >= workers + 2, 60)
        return made

    yield start
    for each in running:
        each.close()


@contextmanager
def celery_program(installation: Installation, broker: Redis, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`celery -A windrow worker …`, as those start it who run Celery already."""
    environment = {
        **os.environ,
        "WINDROW_DATA": str(installation.folder),
        "WINDROW_DATABASE_URL": installation.database,
        "WINDROW_BROKER_URL": broker.url,
        "WINDROW_OUTGOING_ALLOW": "127.0.0.0/8",
        "WINDROW_READERS": "1",
        "WINDROW_LEASE_SECONDS": "3",
        "WINDROW_BEAT_SECONDS": "1",
    }
    with (installation.folder / "celery.log").open("ab") as log:
        command = [str(Path(sys.executable).parent / "celery"), "-A", "windrow", "worker", *words]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=installation.folder)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


class Held:
    """A source whose server answers no list of records until it is let go."""

    def __init__(self, installation: Installation, remote: Remote) -> None:
        server = OaiServer(remote)
        self.let_go = threading.Event()
        server.spoil = lambda arguments: self._hold(arguments.get("verb", ""))
        self.source: Source = installation.add("oai_pmh", server.url)

    def _hold(self, verb: str) -> None:
        if verb == "ListRecords":
            self.let_go.wait(60)


@pytest.mark.parametrize("fixture", ["redis_server", "own_rabbitmq_server"])
def test_what_is_started_while_the_broker_is_away_runs_when_it_is_back(
    fixture: str, request: pytest.FixtureRequest, up: Up, remote: Remote
) -> None:
    broker: Daemon = request.getfixturevalue(fixture)
    engine = up(broker)
    source = engine.add("oai_pmh", OaiServer(remote).url)
    engine.wait_for(engine.harvest(source))

    broker.kill()
    run = engine.harvest(source)
    assert engine.run(run).state is RunState.QUEUED
    broker.start()

    assert engine.wait_for(run, seconds=60).state is RunState.SUCCEEDED
    engine.assert_sound()


def test_what_the_broker_forgets_is_sent_again(redis_server: Redis, up: Up, remote: Remote) -> None:
    engine = up(redis_server, **ONE_AT_A_TIME)
    held = Held(engine, remote)
    first = engine.harvest(held.source)
    engine.wait_for(first, RunState.RUNNING)
    waiting = [engine.harvest(engine.add("oai_pmh", OaiServer(remote).url)) for _ in range(3)]
    client = redis.Redis.from_url(redis_server.url)
    wait_for(lambda: len(engine.assembly.store.dispatches.unclaimed_runs(engine.assembly.clock(), limit=9)) == 3)

    client.flushall()
    client.close()
    held.let_go.set()

    assert [engine.wait_for(each, seconds=60).state for each in [first, *waiting]] == [RunState.SUCCEEDED] * 4
    engine.assert_sound()


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_celerys_own_program_carries_runs(pool: str, shared_redis_server: Redis, up: Up, remote: Remote) -> None:
    engine = up(shared_redis_server, workers=0)
    source = engine.add("oai_pmh", OaiServer(remote).url)

    with celery_program(engine, shared_redis_server, "--pool", pool, "--concurrency", "2") as program:
        assert engine.wait_for(engine.harvest(source), seconds=60).state is RunState.SUCCEEDED
        workers = engine.living(WorkerRole.WORKER)
        assert {each.engine for each in workers} == {"celery"}
        assert sum(each.slots for each in workers) == 2
        program.send_signal(signal.SIGTERM)
        assert program.wait(60) == 0

    assert engine.assembly.store.workers.room() == []
    engine.assert_sound()


def test_a_child_of_a_prefork_worker_does_not_outlive_it(shared_redis_server: Redis, up: Up, remote: Remote) -> None:
    engine = up(shared_redis_server, workers=0)
    held = Held(engine, remote)
    with celery_program(engine, shared_redis_server, "--pool", "prefork", "--concurrency", "2") as program:
        run = engine.wait_for(engine.harvest(held.source), RunState.RUNNING, seconds=60)
        children = engine.living(WorkerRole.WORKER)
        program.kill()
        program.wait()

        wait_for(lambda: not any(is_alive(each.pid) for each in children), 30)

    held.let_go.set()
    with celery_program(engine, shared_redis_server, "--concurrency", "2"):
        assert engine.wait_for(run, seconds=60).state is RunState.SUCCEEDED
    engine.assert_sound()


def test_a_higher_priority_goes_first_and_what_was_cancelled_is_revoked(
    shared_redis_server: Redis, up: Up, remote: Remote
) -> None:
    engine = up(shared_redis_server, **ONE_AT_A_TIME)
    held = Held(engine, remote)
    engine.wait_for(engine.harvest(held.source), RunState.RUNNING)
    store = engine.assembly.store
    url = OaiServer(remote).url
    runs = [engine.harvest(engine.add("oai_pmh", url, priority=priority)) for priority in (-20, 20, 0)]
    wait_for(lambda: len(store.dispatches.unclaimed_runs(engine.assembly.clock(), limit=9)) == 3)

    engine.assembly.windrow.runs.cancel(engine.principal, runs[2].id)
    app = make_celery(load_settings({"engine": "celery", "broker_url": shared_redis_server.url, **_database(engine)}))
    wait_for(lambda: runs[2].id in [each for some in (app.control.inspect().revoked() or {}).values() for each in some])
    held.let_go.set()

    ended = [engine.wait_for(each, seconds=60) for each in runs]
    assert [each.state for each in ended] == [RunState.SUCCEEDED, RunState.SUCCEEDED, RunState.CANCELLED]
    low, high = (each.started_at for each in ended[:2])
    assert low is not None
    assert high is not None
    assert high < low
    engine.assert_sound()


def test_nobodys_arguments_are_on_their_way(shared_redis_server: Redis, up: Up, remote: Remote) -> None:
    engine = up(shared_redis_server)
    held = Held(engine, remote)
    run = engine.wait_for(engine.harvest(held.source), RunState.RUNNING)
    app = make_celery(load_settings({"engine": "celery", "broker_url": shared_redis_server.url, **_database(engine)}))

    (active,) = [each for some in (app.control.inspect().active() or {}).values() for each in some]

    assert (active["id"], active["args"], active["kwargs"]) == (run.id, [run.id], {})
    held.let_go.set()
    engine.wait_for(run)


def test_a_missing_celery_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "windrow.engines.celery.app", None)
    settings = load_settings({"engine": "celery", "broker_url": "redis://h", "database_url": "postgresql://h/d"})

    with pytest.raises(BadInput, match=r"pip install 'windrow\[celery\]'"):
        make_celery(settings)


def _database(engine: Installation) -> dict[str, str]:
    return {"database_url": engine.database}
