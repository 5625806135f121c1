"""A hundred small sources beside a large one, on the worker processes of a whole installation."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from benchmarks.children import child
from benchmarks.figures import Figure, middle, share_below
from benchmarks.installation import LOOK_EVERY, Installation, installed
from benchmarks.scenarios.plan import Plan
from samples.servers.daemon import free_port
from windrow.model.runs import TERMINAL, Run, RunState

SMALL = 100
RECORDS = 100
UNDER_WAY = 1000
WORKERS = 2
PATIENCE = 300.0


def measure(plan: Plan) -> list[Figure]:
    """All small ones are asked for at the same moment, while the large one is under way."""
    with installed() as place, _running(place):
        large = place.add_source("large", plan.remote.catalogue(plan.size.beside))
        small = [
            place.add_source(f"small {number}", plan.remote.catalogue(RECORDS, at=number))
            for number in range(1, SMALL + 1)
        ]
        plan.say(f"{SMALL} harvests of {RECORDS} beside one of {plan.size.beside:,} ...")
        beside = place.assembly.windrow.sources.harvest(place.principal, large)
        _await(place, [beside], lambda run: run.progress.done >= UNDER_WAY)
        asked = [place.assembly.windrow.sources.harvest(place.principal, number) for number in small]
        ended = _await(place, asked, lambda run: run.state in TERMINAL)
        (beside,) = _look(place, [beside])
        place.assembly.windrow.runs.cancel(place.principal, beside.id)
    assert all(run.state is RunState.SUCCEEDED for run in ended), ended
    assert beside.state is RunState.RUNNING, "the large harvest was over too soon to be in anybody's way"
    return _figures(ended)


def _figures(ended: Sequence[Run]) -> list[Figure]:
    delays = [(run.started_at - run.created_at).total_seconds() for run in ended if run.started_at]
    lasted = [(run.ended_at - run.created_at).total_seconds() for run in ended if run.ended_at]
    what = f"{SMALL} sources of {RECORDS} beside a large one"
    return [
        Figure.told(f"{what}: middle start delay", middle(delays), "s"),
        Figure.held(f"{what}: start delay, p95", share_below(delays, 0.95), "s", "<", 2),
        Figure.told(f"{what}: from asking to the end of the last", max(lasted), "s"),
    ]


@contextmanager
def _running(place: Installation) -> Iterator[None]:
    """`windrow up`, as people start it."""
    flags: list[object] = ["up", "--data", place.folder, "--port", free_port(), "--workers", WORKERS]
    with child([sys.executable, "-m", "windrow.cli", *flags], place.folder / "up.log", place.environment):
        while place.workers() < WORKERS:
            time.sleep(LOOK_EVERY)
        yield


def _await(place: Installation, runs: Sequence[Run], holds: Callable[[Run], bool]) -> list[Run]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = _look(place, runs)
        if all(map(holds, found)):
            return found
        time.sleep(LOOK_EVERY)
    raise TimeoutError("The harvests did not come to it.")


def _look(place: Installation, runs: Sequence[Run]) -> list[Run]:
    found = place.assembly.store.runs.get_many([run.id for run in runs])
    return list(found.values())
