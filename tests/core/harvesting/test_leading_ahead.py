"""Where pages lead to one another and may be asked for again, the next ones are begun before the last is committed."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.core.harvesting.test_resuming import die
from tests.harvests.farm import BRISK, Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind, record
from windrow.core.harvesting import committing
from windrow.errors import RemoteUnreadable
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Loaded, PageKey, PageRequest, Reading
from windrow.storage.harvests import SqlHarvests

PAGES = 20


@dataclass
class Chain(Shelf):
    """A shelf whose pages lead to others. `leads`: what some of them tell of that before they are read."""

    leads: dict[str, Sequence[PageKey]] = field(default_factory=dict)


class LeadingKind(ShelfKind):
    """A shelf whose pages may be asked for at any time, and tell where they lead as soon as they are there."""

    def leads_to(self, page: PageRequest, loaded: Loaded) -> Sequence[PageKey]:
        assert isinstance(self._shelf, Chain)
        found = self._shelf.pages[page.key["page"]]
        return self._shelf.leads.get(page.key["page"], found.next if isinstance(found, Reading) else ())


@pytest.fixture
def shelf() -> Chain:
    return Chain()


@pytest.fixture
def farm(tmp_path: Path, shelf: Shelf) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(LeadingKind(shelf),)) as farm:
        yield farm


@pytest.fixture
def chain(shelf: Chain) -> Chain:
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
def test_pages_that_follow_one_another_are_committed_together(farm: Farm, chain: Chain, commits: list[str]) -> None:
    ended = farm.harvest(farm.add("shelf", policies=BRISK))

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
    assert chain.asked == [str(number) for number in range(PAGES)]
    assert len(commits) < PAGES / 2


def test_pages_are_asked_for_while_the_first_is_still_read(farm: Farm, chain: Chain) -> None:
    first, last = chain.pages["0"], threading.Event()
    assert isinstance(first, Reading)

    def slowly() -> Reading:
        assert last.wait(30)
        return first

    def read_at_once() -> Reading:
        last.set()
        return Reading(records=[record("r3")], next=[{"page": "4"}], total=PAGES)

    chain.pages["0"], chain.pages["3"] = slowly, read_at_once
    chain.leads = {"0": [{"page": "1"}], "3": [{"page": "4"}]}

    ended = farm.harvest(farm.add("shelf", policies=BRISK))

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
    assert chain.asked == [str(number) for number in range(PAGES)]


def test_a_page_that_cannot_tell_early_leads_on_once_it_is_read(farm: Farm, chain: Chain) -> None:
    chain.leads = {str(number): [] for number in range(0, PAGES, 3)}

    ended = farm.harvest(farm.add("shelf", policies=BRISK))

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
    assert chain.asked == [str(number) for number in range(PAGES)]


def test_a_second_harvest_follows_what_has_not_changed(farm: Farm, chain: Chain) -> None:
    chain.fingerprints = {str(number): b"the same" for number in range(PAGES)}
    source = farm.add("shelf", policies=BRISK)
    farm.harvest(source)

    ended = farm.harvest(source)

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"unchanged": PAGES})


def test_a_page_that_fails_ahead_of_its_time_is_tried_again(farm: Farm, chain: Chain) -> None:
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


def test_a_circle_that_is_longer_than_what_is_read_ahead_has_an_end(farm: Farm, chain: Chain) -> None:
    last = str(PAGES - 1)
    chain.pages[last] = Reading(records=[record(f"r{last}")], next=[{"page": "0"}], total=PAGES)

    ended = farm.harvest(farm.add("shelf", policies=BRISK))

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
    assert chain.asked == [str(number) for number in range(PAGES)]


@pytest.mark.parametrize("commit", [1, 2])
@pytest.mark.parametrize("after", [True, False])
def test_after_a_crash_it_goes_on_from_the_last_commit(
    farm: Farm, chain: Chain, monkeypatch: pytest.MonkeyPatch, commit: int, *, after: bool
) -> None:
    monkeypatch.setattr(committing, "GATHER_RECORDS", 3)
    run = farm.start(farm.add("shelf", policies=BRISK))
    die(farm, run, commit=commit, after=after)

    ended = farm.finish(run)

    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": PAGES})
