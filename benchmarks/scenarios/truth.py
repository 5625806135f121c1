"""Whether a harvest says what is so, and keeps what is here, whatever the remote is like."""

from collections.abc import Callable, Mapping

from benchmarks.figures import Figure
from benchmarks.installation import Installation, installed
from benchmarks.scenarios.plan import Plan
from windrow.model.runs import Run, RunState

RECORDS = 10_000
TRIES = 1
"""For a page that will never come: its retries are no matter here."""


def measure(plan: Plan) -> list[Figure]:
    """One source, harvested well, then in one mood after another."""
    with installed() as place, place.up(1):
        source = place.add_source("moody", plan.remote.moody("well", RECORDS), page_attempts=TRIES)

        def harvest(mood: str) -> Run:
            plan.say(f"Harvesting {RECORDS:,} records of a remote that is {mood} ...")
            place.point_source(source, plan.remote.moody(mood, RECORDS))
            (run,) = place.await_runs([place.start(source)])
            return run

        first = harvest("well")
        _expect(first, RunState.SUCCEEDED, {"added": RECORDS})
        changed, back, lacking = harvest("changed"), harvest("well"), harvest("lacking")
        hundredth, rest = RECORDS // 100, RECORDS - RECORDS // 100
        _expect(changed, RunState.SUCCEEDED, {"changed": hundredth, "unchanged": rest})
        _expect(back, RunState.SUCCEEDED, {"changed": hundredth, "unchanged": rest})
        _expect(lacking, RunState.SUCCEEDED, {"unchanged": rest, "deleted": hundredth})
        _expect(harvest("well"), RunState.SUCCEEDED, {"unchanged": rest, "restored": hundredth})
        deleted = _deleted_by_broken(harvest, place, source)
        plan.say(f"Harvesting {RECORDS:,} records of which one in ten cannot be read ...")
        bad = place.add_source("spoilt", plan.remote.moody("spoilt", RECORDS))
        (spoilt,) = place.await_runs([place.start(bad)])
    return [
        Figure.told(f"1 % of {RECORDS:,} changed: faster than the first harvest", _faster(first, changed), "times"),
        Figure.told(f"1 % of {RECORDS:,} deleted: faster than the first harvest", _faster(first, lacking), "times"),
        Figure.held("records that broken remotes deleted here", deleted, "records", "<=", 0),
        Figure.held("one record in ten unreadable: counted wrongly", _wrong(spoilt), "records", "<=", 0),
    ]


def _deleted_by_broken(harvest: Callable[[str], Run], place: Installation, source: int) -> int:
    for mood, state in (
        ("failing", RunState.FAILED),
        ("one-failing", RunState.PARTIAL),
        ("empty", RunState.FAILED),
    ):
        run = harvest(mood)
        assert run.state is state, run
    view = place.assembly.windrow.sources.view(place.principal, source)
    return RECORDS - view.source.resources


def _wrong(spoilt: Run) -> int:
    counts, tenth = spoilt.progress.counts, RECORDS // 10
    assert spoilt.state is RunState.PARTIAL, spoilt
    right = {"added": RECORDS - tenth, "quarantined": tenth}
    return sum(abs(counts.get(word, 0) - right.get(word, 0)) for word in {*counts, *right})


def _expect(run: Run, state: RunState, counts: Mapping[str, int]) -> None:
    assert (run.state, dict(run.progress.counts)) == (state, counts), run


def _faster(first: Run, second: Run) -> float:
    return _seconds(first) / _seconds(second)


def _seconds(run: Run) -> float:
    assert run.started_at is not None, run
    assert run.ended_at is not None, run
    return (run.ended_at - run.started_at).total_seconds()
