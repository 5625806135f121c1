"""Lists of the API: fifty out of a million cost what fifty out of a thousand do."""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import urllib3

from benchmarks.children import child
from benchmarks.figures import Figure, middle
from benchmarks.installation import Installation, installed
from benchmarks.scenarios.plan import Plan
from samples.servers.daemon import free_port
from windrow.model.runs import RunState

FEW = 1000
ROUNDS = 60
BATCH = 10_000
PAGES = 5
LISTS = {
    "runs": "/api/v1/runs?limit=50",
    "failed runs": "/api/v1/runs?limit=50&state=failed",
    "harvests": "/api/v1/runs?limit=50&kind=harvest",
}


class Listed:
    """An installation with so many runs, and the API process that answers for it."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"}
        self._pool = urllib3.PoolManager()

    def seconds(self, path: str) -> float:
        """How long a list takes to come."""
        begun = time.perf_counter()
        answer = self._pool.request("GET", f"{self._address}{path}", headers=self._headers)
        taken = time.perf_counter() - begun
        assert answer.status == 200, answer.data
        return taken

    def next_cursor(self, path: str) -> str:
        """Where the page after this one begins."""
        answer = self._pool.request("GET", f"{self._address}{path}", headers=self._headers)
        found = json.loads(answer.data)
        assert len(found["items"]) == 50, found
        return str(found["next"])


def measure(plan: Plan) -> list[Figure]:
    """Both installations are asked in turn."""
    plan.say(f"Lists of runs: {FEW:,} against {plan.size.runs:,} ...")
    with ExitStack() as stack:
        few = stack.enter_context(_listed(plan, FEW))
        many = stack.enter_context(_listed(plan, plan.size.runs))
        found: list[Figure] = []
        for name, path in LISTS.items():
            found += _compare(plan, name, few, many, [path, path])
        deep = [_deep(each, LISTS["runs"]) for each in (few, many)]
        return [*found, *_compare(plan, "runs, a later page", few, many, deep)]


def _compare(plan: Plan, name: str, few: Listed, many: Listed, paths: Sequence[str]) -> list[Figure]:
    for each, path in zip((few, many), paths, strict=True):
        each.seconds(path)
    pairs = [(few.seconds(paths[0]), many.seconds(paths[1])) for _ in range(ROUNDS)]
    low, high = (middle([pair[side] for pair in pairs]) for side in (0, 1))
    of = f"50 {name} out of {plan.size.runs:,}"
    return [
        Figure.told(of, high * 1000, "ms"),
        Figure.held(f"{of} against out of {FEW:,}", high / low, "times", "<=", 2),
    ]


def _deep(listed: Listed, path: str) -> str:
    """The path of the page that comes when one has turned so many."""
    following = path
    for _ in range(PAGES):
        following = f"{path}&cursor={listed.next_cursor(following)}"
    return following


@contextmanager
def _listed(plan: Plan, runs: int) -> Iterator[Listed]:
    with installed() as place:
        fill(place, plan.remote.catalogue(1), runs)
        token = place.assembly.windrow.accounts.create_token(place.principal, "bench").secret
        port = free_port()
        command: list[object] = [sys.executable, "-m", "windrow.cli", "api", "--data", place.folder]
        environment = {**place.environment, "WINDROW_PORT": str(port)}
        with child(command, place.folder / "api.log", environment):
            address = f"http://127.0.0.1:{port}"
            _await(address)
            yield Listed(address, token)


def fill(place: Installation, url: str, runs: int) -> None:
    """So many runs: one really made, the others its copies under ids and states of their own."""
    source = place.add_source("listed", url)
    run = place.assembly.windrow.sources.harvest(place.principal, source)
    place.assembly.windrow.runs.cancel(place.principal, run.id)
    raw = sqlite3.connect(place.folder / "windrow.db")
    found = raw.execute("SELECT * FROM runs WHERE id = ?", [run.id])
    names = [column[0] for column in found.description]
    made = list(found.fetchone())
    insert = f"INSERT INTO runs ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    number, state = names.index("id"), names.index("state")
    base = int(run.id.replace("-", ""), 16)
    for first in range(1, runs, BATCH):
        rows = []
        for each in range(first, min(first + BATCH, runs)):
            # Older than the first, a millisecond apart, in the form of our ids.
            made[number] = _spell(base - (each << 80))
            made[state] = RunState.FAILED if each % 10 == 0 else RunState.SUCCEEDED
            rows.append(tuple(made))
        with raw:
            raw.executemany(insert, rows)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    os.sync()


def _spell(value: int) -> str:
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _await(address: str) -> None:
    pool = urllib3.PoolManager(retries=False)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if pool.request("GET", f"{address}/readyz").status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer.")
