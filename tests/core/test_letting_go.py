"""A cancelled run ends what it has going elsewhere, whoever holds it, and whatever goes wrong with that."""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.harvests.farm import Farm, beating, open_farm, wait_for
from windrow.core.runs import TaskDraft
from windrow.errors import BadInput, RemoteUnreachable
from windrow.model.runs import Part, Run, RunState
from windrow.model.tasks import Task
from windrow.ports.work import Done, Later, Performed, Work

JOB = {"job": "j1"}


class Envoy:
    """Work that has something going elsewhere."""

    name: ClassVar[str] = "envoy"
    schema: ClassVar[Mapping[str, Any]] = {"type": "object", "properties": {"to": {"default": "Kent"}}}

    def __init__(self) -> None:
        self.do: Callable[[Work], Performed] = lambda work: Done()
        self.end: Callable[[Work], None] = lambda work: None
        self.let_go_of: list[Mapping[str, Any]] = []

    def check_task(self, task: Task) -> None:
        if task.parameters["to"] == "nowhere":
            raise BadInput.of("parameters.to", "leads nowhere")

    def perform(self, work: Work) -> Performed:
        return self.do(work)

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        raise NotImplementedError

    def let_go(self, work: Work) -> None:
        work.check()
        self.let_go_of.append(work.read_note())
        self.end(work)


@pytest.fixture
def envoy() -> Envoy:
    return Envoy()


@pytest.fixture
def farm(tmp_path: Path, envoy: Envoy) -> Iterator[Farm]:
    with open_farm(tmp_path, work=(envoy,)) as farm:
        yield farm


def start(farm: Farm) -> Run:
    task = farm.assembly.windrow.tasks.create(farm.principal, TaskDraft("an envoy", "envoy"))
    return farm.assembly.windrow.tasks.start(farm.principal, task.id)


def cancel(farm: Farm, run: Run) -> Run:
    return farm.assembly.windrow.runs.cancel(farm.principal, run.id)


def rest(work: Work) -> Performed:
    work.keep_note(JOB)
    return Later(work.now() + timedelta(hours=1), "it is busy")


def test_a_run_that_is_under_way_lets_go_of_what_it_noted(farm: Farm, envoy: Envoy) -> None:
    under_way = threading.Event()

    def work_on(work: Work) -> Performed:
        work.keep_note(JOB)
        under_way.set()
        work.pause(60)
        return Done()

    envoy.do = work_on
    run = start(farm)
    with beating(farm.performer):
        worker = threading.Thread(target=farm.performer.perform, args=(run.id,))
        worker.start()
        under_way.wait(20)
        cancel(farm, run)
        worker.join()

    assert (farm.run(run.id).state, envoy.let_go_of) == (RunState.CANCELLED, [JOB])


def test_a_run_that_rests_is_taken_up_to_let_go(farm: Farm, envoy: Envoy) -> None:
    envoy.do = rest
    run = start(farm)
    farm.performer.perform(run.id)

    assert cancel(farm, run).state is RunState.QUEUED

    assert (farm.finish(run).state, envoy.let_go_of) == (RunState.CANCELLED, [JOB])


def test_a_run_that_has_nothing_going_is_cancelled_without_its_kind(farm: Farm, envoy: Envoy) -> None:
    envoy.do = lambda work: Later(work.now() + timedelta(hours=1), "nothing begun")
    run = start(farm)
    farm.performer.perform(run.id)

    assert (cancel(farm, run).state, envoy.let_go_of) == (RunState.CANCELLED, [])


def test_what_cannot_be_ended_is_told_and_the_run_is_cancelled_all_the_same(farm: Farm, envoy: Envoy) -> None:
    def fail(work: Work) -> None:
        raise RemoteUnreachable("example.org does not answer.")

    envoy.do, envoy.end = rest, fail
    run = start(farm)
    farm.performer.perform(run.id)
    cancel(farm, run)

    assert farm.finish(run).state is RunState.CANCELLED
    assert farm.log(run) == ["What it has going elsewhere could not be ended: example.org does not answer."]


def test_a_worker_that_ends_while_it_lets_go_leaves_it_to_the_next(farm: Farm, envoy: Envoy) -> None:
    envoy.do = rest
    run = start(farm)
    farm.performer.perform(run.id)
    cancel(farm, run)
    going = threading.Event()

    def dawdle(work: Work) -> None:
        going.set()
        work.pause(60)

    envoy.end = dawdle
    other = farm.assembly.performer("another worker")
    worker = threading.Thread(target=other.perform, args=(run.id,))
    worker.start()
    going.wait(20)
    other.drain()
    worker.join()
    wait_for(lambda: farm.run(run.id).state is RunState.QUEUED)

    envoy.end = lambda work: None
    assert (farm.finish(run).state, envoy.let_go_of) == (RunState.CANCELLED, [JOB, JOB])


def test_a_kind_looks_at_parameters_beyond_its_schema(farm: Farm) -> None:
    with pytest.raises(BadInput, match=r"parameters.to: leads nowhere"):
        farm.assembly.windrow.tasks.create(farm.principal, TaskDraft("an envoy", "envoy", {"to": "nowhere"}))
