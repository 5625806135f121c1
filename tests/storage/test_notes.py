"""A note outlives its attempt, only the current attempt may write it, and a run that has one is not ended behind its
kind's back."""

from datetime import timedelta

import pytest

from tests.storage.making import LEASE, NOW, TENANT, a_run
from windrow.errors import LeaseLost
from windrow.model.runs import LETTING_GO, Progress, Run, RunState
from windrow.ports.runs import Ending
from windrow.storage.runs import SqlRuns

LATER = NOW + timedelta(hours=1)
JOB = {"job": {"id": "j1"}, "told": 3}
CANCELLED = Ending(RunState.CANCELLED, {}, "", Progress())


def claimed(runs: SqlRuns, *, note: dict[str, object] | None = None) -> Run:
    run = a_run()
    runs.add([run])
    got = claim(runs, run)
    if note:
        runs.keep_note(run.id, got.attempt, note)
    return got


def claim(runs: SqlRuns, run: Run) -> Run:
    got = runs.claim("ann", queues=("default",), now=NOW, lease=LEASE, run_id=run.id)
    assert got is not None
    return got


def rest(runs: SqlRuns, run: Run) -> None:
    assert runs.hand_back(run.id, run.attempt, now=NOW, ready_at=LATER, failed=False, keep_keys=True)


def test_a_note_is_there_for_the_next_attempt(runs: SqlRuns) -> None:
    run = claimed(runs)
    assert runs.read_note(run.id) == {}

    runs.keep_note(run.id, run.attempt, {"stage": "asking"})
    runs.keep_note(run.id, run.attempt, JOB)
    runs.sweep(NOW + 2 * LEASE)

    assert runs.read_note(run.id) == JOB


def test_an_empty_note_takes_it_away(runs: SqlRuns) -> None:
    run = claimed(runs, note=JOB)

    runs.keep_note(run.id, run.attempt, {})

    assert runs.read_note(run.id) == {}


def test_an_attempt_that_is_not_the_current_one_keeps_nothing(runs: SqlRuns) -> None:
    run = claimed(runs, note=JOB)

    with pytest.raises(LeaseLost):
        runs.keep_note(run.id, run.attempt - 1, {"other": True})

    assert runs.read_note(run.id) == JOB


def test_what_was_begun_while_somebody_cancelled_is_noted(runs: SqlRuns) -> None:
    run = claimed(runs)
    runs.cancel(run.id, tenant_id=TENANT, now=NOW)

    runs.keep_note(run.id, run.attempt, JOB)

    assert runs.read_note(run.id) == JOB


def test_a_resting_run_with_a_note_is_cancelled_by_a_worker(runs: SqlRuns) -> None:
    run = claimed(runs, note=JOB)
    rest(runs, run)

    asked = runs.cancel(run.id, tenant_id=TENANT, now=NOW)
    assert (asked.state, asked.phase, asked.ready_at) == (RunState.QUEUED, LETTING_GO, NOW)

    taken = claim(runs, run)
    assert taken.state is RunState.CANCELLING
    assert runs.finish(run.id, taken.attempt, CANCELLED, now=NOW)
    assert runs.get(run.id, tenant_id=TENANT).state is RunState.CANCELLED


def test_a_resting_run_without_a_note_is_cancelled_at_once(runs: SqlRuns) -> None:
    run = claimed(runs)
    rest(runs, run)

    assert runs.cancel(run.id, tenant_id=TENANT, now=NOW).state is RunState.CANCELLED


@pytest.mark.parametrize("way", ["swept", "handed back"])
def test_a_worker_lost_while_it_cancelled_leaves_that_to_another(runs: SqlRuns, way: str) -> None:
    run = claimed(runs, note=JOB)
    runs.cancel(run.id, tenant_id=TENANT, now=NOW)

    if way == "swept":
        runs.sweep(NOW + 2 * LEASE)
    else:
        rest(runs, run)

    left = runs.get(run.id, tenant_id=TENANT)
    assert (left.state, left.phase, left.ended_at) == (RunState.QUEUED, LETTING_GO, None)


def test_a_note_goes_with_its_run(runs: SqlRuns) -> None:
    run = claimed(runs, note=JOB)
    runs.finish(run.id, run.attempt, Ending(RunState.SUCCEEDED, {}, "", Progress()), now=NOW)

    runs.delete(run.id, tenant_id=TENANT)

    assert runs.read_note(run.id) == {}
