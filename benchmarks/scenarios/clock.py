"""What a tick of the clock costs with ten thousand sources that are harvested, refreshed and checked by themselves."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from benchmarks.figures import Figure, share_below
from benchmarks.installation import POLICIES, installed
from benchmarks.scenarios.plan import Plan
from windrow.core.scheduling import Scheduling
from windrow.core.source_drafts import SourceDraft
from windrow.model.schedules import Schedule
from windrow.model.triggers import Interval

FEW = 500
TICKS = 100
DUE_AT_ONCE = 20
IDLE = timedelta(minutes=1)
FIRST_DUE = timedelta(hours=1)
"""From the making of the sources on; then twenty of them become due with every second."""


def measure(plan: Plan) -> list[Figure]:
    """The clock's own function, timed where it runs: nobody carries out what it starts."""
    many = plan.size.sources
    idle_few, busy_few = _ticks(plan, FEW)
    idle, busy = _ticks(plan, many)
    return [
        Figure.held(f"a tick with {many:,} sources, nothing due, p95", share_below(idle, 0.95), "ms", "<", 50),
        Figure.held(f"a tick with {many:,} sources, {DUE_AT_ONCE} due, p95", share_below(busy, 0.95), "ms", "<", 50),
        *(
            Figure.told(f"a tick with {many:,} sources against {FEW}, {what}", ratio, "times")
            for what, ratio in (
                ("nothing due", share_below(idle, 0.5) / share_below(idle_few, 0.5)),
                (f"{DUE_AT_ONCE} due", share_below(busy, 0.5) / share_below(busy_few, 0.5)),
            )
        ),
    ]


def _ticks(plan: Plan, sources: int) -> tuple[list[float], list[float]]:
    """Milliseconds of ticks with nothing due, and of those with some."""
    with installed() as place:
        plan.say(f"Making {sources:,} sources with three schedules each ...")
        begun = place.assembly.clock()
        for number in range(sources):
            place.assembly.windrow.sources.create(place.principal, _draft(number, begun))
        plan.say(f"Ticking with {sources:,} sources ...")
        idle = [found for found, _ in _timed(place.assembly.scheduling, [begun + IDLE] * TICKS)]
        moments = [begun + FIRST_DUE + timedelta(seconds=second) for second in range(1, sources // DUE_AT_ONCE)]
        busy = list(_timed(place.assembly.scheduling, moments[:TICKS]))
    assert all(met == DUE_AT_ONCE for _, met in busy[1:]), busy
    return idle, [found for found, _ in busy[1:]]


def _timed(scheduling: Scheduling, moments: list[datetime]) -> Iterator[tuple[float, int]]:
    for moment in moments:
        at_that_moment = Scheduling(scheduling.tasks, lambda now=moment: now)
        begun = time.perf_counter()
        met = at_that_moment.tick()
        yield (time.perf_counter() - begun) * 1000, met


def _draft(number: int, begun: datetime) -> SourceDraft:
    own = begun + FIRST_DUE + timedelta(seconds=number / DUE_AT_ONCE)
    later = own + timedelta(days=1)
    return SourceDraft(
        name=f"source {number}",
        kind="csw",
        url=f"http://127.0.0.1:9/{number}/csw",
        policies=POLICIES,
        schedule=Schedule(Interval(timedelta(days=1), own)),
        refresh_schedule=Schedule(Interval(timedelta(days=2), later)),
        check_schedule=Schedule(Interval(timedelta(days=2), later)),
    )
