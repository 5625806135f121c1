"""The engines with work that does nothing, against bare Celery on the same broker: latency, rate, fan-outs, memory."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.children import child, run_side
from benchmarks.children import memory as memory_of
from benchmarks.figures import Figure, middle, share_below
from benchmarks.installation import Installation, installed
from benchmarks.scenarios.plan import Plan
from samples.servers.postgres import Postgres, running_postgres
from samples.servers.process import ROOT
from samples.servers.rabbitmq import RabbitMQ
from samples.servers.redis import Redis

SLOTS = 8
BARE = ("-m", "celery", "-A", "benchmarks.bare.tasks", "worker", "--pool", "threads", "--concurrency", SLOTS)
CLI = ("-m", "windrow.cli")
VISITORS = str(ROOT / "benchmarks" / "visitors")

Found = Mapping[str, Any]


def measure(plan: Plan) -> list[Figure]:
    """Each side in turn, on the same servers."""
    found: dict[str, Found] = {}
    with TemporaryDirectory(prefix="windrow-bench-engines-") as name, running_postgres(durable=True) as postgres:
        folder = Path(name)
        with Redis(folder / "redis") as redis, RabbitMQ(folder / "rabbitmq") as rabbitmq:
            for broker, url in (("Redis", redis.url), ("RabbitMQ", rabbitmq.url)):
                found[f"bare Celery on {broker}"] = _bare(plan, folder, broker, url, redis.url)
                celery = {"WINDROW_ENGINE": "celery", "WINDROW_BROKER_URL": url}
                found[f"Celery on {broker}"] = _ours(plan, f"Celery on {broker}", postgres, celery)
        found["embedded on PostgreSQL"] = _ours(plan, "embedded on PostgreSQL", postgres, {})
    found["embedded on SQLite"] = _ours(plan, "embedded on SQLite", None, {})
    return [*_told(found), *_held(plan, found)]


def _told(found: Mapping[str, Found]) -> Iterator[Figure]:
    for name, side in found.items():
        yield Figure.told(f"{name}: from asking to starting, median", 1000 * middle(side["delays"]), "ms")
        yield Figure.told(f"{name}: the same, 95th percentile", 1000 * share_below(side["delays"], 0.95), "ms")
        yield Figure.told(f"{name}: runs that do nothing", side["rate"], "runs/s")
        for size, seconds in side["fans"].items():
            yield Figure.told(f"{name}: fan-out and fan-in of {int(size):,}", seconds, "s")
        yield Figure.told(f"{name}: memory of a worker", side["memory"], "MB")


def _held(plan: Plan, found: Mapping[str, Found]) -> Iterator[Figure]:
    few, many = (str(size) for size in plan.size.fans)
    for name in ("embedded on SQLite", "embedded on PostgreSQL"):
        late = 1000 * share_below(found[name]["delays"], 0.95)
        yield Figure.held(f"{name}: p95 from asking to starting", late, "ms", "<", 50)
    for broker in ("Redis", "RabbitMQ"):
        ours, bare = found[f"Celery on {broker}"], found[f"bare Celery on {broker}"]
        name = f"runs that do nothing, bare Celery against ours on {broker}"
        yield Figure.held(name, bare["rate"] / ours["rate"], "times faster", "<=", 2)
        name = f"fan-out of {int(many):,}, chord against ours on {broker}"
        yield Figure.held(name, bare["fans"][many] / ours["fans"][many], "times", ">=", 1)
    for name in ("embedded on SQLite", "embedded on PostgreSQL", "Celery on Redis", "Celery on RabbitMQ"):
        fans = found[name]["fans"]
        each = fans[many] / int(many) / (fans[few] / int(few))
        yield Figure.told(f"{name}: a part of {int(many):,} against one of {int(few):,}", each, "times")


def _bare(plan: Plan, folder: Path, broker: str, url: str, redis_url: str) -> Found:
    plan.say(f"Bare Celery on {broker} ...")
    environment = {"BARE_BROKER": url, "BARE_REDIS": redis_url}
    with child([sys.executable, *BARE], folder / f"bare-{broker}.log", environment) as worker, _given(environment):
        side = run_side("bare", plan.size.delays, plan.size.nothings, *plan.size.fans)
        return {**side, "memory": memory_of(worker.pid)}


def _ours(plan: Plan, name: str, postgres: Postgres | None, engine: Mapping[str, str]) -> Found:
    plan.say(f"Windrow, {name} ...")
    with installed(postgres.new_database() if postgres else None) as place:
        environment = {**place.environment, "WINDROW_SLOTS": str(SLOTS), "PYTHONPATH": VISITORS, **engine}
        log = place.folder / "engine.log"
        with (
            child([sys.executable, *CLI, "clock"], log, environment),
            child([sys.executable, *CLI, "worker"], log, environment) as worker,
            _given(environment),
        ):
            _await_worker(place)
            side = run_side("engine", plan.size.delays, plan.size.nothings, *plan.size.fans)
            return {**side, "memory": memory_of(worker.pid)}


def _await_worker(place: Installation) -> None:
    end = time.monotonic() + 60
    while not place.workers():
        if time.monotonic() > end:
            raise TimeoutError((place.folder / "engine.log").read_text()[-2000:])
        time.sleep(0.05)


@contextmanager
def _given(environment: Mapping[str, str]) -> Iterator[None]:
    """The variables, for sides that are run meanwhile."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
