"""A hundred small sources beside a large one, on the worker processes of a whole installation."""

from collections.abc import Sequence

from benchmarks.figures import Figure, middle, share_below
from benchmarks.installation import installed
from benchmarks.scenarios.plan import Plan
from windrow.model.runs import Run, RunState

SMALL = 100
RECORDS = 100
UNDER_WAY = 1000
WORKERS = 2


def measure(plan: Plan) -> list[Figure]:
    """All small ones are asked for at the same moment, while the large one is under way."""
    with installed() as place, place.up(WORKERS):
        large = place.add_source("large", plan.remote.catalogue(plan.size.beside))
        small = [
            place.add_source(f"small {number}", plan.remote.catalogue(RECORDS, at=number))
            for number in range(1, SMALL + 1)
        ]
        plan.say(f"{SMALL} harvests of {RECORDS} beside one of {plan.size.beside:,} ...")
        beside = place.start(large)
        place.await_runs([beside], lambda run: run.progress.done >= UNDER_WAY)
        ended = place.await_runs([place.start(number) for number in small])
        (beside,) = place.look([beside])
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
