"""What follows from the end of a run is written once, whoever writes it."""

from datetime import timedelta

import pytest

from tests.storage.making import LEASE, NOW, a_run
from windrow.model.runs import Progress, RunState
from windrow.ports.runs import Ending
from windrow.storage.runs import SqlRuns

DONE = Ending(RunState.SUCCEEDED, {}, "", Progress(1, 1))


def end(runs: SqlRuns, run_id: str) -> None:
    claimed = runs.claim("worker", queues=["default"], now=NOW, lease=LEASE, run_id=run_id)
    assert claimed is not None
    assert runs.finish(run_id, claimed.attempt, DONE, now=NOW)


def test_only_the_ends_of_runs_that_lead_on_are_told(runs: SqlRuns) -> None:
    harvest, other, waiting = a_run(), a_run(kind="availability"), a_run()
    skipped = a_run(state=RunState.SKIPPED, ended_at=NOW)
    runs.add([harvest, other, waiting, skipped])
    end(runs, harvest.id)
    end(runs, other.id)

    assert [run.id for run in runs.ends(limit=10)] == [harvest.id]


def test_what_follows_is_written_once(runs: SqlRuns) -> None:
    harvest, following = a_run(), a_run(kind="push")
    runs.add([harvest])
    end(runs, harvest.id)

    assert runs.follow(harvest.id, [following])
    assert not runs.follow(harvest.id, [a_run(kind="push")])

    assert runs.ends(limit=10) == []
    assert runs.get(following.id, tenant_id=None).state is RunState.QUEUED
    assert len(runs.get_many([harvest.id, following.id])) == 2


def test_nothing_follows_from_a_run_that_has_not_ended(runs: SqlRuns) -> None:
    harvest = a_run()
    runs.add([harvest])

    assert not runs.follow(harvest.id, [a_run(kind="push")])


@pytest.mark.parametrize("held", [False, True])
def test_a_cancelled_run_leads_on_too(runs: SqlRuns, *, held: bool) -> None:
    harvest = a_run()
    runs.add([harvest])
    if held:
        runs.claim("worker", queues=["default"], now=NOW, lease=LEASE)
    runs.cancel(harvest.id, tenant_id=None, now=NOW)
    runs.sweep(NOW + LEASE + timedelta(minutes=1))

    assert [run.state for run in runs.ends(limit=10)] == [RunState.CANCELLED]
