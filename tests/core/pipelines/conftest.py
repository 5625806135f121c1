"""What the tests of pipelines use: a farm with kinds of work that do as they are told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from tests.harvests.farm import Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind, record
from windrow.core.runs import TaskDraft
from windrow.errors import Conflict
from windrow.model.identity import new_id
from windrow.model.runs import Part, Run
from windrow.model.steps import Step
from windrow.model.tasks import Task
from windrow.ports.runs import RunFilter
from windrow.ports.source_kinds import Reading
from windrow.ports.work import Done, Performed, Work


@dataclass
class Told:
    """Returns what it is told, or fails; notes how often it was done."""

    seen: list[Mapping[str, Any]] = field(default_factory=list)

    name: ClassVar[str] = "told"
    schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"says": {}, "fails": {"type": "string"}, "half": {"type": "boolean"}},
    }

    def perform(self, work: Work) -> Performed:
        self.seen.append(work.run.parameters)
        if "fails" in work.run.parameters:
            raise Conflict(work.run.parameters["fails"])
        half = work.run.parameters.get("half", False)
        return Done({"said": work.run.parameters.get("says")}, failed=int(half))

    def perform_part(self, work: Work, part: Part) -> Mapping[str, int]:
        raise NotImplementedError


@dataclass
class Line:
    """A farm with pipelines in it."""

    farm: Farm
    told: Told
    since: str

    def task(self, *steps: Mapping[str, Any], kind: str = "pipeline", **parameters: Any) -> Task:
        given = {"steps": list(steps), **parameters} if steps else parameters
        return self.farm.assembly.windrow.tasks.create(self.farm.principal, TaskDraft(f"task {new_id()}", kind, given))

    def start(self, *steps: Mapping[str, Any], **parameters: Any) -> Run:
        return self.farm.assembly.windrow.tasks.start(self.farm.principal, self.task(*steps, **parameters).id)

    def turn(self) -> bool:
        """What clocks and a worker do, once; whether there was anything to do."""
        assembly = self.farm.assembly
        drawn = assembly.consequences.draw()
        promoted = assembly.store.runs.promote(self.farm.clock())
        taken = self.farm.performer.take_runs(10) or self.farm.performer.take_parts(10)
        for carry_out in taken:
            carry_out()
        return bool(drawn or promoted or taken)

    def finish(self, run: Run) -> Run:
        while not (now := self.farm.run(run.id)).state.is_terminal:
            assert self.turn(), f"{now.state}: nobody does anything"
        while self.turn():
            pass
        return self.farm.run(run.id)

    def run(self, *steps: Mapping[str, Any], **parameters: Any) -> Run:
        return self.finish(self.start(*steps, **parameters))

    def steps(self, run: Run) -> dict[str, Step]:
        return {each.name: each for each in self.farm.assembly.store.runs.steps(run.id)}

    def states(self, run: Run) -> dict[str, str]:
        return {name: str(each.state) for name, each in self.steps(run).items()}

    def all_runs(self) -> list[Run]:
        """Those of this test."""
        found = self.farm.assembly.store.runs.page(RunFilter(None), limit=100).items
        return [each for each in found if each.id > self.since]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    shelf = Shelf()
    shelf.pages = {"a": lambda: Reading(records=[record("a"), record("b")], total=2)}
    with open_farm(tmp_path_factory.mktemp("line"), kinds=(ShelfKind(shelf),), work=(Told(),)) as farm:
        yield farm


@pytest.fixture
def line(farm: Farm) -> Line:
    """Nothing goes on in it when a test begins."""
    told = farm.assembly.kinds.work["told"]
    assert isinstance(told, Told)
    told.seen.clear()
    return Line(farm, told, since=new_id())


def says(name: str, **changes: Any) -> dict[str, Any]:
    """A step that does as it is told."""
    return {"name": name, "kind": "told", **changes}
