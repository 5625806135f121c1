"""Celery's application as we set it up: how it comes back to a broker that was away, and bears a database that is."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from samples.servers.daemon import free_port
from samples.servers.redis import Redis
from tests.harvests.farm import wait_for
from windrow.engines.celery.app import PARTS, RUN, Pool, make_app, register
from windrow.engines.celery.worker import CANNOT_BEGIN
from windrow.errors import StoreUnavailable

THREADS = Pool("threads", 1)


class EnoughError(Exception):
    """Seen enough."""


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_tried_again_soon(scheme: str) -> None:
    app = make_app(f"{scheme}://127.0.0.1:{free_port()}/", ["default"], THREADS)
    pauses: list[float] = []

    def note(_error: Exception, pause: float) -> None:
        pauses.append(pause)
        if len(pauses) == 3:
            raise EnoughError

    # As Celery's workers call it.
    with app.connection_for_read() as connection, pytest.raises(EnoughError):
        connection.ensure_connection(note, None, callback=lambda: None)

    assert pauses == pytest.approx([0.2, 0.6, 1.0])


class Away:
    """Carries nothing: its database is away."""

    def perform(self, run_id: str) -> bool:
        raise StoreUnavailable("away")

    def perform_parts(self, part_ids: Sequence[int]) -> Sequence[int]:
        raise StoreUnavailable("away")

    def take(self, most: int) -> list[Callable[[], None]]:
        return []

    take_runs = take_parts = take

    def beat(self) -> None: ...

    def look(self) -> None: ...

    def drain(self) -> None: ...

    @property
    def busy(self) -> int:
        return 0


def test_a_message_ends_quietly_while_the_database_is_away() -> None:
    app = make_app("redis://127.0.0.1:9/", ["default"], THREADS)
    register(app, Away, lambda part_ids: None)

    with capture_logs() as told:
        app.tasks[RUN]("a run")
        app.tasks[PARTS]([1, 2])

    assert [each["event"] for each in told] == ["the database does not answer"] * 2


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_a_worker_that_cannot_begin_ends_instead_of_taking_messages_from_others(
    pool: str, shared_redis_server: Redis, tmp_path: Path
) -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    environment = {
        **os.environ,
        "WINDROW_DATA": str(tmp_path),
        "WINDROW_ENGINE": "celery",
        "WINDROW_CELERY_POOL": pool,
        "WINDROW_BROKER_URL": shared_redis_server.url,
        "WINDROW_DATABASE_URL": nowhere,
    }

    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "windrow.cli", "worker"], env=environment, stdout=log, stderr=log
        )
        try:
            wait_for(lambda: "cannot begin" in (tmp_path / "log").read_text(), 60)
            if pool == "threads":
                assert worker.wait(60) == CANNOT_BEGIN
        finally:
            worker.kill()
            worker.wait()
