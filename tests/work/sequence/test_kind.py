"""A sequence as a task: its result, its log, and how it goes on when a worker dies."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.harvests.farm import Farm, open_farm
from tests.work.sequence.served import Served
from windrow.core.runs import TaskDraft
from windrow.model.identity import new_id
from windrow.model.runs import Run, RunState
from windrow.work.sequence import SequenceKind
from windrow.work.sequence.journal import BEGUN, DOCUMENT

Begin = Callable[[Any], Run]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    with open_farm(tmp_path_factory.mktemp("farm"), work=(SequenceKind(),)) as farm:
        yield farm


@pytest.fixture
def begin(farm: Farm, served: Served) -> Begin:
    def begin(document: Any) -> Run:
        draft = TaskDraft(f"sequence {new_id()}", "sequence", parameters={"document": served.here(document)})
        return farm.assembly.windrow.tasks.start(
            farm.principal, farm.assembly.windrow.tasks.create(farm.principal, draft).id
        )

    return begin


def _compat(*requests: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = "http://127.0.0.1:18080"
    return {"dialect": "compat", "requests": [{**each, "api": base + each["api"]} for each in requests], **more}


def test_a_sequence_ends_with_its_saved_values(farm: Farm, served: Served, begin: Begin) -> None:
    served.begin({"GET /t": {"json": {"n": 1}}})

    run = farm.finish(begin(_compat({"method": "GET", "api": "/t?token=T0K3N", "save_to": "t"}, persistence={"a": 2})))

    assert (run.state, run.result) == (RunState.SUCCEEDED, {"saved": {"a": 2, "t": {"n": 1}}})
    assert "T0K3N" not in str(farm.log(run))


def test_a_sequence_that_stopped_says_where(farm: Farm, served: Served, begin: Begin) -> None:
    served.begin({"GET /t": {"json": 1}, "GET /e": {"status": 500, "json": {}}})

    run = farm.finish(begin(_compat({"method": "GET", "api": "/t"}, {"method": "GET", "api": "/e", "save_to": "e"})))

    assert run.state is RunState.PARTIAL
    assert run.error.startswith("requests[1]: 500 Server Error")
    assert run.result["saved"] == {"e": {"status": 500, "message": "Internal Server Error"}}


def test_a_large_result_is_a_file(farm: Farm, served: Served, begin: Begin) -> None:
    served.begin({"GET /t": {"json": "x" * 70_000}})

    run = farm.finish(begin(_compat({"method": "GET", "api": "/t", "save_to": "t"})))

    assert run.result["file"] == "result.json"
    assert [each.name for each in farm.assembly.store.runs.list_outputs(run.id)] == ["result.json"]


def test_what_was_sent_before_a_worker_went_is_not_sent_again(farm: Farm, served: Served, begin: Begin) -> None:
    served.begin({"* /echo": {"echo": True}})
    steps = [{"method": "POST", "api": "/echo", "body": {"n": n}, "save_to": f"s{n}"} for n in range(6)]
    run = begin(_compat(*steps))
    leaving = farm.assembly.performer(new_id())
    served.meanwhile = lambda: leaving.drain() if len(served.log) == 3 else None

    leaving.perform(run.id)
    left = farm.run(run.id).state
    ended = farm.finish(run)

    assert left is RunState.QUEUED
    assert ended.state is RunState.SUCCEEDED
    assert [each["json"]["n"] for each in served.log] == [0, 1, 2, 3, 4, 5]
    assert list(ended.result["saved"]) == [f"s{n}" for n in range(6)]


def test_a_run_goes_on_with_another_that_stopped(farm: Farm, served: Served, begin: Begin) -> None:
    served.begin({"POST /a": {"json": "a"}, "POST /b": [{"status": 500, "json": {}}, {"json": "b"}]})
    document = served.here(_compat(*({"method": "POST", "api": f"/{each}", "save_to": each} for each in "ab")))
    stopped = farm.finish(begin(document))
    tasks = farm.assembly.windrow.tasks

    draft = TaskDraft("again", "sequence", parameters={"document": document, "resume": stopped.id})
    ended = farm.finish(tasks.start(farm.principal, tasks.create(farm.principal, draft).id))
    other = TaskDraft("other", "sequence", parameters={"document": {"requests": []}, "resume": stopped.id})
    refused = farm.finish(tasks.start(farm.principal, tasks.create(farm.principal, other).id))

    assert (stopped.state, ended.state, refused.state) == (RunState.PARTIAL, RunState.SUCCEEDED, RunState.FAILED)
    assert [each["path"] for each in served.log] == ["/a", "/b", "/b"]
    assert ended.result == {"saved": {"a": "a", "b": "b"}}
    assert "another document" in refused.error


@pytest.mark.parametrize("idempotent", [True, False])
def test_what_was_under_way_is_sent_again_only_where_it_may_be(
    farm: Farm, served: Served, begin: Begin, idempotent: bool
) -> None:
    served.begin({"* /echo": {"echo": True}})
    step = {"method": "POST", "api": "/echo", "idempotent": idempotent}
    run = begin(_compat(step, {"method": "GET", "api": "/echo"}))
    leaving = farm.assembly.performer(new_id())
    claimed = farm.assembly.store.runs.claim(
        leaving.worker_id, queues=leaving.queues, now=farm.clock(), lease=leaving.lease, run_id=run.id
    )
    assert claimed is not None
    farm.assembly.store.memories.keep(run.id, claimed.attempt, {DOCUMENT: "", "requests[0]": BEGUN})
    farm.assembly.store.workers.leave(leaving.worker_id, now=farm.clock())

    ended = farm.finish(run)

    assert [each["method"] for each in served.log] == (["POST", "GET"] if idempotent else [])
    assert ended.state is (RunState.SUCCEEDED if idempotent else RunState.FAILED)
    assert any("nobody knows whether it arrived" in line for line in farm.log(ended)) is not idempotent


def test_a_step_that_its_host_was_closed_to_is_sent_when_it_opens(farm: Farm, served: Served, begin: Begin) -> None:
    served.begin({"* /echo": {"echo": True}})
    steps = [{"method": "POST", "api": "/echo", "body": {"n": n}, "save_to": f"s{n}"} for n in range(3)]
    run = begin(_compat(*steps))
    farm.close_host(hours=1, after=2)
    served.meanwhile = lambda: farm.clock.jump(hours=2) if len(served.log) == 1 else None

    farm.performer.perform(run.id)
    resting, sent = farm.run(run.id), len(served.log)
    ended = farm.finish(run)
    farm.open_host()

    assert (resting.state, sent) == (RunState.SCHEDULED, 1)
    assert (ended.state, len(served.log)) == (RunState.SUCCEEDED, 3), ended.error
