"""The queue's page: who is at work, whose turn is when, what waits for what, and who sees it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.console.visiting import visitor
from tests.web.serving import House
from windrow.core.runs import TaskDraft
from windrow.model.accounts import Role
from windrow.model.identity import new_id
from windrow.model.tasks import Limit
from windrow.model.workers import Worker, WorkerRole

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def worker(house: House) -> Worker:
    now = datetime.now(UTC)
    made = Worker(new_id(), WorkerRole.WORKER, "vm", 4711, "embedded", ("default",), 4, now, now)
    return house.assembly.store.workers.beat(made)


def test_the_queue_tells_places_and_what_is_waited_for(house: House, worker: Worker) -> None:
    windrow, store, admin = house.assembly.windrow, house.assembly.store, house.principal("admin")
    limited = windrow.tasks.create(admin, TaskDraft("Alone", "stepping", limits=(Limit("archive"),)))
    first, second = windrow.tasks.start(admin, limited.id), windrow.tasks.start(admin, limited.id)
    later = windrow.tasks.start(admin, limited.id, at=datetime.now(UTC) + HOUR)
    urgent = windrow.tasks.create(admin, TaskDraft("Urgent", "stepping", priority=5))
    usual = windrow.tasks.create(admin, TaskDraft("Usual", "stepping"))
    for run in (first, second):
        store.runs.claim(worker.id, queues=["default"], now=datetime.now(UTC), lease=HOUR, run_id=run.id)
    low, high = windrow.tasks.start(admin, usual.id), windrow.tasks.start(admin, urgent.id)
    steps = [{"name": "fetch", "kind": "stepping"}, {"name": "tell", "kind": "stepping", "after": ["fetch"]}]
    pipeline = windrow.tasks.create(admin, TaskDraft("Nightly", "pipeline", {"steps": steps}))
    resting = windrow.tasks.start(admin, pipeline.id)
    house.assembly.performer(worker.id).perform(resting.id)

    queue = windrow.queue.look(admin)
    seen = visitor(house, "admin").get("/queue")

    (at_work,) = queue.workers
    assert [each.run_id for each in at_work.active] == [first.id]
    waiting = {each.run.id: (each.place, [run.id for run in each.after]) for each in queue.waiting}
    assert (waiting[high.id], waiting[low.id], waiting[second.id]) == ((1, []), (2, []), (None, [first.id]))
    assert [each.run.id for each in queue.waiting][:2] == [high.id, low.id]
    assert [(each.run.id, len(each.after)) for each in queue.resting] == [(resting.id, 1)]
    assert [each.id for each in queue.scheduled] == [later.id]
    for told in ("vm process 4711, 4 slots", "set aside", "Alone running since", "Waits for what it began", "Later"):
        assert told in seen.text, told
    visitor(house, "admin").post(f"/queue/{low.id}/cancel")
    assert low.id not in {each.run.id for each in windrow.queue.look(admin).waiting}


def test_who_only_looks_sees_their_own_and_nobody_what_is_another_teams(house: House, worker: Worker) -> None:
    visitor(house, "ann", role=Role.OPERATOR, team="maps")
    viewer = visitor(house, "vic", role=Role.VIEWER, team="maps")
    stranger = visitor(house, "sue", role=Role.OPERATOR, team="others")
    windrow, ann = house.assembly.windrow, house.principal("ann")
    run = windrow.tasks.start(ann, windrow.tasks.create(ann, TaskDraft("Ann's own", "stepping")).id)

    assert [each.run.id for each in windrow.queue.look(ann).waiting] == [run.id]
    assert "Ann's own" not in viewer.get("/queue").text
    assert "Your own runs" in viewer.get("/queue").text
    assert "Ann's own" not in stranger.get("/queue").text
