"""Workers say that they live, and free what they held when they go."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.storage.making import LEASE, NOW, OTHER_TENANT, TENANT, a_run
from tests.storage.plans import plans_of
from windrow.errors import NotFound
from windrow.model.runs import PartState, RunState
from windrow.model.tasks import Limit
from windrow.model.workers import Carried, Room, Worker, WorkerRole
from windrow.storage.database import Database
from windrow.storage.runs import SqlRuns
from windrow.storage.workers import LINE, SqlWorkers

SECOND = timedelta(seconds=1)
ANN = Worker("ann", WorkerRole.WORKER, "host-a", 4711, "embedded", ("default", "slow"), 4, NOW, NOW, memory=1 << 33)


@pytest.fixture
def workers(database: Database) -> SqlWorkers:
    return SqlWorkers(database)


def test_a_worker_is_known_from_its_first_beat_on(workers: SqlWorkers) -> None:
    clock = replace(ANN, id="clock", role=WorkerRole.CLOCK)
    later = replace(ANN, seen_at=NOW + SECOND, memory=5)

    assert workers.beat(ANN) == ANN
    assert workers.beat(later) == later
    workers.beat(clock)

    assert workers.all() == [clock, later]


def test_a_worker_that_is_asked_to_drain_hears_of_it_with_its_next_beat(workers: SqlWorkers) -> None:
    workers.beat(ANN)

    workers.drain("ann")

    assert workers.beat(ANN).draining
    assert workers.beat(replace(ANN, draining=True)).draining
    with pytest.raises(NotFound):
        workers.drain("bob")


def test_a_worker_that_is_asked_to_stop_drains_as_well(workers: SqlWorkers) -> None:
    workers.beat(ANN)

    workers.stop("ann")

    assert workers.beat(ANN) == replace(ANN, draining=True, stopping=True)
    with pytest.raises(NotFound):
        workers.stop("bob")


def test_how_much_each_worker_could_still_carry(workers: SqlWorkers, runs: SqlRuns) -> None:
    for each in (ANN, replace(ANN, id="bob"), replace(ANN, id="clock", role=WorkerRole.CLOCK)):
        workers.beat(each)
    workers.drain("bob")
    runs.add([a_run()])
    runs.claim("ann", queues=("default",), now=NOW, lease=LEASE)

    assert workers.room() == [Room(("default", "slow"), 4, 3, "ann")]


def test_silent_workers_are_forgotten(workers: SqlWorkers) -> None:
    workers.beat(ANN)
    workers.beat(replace(ANN, id="bob", seen_at=NOW + SECOND))

    assert workers.forget_silent(NOW) == []
    assert workers.forget_silent(NOW + SECOND) == ["ann"]
    assert [worker.id for worker in workers.all()] == ["bob"]


def test_whoever_leaves_frees_runs_and_parts_at_once(workers: SqlWorkers, runs: SqlRuns) -> None:
    fanned, plain, others, cancelled = (a_run(priority=number) for number in (4, 3, 2, 1))
    runs.add([fanned, plain, others, cancelled])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)
    runs.fan_out(fanned.id, 1, [{"page": 1}], now=NOW)
    runs.wait(fanned.id, 1, now=NOW)
    runs.claim_parts("ann", queues=["default"], now=NOW, lease=LEASE, limit=1)
    for worker in ("ann", "bob", "ann"):
        runs.claim(worker, queues=["default"], now=NOW, lease=LEASE)
    runs.cancel(cancelled.id, tenant_id=None, now=NOW)
    workers.beat(ANN)

    workers.leave("ann", now=NOW + SECOND)

    states = {run.id: runs.get(run.id, tenant_id=None).state for run in (fanned, plain, others, cancelled)}
    assert states == {
        fanned.id: RunState.WAITING,
        plain.id: RunState.QUEUED,
        others.id: RunState.RUNNING,
        cancelled.id: RunState.CANCELLED,
    }
    assert runs.count_parts(fanned.id) == {PartState.OPEN: 1}
    assert workers.all() == []


def test_an_inspection_tells_who_does_what_and_what_waits(workers: SqlWorkers, runs: SqlRuns) -> None:
    workers.beat(ANN)
    workers.beat(replace(ANN, id="idle"))
    running, fanned, queued = (a_run(priority=number) for number in (3, 2, 1))
    scheduled = a_run(state=RunState.SCHEDULED, ready_at=NOW + SECOND)
    runs.add([running, fanned, queued, scheduled])
    for worker in ("ann", "bob"):
        runs.claim(worker, queues=["default"], now=NOW, lease=LEASE)
    runs.fan_out(fanned.id, 1, [{"page": 1}, {"page": 2}], now=NOW)
    runs.wait(fanned.id, 1, now=NOW)
    runs.claim_parts("cid", queues=["default"], now=NOW, lease=LEASE, limit=2)

    seen = workers.inspect(TENANT)

    assert seen.active == {
        "ann": [Carried(running.id, "a task", "harvest", "default", 3, NOW)],
        "idle": [],
        "cid": [Carried(fanned.id, "a task", "harvest", "default", 2, NOW)],
    }
    assert seen.reserved == {"": [Carried(queued.id, "a task", "harvest", "default", 1, NOW)]}
    assert seen.scheduled == {"": [Carried(scheduled.id, "a task", "harvest", "default", 0, NOW + SECOND)]}
    assert workers.inspect(None) == seen


def test_an_inspection_shows_nothing_of_others(workers: SqlWorkers, runs: SqlRuns) -> None:
    runs.add([a_run(), a_run(), a_run(state=RunState.SCHEDULED)])
    runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)

    seen = workers.inspect(OTHER_TENANT)

    assert (seen.active, seen.reserved, seen.scheduled) == ({}, {"": []}, {"": []})


def test_an_inspection_is_bounded(workers: SqlWorkers, runs: SqlRuns) -> None:
    runs.add([a_run() for _ in range(6)])
    for _ in range(3):
        runs.claim("ann", queues=["default"], now=NOW, lease=LEASE)

    seen = workers.inspect(None, limit=2)

    assert (len(seen.active["ann"]), len(seen.reserved[""])) == (2, 2)


def test_whose_turn_is_next_and_who_holds_a_key(workers: SqlWorkers, runs: SqlRuns) -> None:
    limited = [a_run(limits=(Limit("k"),)) for _ in range(2)]
    usual, urgent, slow = a_run(), a_run(priority=3), a_run(queue="slow")
    runs.add([*limited, usual, urgent, slow])
    for run in limited:
        runs.claim("ann", queues=["default"], now=NOW, lease=LEASE, run_id=run.id)

    line = workers.line(["default", "slow", "none"], limit=5)

    assert line == {"default": [urgent.id, usual.id], "slow": [slow.id], "none": []}
    assert workers.line(["default"], limit=1) == {"default": [urgent.id]}
    assert workers.holders(["k", "other"], limit=9) == {"k": [limited[0].id], "other": []}


def test_a_line_is_read_off_its_index(database: Database) -> None:
    (plan,) = plans_of(database, lambda connection: connection.execute(LINE.limit(9), {"this_queue": "default"}).all())

    assert "ix_runs_claim" in plan
    assert "sort" not in plan.lower().replace("use temp b-tree", "sort")
