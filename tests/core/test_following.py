"""Following a run: every change as it is committed, all of the log, and an end."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harvests.farm import Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind, record
from windrow.core import following
from windrow.core.following import follow
from windrow.model.runs import Level, RunState
from windrow.ports.runs import Entry
from windrow.ports.source_kinds import Reading


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def farm(tmp_path: Path, shelf: Shelf) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(ShelfKind(shelf),)) as farm:
        yield farm


def test_it_tells_each_page_as_it_is_committed_and_ends_with_the_run(farm: Farm, shelf: Shelf) -> None:
    store = farm.assembly.store
    seen: list[int] = []
    gates = {name: threading.Event() for name in "abc"}

    def page(name: str) -> Reading:
        assert gates[name].wait(20)
        return Reading(records=[record(name)], total=3)

    shelf.pages = {name: lambda name=name: page(name) for name in "abc"}  # type: ignore[misc]  # a default is no keyword
    run = farm.start(farm.add("shelf"))
    worker = threading.Thread(target=farm.finish, args=(run,))
    worker.start()
    gates["a"].set()

    states = []
    for followed in follow(store, run.id, store.changes):
        assert followed is not None
        done = followed.run.progress.done
        if done and done not in seen:
            seen.append(done)
            gates["abc"[min(done, 2)]].set()
        states.append(followed.run.state)
    worker.join(20)

    assert seen == [1, 2, 3]
    assert states[-1] is RunState.SUCCEEDED
    assert RunState.SUCCEEDED not in states[:-1]


def test_it_tells_all_of_a_long_log_of_a_run_that_has_ended(farm: Farm, shelf: Shelf) -> None:
    store = farm.assembly.store
    shelf.put("a")
    run = farm.harvest(farm.add("shelf"))
    store.runs.write_log(run.id, [Entry(farm.clock(), Level.INFO, f"line {n}") for n in range(250)], keep=1000)

    told = [entry.message for each in follow(store, run.id, store.changes) if each for entry in each.entries]

    assert told == farm.log(run)
    assert len(told) > 250


def test_it_says_now_and_then_that_it_is_still_there(farm: Farm, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "STILL_HERE", 0.05)
    store = farm.assembly.store
    run = farm.start(farm.add("shelf"))
    followed = follow(store, run.id, store.changes)

    first, second = next(followed), next(followed)

    assert first is not None
    assert (first.run, second) == (run, None)
    followed.close()
