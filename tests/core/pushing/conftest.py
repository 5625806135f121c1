"""What the tests of pushing use: a farm whose remote is a shelf, and whose target is a depot."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.harvests.depot import Depot, DepotKind
from tests.harvests.farm import TENDER, Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind
from windrow.core.targets import TargetDraft, TargetView
from windrow.model.runs import Run, RunState
from windrow.model.sources import Policies, Source
from windrow.model.targets import Delivery, Pace, Standing, Target

URL = "http://127.0.0.1:9/depot"


@dataclass
class Yard:
    """A farm with a shelf and a depot, and what the tests do with them."""

    farm: Farm
    shelf: Shelf
    depot: Depot

    def source(self, *names: str, policies: Policies = TENDER) -> Source:
        """A source that was harvested, with these records."""
        source = self.farm.add("shelf", policies=policies)
        if names:
            self.harvest(source, *names)
        return source

    def harvest(self, source: Source, *names: str) -> Run:
        self.shelf.put(*names)
        return self.farm.harvest(source)

    def target(self, source: Source, name: str = "depot", url: str = URL, **changes: Any) -> Target:
        draft = TargetDraft(name, "depot", url, pace=Pace(0), **changes)
        return self.farm.assembly.windrow.targets.create(self.farm.principal, source.id, draft).target

    def push(self, source: Source, target: Target | None = None, *, full: bool = False) -> Run:
        """A whole push, however many attempts it takes; the run as it ended."""
        number = None if target is None else target.id
        return self.farm.finish(
            self.farm.assembly.windrow.targets.push(self.farm.principal, source.id, number, full=full)
        )

    def view(self, target: Target) -> TargetView:
        return self.farm.assembly.windrow.targets.view(self.farm.principal, target.source_id, target.id)

    def standing(self, target: Target) -> Standing:
        return self.view(target).standing

    def deliveries(self, target: Target, *, failed: bool | None = None) -> dict[str, Delivery]:
        page = self.farm.assembly.store.targets.deliveries(target.id, failed=failed, limit=1000)
        return {each.identifier: each for each in page.items}

    def resource_ids(self, source: Source, *names: str) -> list[int]:
        found = self.farm.resources(source)
        return [found[each].id for each in names]

    def want(self, source: Source, *names: str, wanted: bool) -> None:
        ids = self.resource_ids(source, *names)
        self.farm.assembly.windrow.sources.want(self.farm.principal, source.id, ids, wanted=wanted)


def counts(run: Run) -> dict[str, int]:
    """What a push says that it did, without what it did none of."""
    assert run.state in (RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED), run
    return {word: count for word, count in run.progress.counts.items() if count}


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    shelf, depot = Shelf(), Depot()
    with open_farm(tmp_path / "farm", kinds=(ShelfKind(shelf),), targets=(DepotKind(depot),)) as farm:
        yield Yard(farm, shelf, depot)
