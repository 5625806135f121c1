"""What is interrupted: a worker killed in mid-harvest, a harvest cancelled, and a remote that hangs among many."""

import os
import signal
import time
from dataclasses import dataclass

from benchmarks.figures import Figure, share_below
from benchmarks.installation import LOOK_EVERY, Installation, installed
from benchmarks.scenarios.plan import Plan
from windrow.model.runs import Run, RunState
from windrow.model.workers import WorkerRole

PAGES = 40
RECORDS = PAGES * 100
AMONG = 50
SMALL = 100
KILLS = 5
CANCELS = 5
CLOSE_LOOK = 0.01


def measure(plan: Plan) -> list[Figure]:
    """Each on a whole installation with two workers."""
    return [*_killed(plan), *_cancelled(plan), *_hanging(plan)]


def _killed(plan: Plan) -> list[Figure]:
    plan.say(f"Killing a worker in the middle of a harvest, {KILLS} times ...")
    # Each has a catalogue of its own size, so that its pages are counted apart.
    killed = [_kill_once(plan, RECORDS + 100 * number) for number in range(KILLS)]
    slowest = max(each.seconds for each in killed)
    return [
        Figure.held("killed at half: until somebody goes on, slowest", slowest, "s", "<", 10),
        Figure.held("killed at half: records lost or doubled", sum(each.wrong for each in killed), "records", "<=", 0),
        Figure.told("killed at half: pages asked for again, most", max(each.again for each in killed), "pages"),
    ]


@dataclass(frozen=True, slots=True)
class Killed:
    """Seconds until somebody went on, records that came out wrong, and pages that were asked for twice."""

    seconds: float
    wrong: int
    again: int


def _kill_once(plan: Plan, records: int) -> Killed:
    with installed() as place, place.up(2):
        run = place.start(place.add_source("slow", plan.remote.moody("slow", records)))
        (half,) = place.await_runs([run], lambda run: run.progress.done >= records // 2)
        killed = _kill_worker_of(place, half)
        while (now := place.look([run])[0]).attempt == half.attempt or now.state is not RunState.RUNNING:
            time.sleep(CLOSE_LOOK)
        seconds = time.monotonic() - killed
        (ended,) = place.await_runs([run])
    assert ended.state is RunState.SUCCEEDED, ended
    wrong = abs(ended.progress.counts.get("added", 0) - records)
    return Killed(seconds, wrong, plan.remote.asked("slow", records) - records // 100)


def _kill_worker_of(place: Installation, run: Run) -> float:
    for each in place.assembly.store.workers.all():
        if each.role is WorkerRole.WORKER and each.id == run.worker_id:
            os.kill(each.pid, signal.SIGKILL)
            return time.monotonic()
    raise AssertionError(f"Nobody holds {run}")


def _cancelled(plan: Plan) -> list[Figure]:
    plan.say("Cancelling harvests ...")
    seconds = []
    with installed() as place, place.up(2):
        for mood in ("slow", "hanging"):
            source = place.add_source(mood, plan.remote.moody(mood, RECORDS))
            for _ in range(CANCELS):
                run = place.start(source)
                place.await_runs([run], lambda run: run.state is RunState.RUNNING)
                time.sleep(LOOK_EVERY * 5)
                asked = time.monotonic()
                place.assembly.windrow.runs.cancel(place.principal, run.id)
                while place.look([run])[0].state is not RunState.CANCELLED:
                    time.sleep(CLOSE_LOOK)
                seconds.append(time.monotonic() - asked)
    return [Figure.held("from cancelling to the end, remotes slow and hanging, slowest", max(seconds), "s", "<", 2)]


def _hanging(plan: Plan) -> list[Figure]:
    plan.say(f"Harvesting {AMONG} sources, without and with one that hangs ...")
    alone, _ = _together(plan, hanging=False)
    beside, delays = _together(plan, hanging=True)
    return [
        Figure.held(
            f"one hanging among {AMONG}: start delay of the others, p95", share_below(delays, 0.95), "s", "<", 2
        ),
        Figure.held(f"one hanging among {AMONG}: the others against without it", beside / alone, "times", "<", 1.5),
    ]


def _together(plan: Plan, *, hanging: bool) -> tuple[float, list[float]]:
    """From asking for all to the end of the last of the others, and how long each of these waited for its start."""
    with installed() as place, place.up(2):
        others = [
            place.add_source(f"small {number}", plan.remote.catalogue(SMALL, at=number)) for number in range(1, AMONG)
        ]
        stuck = place.add_source("hanging", plan.remote.moody("hanging", SMALL)) if hanging else None
        held = [place.start(stuck)] if stuck is not None else []
        ended = place.await_runs([place.start(number) for number in others])
        assert all(run.state is RunState.SUCCEEDED for run in ended), ended
        assert all(run.state is RunState.RUNNING for run in place.look(held)), "it did not hang long enough"
        for run in held:
            place.assembly.windrow.runs.cancel(place.principal, run.id)
    begun = min(run.created_at for run in ended)
    last = max(run.ended_at for run in ended if run.ended_at)
    return (last - begun).total_seconds(), [
        (run.started_at - run.created_at).total_seconds() for run in ended if run.started_at
    ]
