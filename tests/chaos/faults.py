"""Faults: what is done to an installation and to the servers that it stands on. Each tells what it did."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import redis
from kombu import Connection as BrokerConnection

from samples.servers.daemon import Daemon
from samples.servers.redis import Redis
from tests.chaos.ground import Ground
from tests.chaos.recovery import Losses
from tests.harvests.farm import wait_for
from windrow.engines.celery.app import PREFIX
from windrow.model.tasks import DEFAULT_QUEUE
from windrow.model.workers import Worker, WorkerRole

Fault = Callable[[Ground, random.Random, Losses], str]

COMES_UP = 60.0
"""Seconds within which a process must be there again after whatever was done to it."""

FULL_FOR = 3.0


def kill(role: WorkerRole) -> Fault:
    """`kill -9` of one process of that role; its supervisor starts it again."""

    def strike(ground: Ground, chance: random.Random, losses: Losses) -> str:
        victim = _choose(ground, chance, role)
        with suppress(ProcessLookupError):  # it may just have ended by itself
            # Frozen first, so that what it holds is read for certain.
            os.kill(victim.pid, signal.SIGSTOP)
            held = losses.held_by([victim.id])
            killed = time.monotonic()
            os.kill(victim.pid, signal.SIGKILL)
            losses.begin(killed, held)
        return f"{role.value} killed"

    return strike


def kill_supervisor(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """`kill -9` of the supervisor: all that it started must end by itself, and another is started."""
    held = losses.held_by([each.id for each in ground.living(WorkerRole.WORKER)])
    killed = time.monotonic()
    ground.installation.kill_supervisor()
    losses.begin(killed, held)
    return "supervisor killed"


def freeze_worker(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """A worker stands still for longer than its lease, and wakes up believing that its work is its own."""
    victim = _choose(ground, chance, WorkerRole.WORKER)
    with suppress(ProcessLookupError):
        os.kill(victim.pid, signal.SIGSTOP)
        _wait(1.3 * ground.lease)
        os.kill(victim.pid, signal.SIGCONT)
    return "worker frozen past its lease"


def jump_forward(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """The machine's clock is set forward: every lease has run out at once."""
    ground.jump(2.5 * ground.lease)
    return "clock set forward"


def jump_back(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """The machine's clock is set back: what was due is not due any more."""
    ground.jump(-2.5 * ground.lease)
    return "clock set back"


def fill_disk(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """Not a byte is left on the disk for a while; then there is room again, and the database is started if it fell."""
    filler = ground.disk / "filler"
    _fill(filler)
    _wait(FULL_FOR)
    filler.unlink()
    if ground.postgres is not None and ground.postgres._running().poll() is not None:
        ground.postgres.kill()
        ground.postgres.start()
    return "disk full"


def _choose(ground: Ground, chance: random.Random, role: WorkerRole) -> Worker:
    """A living process of that role. Where none is, the first one to come up gets a moment to do something."""
    living = ground.living(role)
    while not living:
        wait_for(lambda: ground.living(role), COMES_UP)
        _wait(chance.uniform(1.0, 3.0))
        living = ground.living(role)
    return chance.choice(living)


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        number = file.fileno()
        piece, size = 1 << 26, 0
        while piece >= 1 << 12:
            try:
                os.posix_fallocate(number, size, piece)
                size += piece
            except OSError:
                piece //= 2


def crash_database(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """PostgreSQL falls over, and is started again."""
    assert ground.postgres is not None
    _restart(ground.postgres, chance, ground.postgres.kill)
    return "database killed"


def restart_database(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """PostgreSQL is stopped in good order, and started again."""
    assert ground.postgres is not None
    _restart(ground.postgres, chance, ground.postgres.stop)
    return "database restarted"


def crash_broker(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """The broker falls over, and is started again."""
    assert ground.broker is not None
    _restart(ground.broker, chance, ground.broker.kill)
    return "broker killed"


def restart_broker(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """The broker is stopped in good order, and started again."""
    assert ground.broker is not None
    _restart(ground.broker, chance, ground.broker.stop)
    return "broker restarted"


def purge_broker(ground: Ground, chance: random.Random, losses: Losses) -> str:
    """Everything that the broker was to carry is thrown away."""
    assert ground.broker is not None
    if isinstance(ground.broker, Redis):
        with redis.Redis.from_url(ground.broker.url) as client:
            client.flushall()
    else:
        with BrokerConnection(ground.broker.url) as connection:
            connection.default_channel.queue_purge(PREFIX + DEFAULT_QUEUE)
    return "broker purged"


def _restart(server: Daemon, chance: random.Random, end: Callable[[], None]) -> None:
    end()
    _wait(chance.uniform(1.0, 3.0))
    server.start()


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


KILLS: list[tuple[Fault, int]] = [
    (kill(WorkerRole.WORKER), 7),
    (kill(WorkerRole.CLOCK), 1),
    (kill(WorkerRole.API), 1),
    (kill_supervisor, 1),
]
"""What is killed how often: workers have most to lose."""


def other_faults(ground: Ground) -> list[Fault]:
    """Everything but kills that can be done to this ground."""
    found: list[Fault] = [freeze_worker, jump_forward, jump_back, fill_disk]
    if ground.postgres is not None:
        found += [crash_database, restart_database]
    if ground.broker is not None:
        found += [crash_broker, restart_broker, purge_broker]
    return found
