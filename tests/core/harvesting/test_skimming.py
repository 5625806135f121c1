"""Skimming: a page whose records are all known by their bytes is not read; any other is, and nothing is missed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.harvests.farm import Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind, record, unreadable
from windrow.model.resources import RemoteRecord
from windrow.ports.source_kinds import Broken, Loaded, PageRequest, PassRequest, Reading, left_behind


def _as_it_is(reading: Reading) -> Reading | None:
    return replace(reading, records=[each._replace(raw=b"", read=left_behind) for each in reading.records])


@dataclass
class Counter(Shelf):
    """A shelf that counts how often its pages were read. `skims`: what is made of a reading."""

    skims: Callable[[Reading], Reading | None] = _as_it_is
    read: list[str] = field(default_factory=list)


class SkimmingKind(ShelfKind):
    """A shelf that can be looked at without being read."""

    def skim(self, page: PageRequest, loaded: Loaded) -> Reading | None:
        assert isinstance(self._shelf, Counter)
        found = self._shelf.pages[page.key["page"]]
        assert isinstance(found, Reading)
        return self._shelf.skims(found)

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        assert isinstance(self._shelf, Counter)
        self._shelf.read.append(page.key["page"])
        return super().read(request, page, loaded)


@pytest.fixture
def shelf() -> Counter:
    return Counter()


@pytest.fixture
def farm(tmp_path: Path, shelf: Shelf) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(SkimmingKind(shelf),)) as farm:
        yield farm


def test_a_page_of_known_records_is_not_read_again(farm: Farm, shelf: Counter) -> None:
    shelf.put("a", "b", "a", total=3)
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.read.clear()

    run = farm.harvest(source)

    assert shelf.read == []
    assert run.progress.counts == {"unchanged": 2, "duplicate": 1}
    assert farm.presences(source) == {"a": "present", "b": "present"}


def test_what_cannot_be_read_stays_in_quarantine_unread(farm: Farm, shelf: Counter) -> None:
    shelf.pages = {"1": Reading(records=[record("a"), unreadable("b")])}
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.read.clear()

    run = farm.harvest(source)

    assert shelf.read == []
    assert run.progress.counts == {"unchanged": 1, "quarantined": 1}


def test_a_page_with_one_other_record_is_read_once(farm: Farm, shelf: Counter) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.read.clear()
    shelf.pages = {"1": Reading(records=[record("a"), record("b", "Another title"), record("c")])}

    run = farm.harvest(source)

    assert shelf.read == ["1"]
    assert run.progress.counts == {"unchanged": 1, "changed": 1, "added": 1}
    assert farm.titles(source) == {"a": "Title of a", "b": "Another title", "c": "Title of c"}


def _renamed(reading: Reading) -> Reading:
    return replace(reading, records=[_named(each, f"guess-{each.identifier}") for each in reading.records])


def _named(remote: RemoteRecord, identifier: str) -> RemoteRecord:
    return remote._replace(identifier=identifier, raw=b"", read=left_behind)


def _swapped(reading: Reading) -> Reading:
    names = [each.identifier for each in reading.records]
    return replace(
        reading, records=[_named(each, name) for each, name in zip(reading.records, reversed(names), strict=True)]
    )


@pytest.mark.parametrize(
    "guess",
    [
        _renamed,
        _swapped,
        lambda reading: replace(reading, records=[_named(reading.records[0], "nul\0")]),
        lambda reading: replace(reading, records=[_named(reading.records[0], "long" * 1000)]),
        lambda reading: None,
    ],
    ids=["other names", "one another's names", "no name that can be kept", "a name that is too long", "not certain"],
)
def test_a_wrong_guess_costs_a_reading_and_nothing_else(
    farm: Farm, shelf: Counter, guess: Callable[[Reading], Reading | None]
) -> None:
    shelf.skims = guess
    shelf.put("a", "b")
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[record("a"), record("b", "Another title")])}

    run = farm.harvest(source)

    assert run.progress.counts == {"unchanged": 1, "changed": 1}
    assert farm.titles(source) == {"a": "Title of a", "b": "Another title"}


def test_what_stands_on_a_page_beside_a_changed_record_counts_though_it_was_not_skimmed(
    farm: Farm, shelf: Counter
) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.skims = lambda reading: _as_it_is(replace(reading, broken=(), gone=()))
    shelf.pages = {
        "1": Reading(records=[record("a", "Another title")], gone=["b"], broken=[Broken("c", b"<", "Malformed.")])
    }

    run = farm.harvest(source)

    assert run.progress.counts == {"changed": 1, "gone": 1, "quarantined": 1, "held": 1}
    assert farm.presences(source) == {"a": "present", "b": "missing", "c": "present"}


def test_what_comes_back_is_restored_without_being_read(farm: Farm, shelf: Counter) -> None:
    shelf.pages = {"1": Reading(records=[record(each) for each in "abcdefghijkl"])}
    source = farm.add("shelf")
    farm.harvest(source)
    whole = shelf.pages
    shelf.pages = {"1": Reading(records=[record(each) for each in "abcdefghijk"])}
    farm.harvest(source)
    shelf.pages = whole
    shelf.read.clear()

    run = farm.harvest(source)

    assert shelf.read == []
    assert run.progress.counts == {"unchanged": 11, "restored": 1}
    assert farm.presences(source)["l"] == "present"
