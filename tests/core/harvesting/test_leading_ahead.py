"""Where pages lead to one another and may be asked for again, the next ones are begun before the last is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.core.harvesting.test_resuming import die
from tests.harvests.farm import BRISK, Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind, record
from windrow.core.harvesting import committing
from windrow.errors import RemoteUnreadable
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Reading
from windrow.storage.harvests import SqlHarvests

PAGES = 20


class LeadingKind(ShelfKind):
    """A shelf whose pages may be asked for at any time."""

    leads_ahead: ClassVar[bool] = True


@pytest.fixture
def farm(tmp_path: Path, shelf: Shelf) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(LeadingKind(shelf),)) as farm:
        yield farm


@pytest.fixture
def chain(shelf: Shelf) -> Shelf:
    """Pages of one record, each of which leads to the next."""
    for number in range(PAGES):
        following = [{"page": str(number + 1)}] if number + 1 < PAGES else []
        shelf.pages[str(number)] = Reading(records=[record(f"r{number}")], next=following, total=PAGES)
    shelf.first = ["0"]
    return shelf


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are committed when there are enough of them, or none is left to wait for."""
    monkeypatch.setattr(committing, "GATHER_SECONDS", 1e6)


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each transaction that commits pages, by its run."""
    made: list[str] = []
    original = SqlHarvests.committing

    @contextmanager
    def noting(self: SqlHarvests, run_id: str, *given: Any) -> Iterator[Any]:
        made.append(run_id)
        with original(self, run_id, *given) as commit:
            yield commit

    monkeypatch.setattr(SqlHarvests, "committing", noting)
    return made


@pytest.mark.usefixtures("unhurried")
def test_pages_that_follow_one_another_are_committed_together(farm: Farm, chain: Shelf, commits: list[str]) -> None:
    ended = farm.harvest(farm.add("shelf", policies=BRISK))

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
    assert chain.asked == [str(number) for number in range(PAGES)]
    assert len(commits) < PAGES / 2


def test_a_second_harvest_follows_what_has_not_changed(farm: Farm, chain: Shelf) -> None:
    chain.fingerprints = {str(number): b"the same" for number in range(PAGES)}
    source = farm.add("shelf", policies=BRISK)
    farm.harvest(source)

    ended = farm.harvest(source)

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"unchanged": PAGES})


def test_a_page_that_fails_ahead_of_its_time_is_tried_again(farm: Farm, chain: Shelf) -> None:
    good, tries = chain.pages["3"], []

    def at_first_bad() -> Reading:
        tries.append(1)
        if len(tries) == 1:
            raise RemoteUnreadable("half a page")
        assert isinstance(good, Reading)
        return good

    chain.pages["3"] = at_first_bad

    ended = farm.harvest(farm.add("shelf", policies=BRISK))

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
    assert len(tries) == 2


def test_a_page_that_leads_back_counts_once(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {
        "a": Reading(records=[record("a")], next=[{"page": "b"}]),
        "b": Reading(records=[record("b")], next=[{"page": "a"}]),
    }
    shelf.first = ["a"]

    ended = farm.harvest(farm.add("shelf", policies=BRISK))

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": 2})


def test_a_circle_that_is_longer_than_what_is_read_ahead_has_an_end(farm: Farm, chain: Shelf) -> None:
    last = str(PAGES - 1)
    chain.pages[last] = Reading(records=[record(f"r{last}")], next=[{"page": "0"}], total=PAGES)

    ended = farm.harvest(farm.add("shelf", policies=BRISK))

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
    assert chain.asked == [str(number) for number in range(PAGES)]


@pytest.mark.parametrize("commit", [1, 2])
@pytest.mark.parametrize("after", [True, False])
def test_after_a_crash_it_goes_on_from_the_last_commit(
    farm: Farm, chain: Shelf, monkeypatch: pytest.MonkeyPatch, commit: int, *, after: bool
) -> None:
    monkeypatch.setattr(committing, "GATHER_RECORDS", 3)
    run = farm.start(farm.add("shelf", policies=BRISK))
    die(farm, run, commit=commit, after=after)

    ended = farm.finish(run)

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
