"""What a request of a sequence costs beside one of a bare client, and what is gained by several at once."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.children import run_side
from benchmarks.figures import Figure, middle
from benchmarks.scenarios.plan import Plan
from samples.servers.process import ROOT, ServerProcess

HTTPX = "BENCH_HTTPX"
"""The variable that names a Python with httpx, which Windrow itself has no use for."""

BARE = ROOT / "benchmarks" / "sides" / "httpx_loop.py"
SLOW = 200
"""Requests of the loops that are asked of a slow server."""

AT_ONCE = 8
ROUNDS = 3


def measure(plan: Plan) -> list[Figure]:
    """A loop against bare httpx, in turn; and a loop of several at once against one after another."""
    with _running_api() as url:
        return [*_beside_httpx(plan, url), *_together(plan, url)]


def _beside_httpx(plan: Plan, url: str) -> Iterator[Figure]:
    count, python = plan.size.requests, os.environ.get(HTTPX)
    bare, ours = [], []
    for _ in range(plan.size.repeats):
        plan.say(f"{count:,} requests by a loop, one after another ...")
        if python is not None:
            bare.append(middle(_bare(python, url, count)))
        ours.append(middle(_ours(url, count)))
    yield Figure.told("a request of a loop", 1000 * middle(ours) / count, "ms")
    if not bare:
        plan.say(f"Set {HTTPX} to a Python that has httpx: without it, nothing is held against bare httpx.")
        return
    yield Figure.told("a request of bare httpx", 1000 * middle(bare) / count, "ms")
    ratio = middle([mine / its for mine, its in zip(ours, bare, strict=True)])
    yield Figure.held(f"{count:,} requests by a loop against bare httpx", ratio, "times", "<=", 1.2)


def _together(plan: Plan, url: str) -> Iterator[Figure]:
    alone, together = [], []
    for _ in range(plan.size.repeats):
        plan.say(f"{SLOW} requests of a server that takes 20 ms, alone and {AT_ONCE} at once ...")
        alone.append(middle(_ours(url, SLOW, "--word", "slow")))
        together.append(middle(_ours(url, SLOW, "--word", "slow", "--parallel", AT_ONCE)))
    gain = middle([one / many for one, many in zip(alone, together, strict=True)])
    yield Figure.held(f"a loop of {AT_ONCE} at once on a 20 ms server, faster", gain, "times", ">=", 4)


def _ours(url: str, count: int, *options: object) -> list[float]:
    return [float(each) for each in run_side("sequences", url, count, ROUNDS, *options)["seconds"]]


def _bare(python: str, url: str, count: int) -> list[float]:
    command = [python, str(BARE), url, str(count), str(ROUNDS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [float(each) for each in json.loads(done.stdout)["seconds"]]


@contextmanager
def _running_api() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="windrow-bench-api-") as folder:
        command = [sys.executable, "-m", "benchmarks.api"]
        with ServerProcess(command, Path(folder), {"PYTHONPATH": str(ROOT)}) as server:
            yield server.url
