"""What follows from the end of a run is begun once; one consequence that cannot be told keeps no other."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.harvests.farm import Farm, open_farm
from windrow.core.consequences import Consequences
from windrow.errors import StoreUnavailable
from windrow.model.runs import Run, RunState
from windrow.model.sources import Source


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path / "farm") as farm:
        yield farm


def ended(farm: Farm) -> Run:
    """A harvest that was cancelled before it began."""
    run = farm.start(farm.add("waf"))
    farm.assembly.windrow.runs.cancel(farm.principal, run.id)
    return farm.run(run.id)


def test_what_follows_is_begun_once_and_told_of_the_run_and_its_source(farm: Farm) -> None:
    run = ended(farm)
    told: list[tuple[str, str]] = []

    def check(ended: Run, source: Source) -> Sequence[Run]:
        told.append((ended.id, source.name))
        return []

    consequences = Consequences(farm.assembly.store, [check])

    assert [consequences.draw(), consequences.draw()] == [1, 0]
    assert told == [(run.id, farm.assembly.store.sources.get(run.parameters["source_id"], tenant_id=None).name)]


def test_one_that_cannot_be_told_keeps_no_other(farm: Farm) -> None:
    ended(farm)
    told: list[RunState] = []

    def fail(ended: Run, source: Source) -> Sequence[Run]:
        raise RuntimeError("a bug")

    def tell(ended: Run, source: Source) -> Sequence[Run]:
        told.append(ended.state)
        return []

    assert Consequences(farm.assembly.store, [fail, tell]).draw() == 1
    assert told == [RunState.CANCELLED]


def test_while_the_database_is_away_nothing_is_forgotten(farm: Farm) -> None:
    ended(farm)

    def fail(ended: Run, source: Source) -> Sequence[Run]:
        raise StoreUnavailable("away")

    with pytest.raises(StoreUnavailable):
        Consequences(farm.assembly.store, [fail]).draw()

    assert Consequences(farm.assembly.store, []).draw() == 1


def test_nothing_follows_where_the_source_is_gone(farm: Farm) -> None:
    run = ended(farm)
    farm.assembly.windrow.sources.delete(farm.principal, run.parameters["source_id"])

    assert Consequences(farm.assembly.store, []).draw() == 0
