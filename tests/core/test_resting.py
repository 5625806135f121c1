"""A host outside its hours is not asked: whoever must ask it gives its worker back, and goes on when it opens."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.harvests.farm import BRISK, Farm, open_farm
from tests.harvests.protocols import OaiServer, items
from tests.remotes.server import Remote
from tests.sources.oai_pmh.repository import Repository
from windrow.core.resting import LOOK_AGAIN
from windrow.core.runs import TaskDraft
from windrow.errors import HostClosed
from windrow.model.runs import Part, PartState, Run, RunState
from windrow.ports.work import Done, Fanned, Performed, Work

HOUR = timedelta(hours=1)


class Errand:
    """Work that asks a host which is closed until a moment: by the run itself, or by two parts of it."""

    name: ClassVar[str] = "errand"
    schema: ClassVar[Mapping[str, Any]] = {"type": "object", "properties": {}, "additionalProperties": True}

    def __init__(self) -> None:
        self.until: datetime | None = None
        self.attempts = 0

    def perform(self, work: Work) -> Performed:
        if not work.run.parameters.get("parts"):
            self.ask(work.now())
        elif work.run.phase != "finish":
            work.fan_out([{"n": 1}, {"n": 2}])
            return Fanned()
        return Done()

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        self.ask(work.now())
        return {"asked": 1}

    def let_go(self, work: Work) -> None:
        self.ask(work.now())

    def ask(self, now: datetime) -> None:
        self.attempts += 1
        if self.until is not None and now < self.until:
            raise HostClosed("a.test rests.", self.until)


@pytest.fixture(scope="module")
def errand() -> Errand:
    return Errand()


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, errand: Errand) -> Iterator[Farm]:
    with open_farm(tmp_path_factory.mktemp("farm"), work=(errand,)) as farm:
        yield farm


@pytest.fixture(autouse=True)
def _closed(farm: Farm, errand: Errand) -> None:
    errand.until, errand.attempts = farm.clock() + 40 * timedelta(minutes=1), 0


def start(farm: Farm, **parameters: Any) -> Run:
    task = farm.assembly.windrow.tasks.create(farm.principal, TaskDraft("an errand", "errand", parameters))
    return farm.assembly.windrow.tasks.start(farm.principal, task.id)


def test_a_run_rests_and_has_lost_nothing(farm: Farm, errand: Errand) -> None:
    run = start(farm)

    farm.performer.perform(run.id)
    resting = farm.run(run.id)
    ended = farm.finish(run)

    assert (resting.state, resting.error, resting.failures) == (RunState.SCHEDULED, "a.test rests.", 0)
    assert (ended.state, ended.failures, ended.error) == (RunState.SUCCEEDED, 0, "")
    assert farm.log(run).count("a.test rests.") == 1


def test_it_looks_again_now_and_then_since_the_hours_may_be_changed(farm: Farm, errand: Errand) -> None:
    run = start(farm)
    before = farm.clock()

    farm.performer.perform(run.id)

    assert before + LOOK_AGAIN <= farm.run(run.id).ready_at <= farm.clock() + LOOK_AGAIN
    farm.finish(run)
    assert errand.attempts == 4


def test_parts_rest_each_for_itself(farm: Farm, errand: Errand) -> None:
    run = start(farm, parts=True)
    farm.performer.perform(run.id)

    for carry_out in farm.performer.take_parts(2):
        carry_out()
    resting = list(farm.assembly.store.runs.list_parts(run.id, states=None, limit=9).items)
    assert errand.until is not None
    farm.clock.jump(hours=1)
    ended = farm.finish(run)

    assert {(each.state, each.error, each.attempts) for each in resting} == {(PartState.OPEN, "a.test rests.", 0)}
    assert (ended.state, ended.result) == (RunState.SUCCEEDED, {})
    assert farm.assembly.store.runs.sum_part_counts(run.id) == {"asked": 2}


def test_a_cancel_does_not_wait_for_a_host_to_open(farm: Farm, errand: Errand) -> None:
    run = start(farm)
    farm.performer.perform(run.id)
    farm.clock.jump(hours=1)
    farm.assembly.store.runs.promote(farm.clock())
    claimed = farm.assembly.store.runs.claim("other", queues=("default",), now=farm.clock(), lease=HOUR, run_id=run.id)
    assert claimed is not None
    farm.assembly.store.runs.keep_note(run.id, claimed.attempt, {"job": "j1"})
    farm.assembly.windrow.runs.cancel(farm.principal, run.id)
    errand.until = farm.clock() + HOUR
    farm.assembly.store.runs.hand_back(
        run.id, claimed.attempt, now=farm.clock(), ready_at=farm.clock(), failed=False, keep_keys=True
    )

    ended = farm.finish(run)

    assert ended.state is RunState.CANCELLED
    assert "What it has going elsewhere was not ended: a.test rests." in farm.log(run)


def test_a_harvest_goes_on_when_its_host_may_be_asked(tmp_path: Path, remote: Remote) -> None:
    server = OaiServer(remote, Repository(items(4), page=2))
    with open_farm(tmp_path / "farm") as farm:
        source, now = farm.add("oai_pmh", server.url, policies=BRISK), farm.clock()
        farm.close_host(hours=1)
        run = farm.start(source)
        farm.performer.perform(run.id)
        resting, asked = farm.run(run.id), len(remote.seen)
        ended = farm.finish(run)

        assert (resting.state, asked) == (RunState.SCHEDULED, 0)
        assert resting.error.endswith("it is not to be asked at this hour.")
        assert (ended.state, ended.progress.done, ended.failures) == (RunState.SUCCEEDED, 4, 0)
        assert farm.clock() >= now + HOUR


def test_a_harvest_that_rests_goes_on_as_soon_as_the_hours_are_taken_back(tmp_path: Path, remote: Remote) -> None:
    server = OaiServer(remote, Repository(items(4), page=2))
    with open_farm(tmp_path / "farm") as farm:
        source = farm.add("oai_pmh", server.url, policies=BRISK)
        farm.close_host(hours=10)
        run = farm.start(source)
        farm.performer.perform(run.id)
        resting = farm.run(run.id).state
        farm.open_host()
        woken = farm.run(run.id)

        assert (resting, woken.state) == (RunState.SCHEDULED, RunState.QUEUED)
        assert woken.ready_at <= farm.clock()
        assert farm.finish(run).state is RunState.SUCCEEDED
