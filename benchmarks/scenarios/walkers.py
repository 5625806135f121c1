"""Walkers by Jaseci's API: from asking for a queued one to holding its answer, and a thousand who wait at once."""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import urllib3

from benchmarks.children import child, run_side
from benchmarks.figures import Figure, middle, share_below
from benchmarks.installation import PASSWORD, Installation, installed
from benchmarks.scenarios.engines import BARE
from benchmarks.scenarios.plan import Plan
from samples.servers.daemon import free_port
from samples.servers.process import ROOT
from samples.servers.redis import Redis

FOLDER = ROOT / "benchmarks" / "walkers"
REST = 0.02
WARMED_UP = 5
FILES = 4_096
"""Open files that the API and the side with the waiters need: one for each connection."""


@dataclass(frozen=True, slots=True)
class Face:
    """Jaseci's API of a running installation."""

    port: int
    pid: int
    pool: urllib3.PoolManager
    token: str

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        """The answer's JSON."""
        body = None if content is None else json.dumps(content).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        answer = self.pool.request(method, f"http://127.0.0.1:{self.port}{path}", body=body, headers=headers)
        assert answer.status == 200, answer.data
        return json.loads(answer.data)

    def queue(self, name: str, **context: Any) -> str:
        """Asks for a queued walker; gives its task."""
        answer = self.ask("POST", "/js/walker_run", {"name": name, "ctx": context, "is_async": True})
        assert answer["is_queued"], answer
        return str(answer["result"])


def measure(plan: Plan) -> list[Figure]:
    """Each side in turn."""
    count = plan.size.delays
    bare = _bare(plan, count)
    with _running() as face:
        plan.say(f"{count:,} queued walkers, one at a time ...")
        _answers(face, WARMED_UP)
        ours, twice = _answers(face, count), _exchanges(face, count)
        plan.say(f"{plan.size.waiters:,} who wait for one walker ...")
        waiters = _waiters(face, plan.size.waiters)
    return [*_told_of_answers(ours, twice, bare), *_told_of_waiters(plan.size.waiters, waiters)]


def _told_of_answers(ours: list[float], twice: list[float], bare: list[float]) -> Iterator[Figure]:
    name = "from asking for a queued walker to its answer"
    for words, values in ((name, ours), ("two requests that start nothing", twice), ("bare Celery on Redis", bare)):
        yield Figure.told(f"{words}, median", 1000 * middle(values), "ms")
    yield Figure.told("bare Celery on Redis, p95", 1000 * share_below(bare, 0.95), "ms")
    yield Figure.held(f"{name}, p95", 1000 * share_below(ours, 0.95), "ms", "<", 60)


def _told_of_waiters(count: int, found: Mapping[str, Any]) -> Iterator[Figure]:
    name = f"{count:,} who wait for a walker"
    yield Figure.told("memory of the API before", found["before"], "MB")
    yield Figure.held(f"{name}: more memory of the API", found["during"] - found["before"], "MB", "<", 100)
    yield Figure.told(f"{name}: more threads of the API", found["threads"], "threads")
    yield Figure.told(f"{name}: from its end until the first is told", 1000 * found["first"], "ms")
    yield Figure.told(f"{name}: until the last is told", 1000 * found["last"], "ms")


def _answers(face: Face, count: int) -> list[float]:
    """Seconds from asking for each to holding its answer, one at a time on an idle worker."""
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        answer = face.ask("GET", f"/js/walker_queue_wait?task_id={face.queue('nothing')}")
        found.append(time.perf_counter() - begun)
        assert answer["result"]["response"]["report"] == [1], answer
        time.sleep(REST)
    return found


def _exchanges(face: Face, count: int) -> list[float]:
    """What of it is asking and being answered: two requests that look for a task, and find none."""
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        for _ in range(2):
            face.ask("GET", "/js/walker_queue_check?task_id=00000000-0000-7000-8000-000000000000")
        found.append(time.perf_counter() - begun)
        time.sleep(REST)
    return found


def _waiters(face: Face, count: int) -> Mapping[str, Any]:
    with TemporaryDirectory(prefix="windrow-bench-walkers-") as folder:
        until = Path(folder) / "ended"
        task = face.queue("held", until=str(until))
        return run_side("waiters", "127.0.0.1", face.port, face.pid, face.token, task, until, count)


def _bare(plan: Plan, count: int) -> list[float]:
    plan.say(f"{count:,} tasks of bare Celery on Redis, one at a time ...")
    with TemporaryDirectory(prefix="windrow-bench-bare-") as folder, Redis(Path(folder) / "redis") as redis:
        environment = {"BARE_BROKER": redis.url, "BARE_REDIS": redis.url}
        with child([sys.executable, *BARE], Path(folder) / "bare.log", environment):
            os.environ.update(environment)
            try:
                return list(run_side("answers", count)["answers"])
            finally:
                for name in environment:
                    del os.environ[name]


@contextmanager
def _running() -> Iterator[Face]:
    """The API, a clock and a worker, each in its process, on SQLite."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))
    with installed() as place:
        port = free_port()
        environment = {**place.environment, "WINDROW_WALKER_FOLDERS": str(FOLDER), "WINDROW_PORT": str(port)}
        command, log = [sys.executable, "-m", "windrow.cli"], place.folder / "walkers.log"
        with (
            child([*command, "api"], log, environment) as api,
            child([*command, "clock"], log, environment),
            child([*command, "worker"], log, environment),
        ):
            pool = urllib3.PoolManager(retries=False)
            _await(place, pool, port)
            yield Face(port, api.pid, pool, _sign_in(pool, port))


def _sign_in(pool: urllib3.PoolManager, port: int) -> str:
    body = json.dumps({"email": "admin", "password": PASSWORD}).encode()
    answer = pool.request("POST", f"http://127.0.0.1:{port}/user/token/", body=body)
    assert answer.status == 200, answer.data
    return str(json.loads(answer.data)["token"])


def _await(place: Installation, pool: urllib3.PoolManager, port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        time.sleep(0.1)
        try:
            if place.workers() and pool.request("GET", f"http://127.0.0.1:{port}/readyz").status == 200:
                return
        except urllib3.exceptions.HTTPError:
            continue
    raise TimeoutError((place.folder / "walkers.log").read_text()[-2000:])
