"""An interrupted harvest goes on from its last committed page, and comes to what it would have come to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harvests.farm import BRISK, TENDER, Farm, open_farm, wait_for
from tests.harvests.shelf import Shelf, ShelfKind, record
from windrow.core.harvesting import committing
from windrow.core.harvesting.comparing import plain
from windrow.errors import RemoteUnreadable, StoreUnavailable
from windrow.model.identity import new_id
from windrow.model.runs import Progress, Run, RunState
from windrow.ports.harvests import CommitPage
from windrow.ports.source_kinds import Opening, Reading, Reference
from windrow.storage.harvests import SqlHarvests

ONE_BY_ONE = replace(TENDER, concurrency=1)


@pytest.fixture
def page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is committed by itself."""
    monkeypatch.setattr(committing, "GATHER_RECORDS", 1)


class Killed(BaseException):
    """What a worker is not there to catch."""


@contextmanager
def killed_at(commit: int, *, after: bool) -> Iterator[None]:
    """The process dies at that commit (1 is the first), before or after it."""
    original = SqlHarvests.committing
    left = [commit]

    @contextmanager
    def dying(self: SqlHarvests, *given: Any) -> Iterator[CommitPage]:
        left[0] -= 1
        with original(self, *given) as commit_page:
            yield commit_page
            if left[0] == 0 and not after:
                raise Killed
        if left[0] == 0:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlHarvests, "committing", dying)
        yield


def die(farm: Farm, run: Run, *, commit: int, after: bool = True) -> None:
    """An attempt whose worker dies at that commit, if it comes so far; what it held is free again."""
    with killed_at(commit, after=after):
        try:
            farm.performer.perform(run.id)
        except Killed:
            farm.performer = farm.assembly.performer(new_id())
            for worker_id in {farm.run(run.id).worker_id}:
                farm.assembly.store.workers.leave(worker_id, now=farm.clock())


@pytest.mark.usefixtures("page_by_page")
def test_committed_pages_are_not_asked_for_again(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {name: Reading(records=[record(name)], total=4) for name in "abcd"}
    source = farm.add("shelf", policies=ONE_BY_ONE)
    run = farm.start(source)
    die(farm, run, commit=2)
    shelf.asked.clear()

    ended = farm.finish(run)

    assert shelf.asked == ["c", "d"]
    assert len(shelf.requests) == 1, "the pass was opened once"
    assert (ended.state, ended.progress.counts, ended.progress.total) == (RunState.SUCCEEDED, {"added": 4}, 4)


def test_what_an_earlier_attempt_saw_is_not_absent(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {name: Reading(records=[record(name)]) for name in "abcd"}
    source = farm.add("shelf", policies=ONE_BY_ONE)
    farm.harvest(source)
    del shelf.pages["d"]
    run = farm.start(source)
    die(farm, run, commit=2)

    ended = farm.finish(run)

    assert ended.result["counts"] == {"unchanged": 3, "deleted": 1}
    assert farm.presences(source) == {"a": "present", "b": "present", "c": "present", "d": "gone"}


def test_what_an_earlier_attempt_was_told_is_gone_goes(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf", policies=ONE_BY_ONE)
    farm.harvest(source)
    shelf.opening = Opening((), listing=False)
    shelf.pages = {"1": Reading(gone=["a"]), "2": Reading(records=[record("c")])}
    run = farm.start(source)
    die(farm, run, commit=1)

    ended = farm.finish(run)

    assert ended.result["counts"] == {"gone": 1, "added": 1, "deleted": 1}


def test_a_failed_page_and_a_doubt_are_remembered(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf", policies=ONE_BY_ONE)
    farm.harvest(source)
    shelf.pages = {
        "1": Reading(records=[record("a")]),
        "2": Reading(records=[record("a")]),
        "3": Reading(records=[record("c")]),
    }
    run = farm.start(source)
    die(farm, run, commit=2)

    farm.finish(run)

    assert farm.presences(source)["b"] == "missing", "the list shifted before the worker died"


def test_a_total_that_a_page_announced_is_remembered(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")], total=3), "2": Reading(records=[record("b")])}
    source = farm.add("shelf", policies=ONE_BY_ONE)
    run = farm.start(source)
    die(farm, run, commit=1)

    ended = farm.finish(run)

    assert (ended.state, ended.error) == (RunState.PARTIAL, "the source announced 3 records and gave 2")


def test_where_one_page_is_asked_for_after_the_other_the_first_one_counts(
    farm: Farm, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = threading.Event()
    take = committing.Committer.take

    def told(self: committing.Committer, prepared: Any) -> None:
        take(self, prepared)
        taken.set()

    def slow() -> Reading:
        assert not taken.wait(0.5), "the second page has overtaken this one"
        return Reading(records=[record("a", "of the first page")])

    monkeypatch.setattr(committing.Committer, "take", told)
    shelf.pages = {"1": slow, "2": Reading(records=[record("a", "of the second page")])}
    source = farm.add("shelf", policies=ONE_BY_ONE)

    run = farm.harvest(source)

    assert (farm.titles(source), run.state) == ({"a": "of the first page"}, RunState.SUCCEEDED)


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, Any]:
    """Pages of records, references and declared deletions; identifiers may come again on other pages."""
    names = st.lists(st.sampled_from("abcdefgh"), max_size=4, unique=True)
    return {
        str(page): Reading(
            records=[record(each, draw(st.sampled_from(["one", "two"])) + each) for each in draw(names)],
            references=[Reference(each, each) for each in draw(st.lists(st.sampled_from("uvwxyz"), max_size=3))],
            gone=draw(st.lists(st.sampled_from("ijk"), max_size=1)),
        )
        for page in range(draw(st.integers(1, 5)))
    }


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(first=layouts(), second=layouts(), kills=st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=3))
def test_wherever_it_is_killed_the_outcome_is_the_same(
    first: dict[str, Any], second: dict[str, Any], kills: list[tuple[int, bool]]
) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        left_alone = _outcome(Path(one), first, second, [])
        killed = _outcome(Path(other), first, second, kills)

    assert killed == left_alone


def _outcome(folder: Path, first: dict[str, Any], second: dict[str, Any], kills: list[tuple[int, bool]]) -> Any:
    shelf = Shelf(pages=first)
    shelf.documents = {each: Reading(records=[record(each)]) for each in "uvwxyz"}
    with open_farm(folder, kinds=(ShelfKind(shelf),)) as farm:
        source = farm.add("shelf", policies=ONE_BY_ONE)
        farm.harvest(source)
        shelf.pages = second
        run = farm.start(source)
        for commit, after in kills:
            die(farm, run, commit=commit, after=after)
        ended = farm.finish(run)
        assert (
            sum(ended.progress.counts.values())
            - ended.result["counts"].get("deleted", 0)
            - ended.result["counts"].get("held", 0)
            == ended.progress.done
        )
        found = {name: (each.presence, each.outcome, each.title) for name, each in farm.resources(source).items()}
        reviews = [(each.state, each.missing) for each in farm.reviews(source)]
        return ended.state, ended.error, ended.progress, plain(ended.result["counts"]), found, reviews


def test_a_drained_worker_gives_the_run_back_with_what_it_committed(farm: Farm, shelf: Shelf) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow() -> Reading:
        reached.set()
        go_on.wait(20)
        return Reading(records=[record("b")])

    shelf.pages = {"1": Reading(records=[record("a")]), "2": slow, "3": Reading(records=[record("c")])}
    source = farm.add("shelf", policies=ONE_BY_ONE)
    run = farm.start(source)
    thread = threading.Thread(target=farm.performer.perform, args=(run.id,))
    thread.start()
    assert reached.wait(20)

    farm.performer.drain()
    go_on.set()
    thread.join(20)

    given_back = farm.run(run.id)
    assert (given_back.state, given_back.failures) == (RunState.QUEUED, 0)
    assert given_back.progress.done == len(farm.titles(source)) >= 1
    farm.performer = farm.assembly.performer(new_id())
    assert farm.finish(run).progress.counts == {"added": 3}


def test_pages_that_come_close_together_share_a_transaction(
    farm: Farm, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "GATHER_SECONDS", 60.0)
    shelf.pages = {name: Reading(records=[record(name)]) for name in "abcde"}
    transactions = []
    original = SqlHarvests.committing

    def counted(self: SqlHarvests, *given: Any) -> Any:
        transactions.append(given)
        return original(self, *given)

    monkeypatch.setattr(SqlHarvests, "committing", counted)

    run = farm.harvest(farm.add("shelf"))

    assert run.progress.counts == {"added": 5}
    assert len(transactions) == 1


def test_a_drained_worker_commits_what_it_gathered(farm: Farm, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committing, "GATHER_SECONDS", 60.0)
    reached, go_on = threading.Event(), threading.Event()

    def slow() -> Reading:
        reached.set()
        go_on.wait(20)
        return Reading(records=[record("b")])

    shelf.pages = {"1": Reading(records=[record("a")]), "2": slow}
    run = farm.start(farm.add("shelf", policies=ONE_BY_ONE))
    thread = threading.Thread(target=farm.performer.perform, args=(run.id,))
    thread.start()
    assert reached.wait(20)

    farm.performer.drain()
    wait_for(lambda: farm.run(run.id).progress.done == 1)
    go_on.set()
    thread.join(20)

    assert farm.run(run.id).state is RunState.QUEUED


def test_a_worker_that_drains_takes_nothing_to_its_heart(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a")
    run = farm.start(farm.add("shelf"))
    farm.performer.drain()

    farm.performer.perform(run.id)

    assert farm.run(run.id).state is RunState.QUEUED
    assert shelf.asked == []


def test_a_source_stays_its_runs_own_while_that_rests(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")]), "2": RemoteUnreadable("asleep", retry_after=600)}
    source = farm.add("shelf")
    run = farm.start(source)
    farm.performer.perform(run.id)
    resting = farm.run(run.id)
    assert (resting.state, resting.error) == (RunState.SCHEDULED, "asleep")
    second = replace(resting, id=new_id(), state=RunState.QUEUED, progress=Progress())
    farm.assembly.store.runs.add([second])

    assert farm.performer.perform(second.id) is False

    shelf.pages["2"] = Reading(records=[record("b")])
    assert farm.finish(run).progress.counts == {"added": 2}
    assert farm.finish(second).progress.counts == {"unchanged": 2}


def test_two_passes_that_met_all_the_same_delete_nothing(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {name: Reading(records=[record(name)]) for name in "abcd"}
    source = farm.add("shelf", policies=ONE_BY_ONE)
    farm.harvest(source)
    del shelf.pages["d"]
    run = farm.start(source)
    second = replace(run, id=new_id())
    farm.assembly.store.runs.add([second])
    die(farm, run, commit=1)

    ended_second, ended = farm.finish(second), farm.finish(run)

    assert (ended.state, ended_second.state) == (RunState.PARTIAL, RunState.PARTIAL)
    assert "harvested the same source before this one had ended" in ended.error
    assert "had begun to harvest the same source and not ended" in ended_second.error
    assert farm.presences(source)["d"] == "present"


def test_an_attempt_that_lost_its_lease_writes_nothing_more(farm: Farm, shelf: Shelf) -> None:
    others: list[Run] = []

    def lose() -> Reading:
        if not others:
            farm.assembly.store.workers.leave(farm.performer.worker_id, now=farm.clock())
            taken = farm.assembly.store.runs.claim(
                "other", queues=["default"], now=farm.clock(), lease=farm.performer.lease, run_id=run.id
            )
            assert taken is not None
            others.append(taken)
        return Reading(records=[record("a")])

    shelf.pages = {"1": lose}
    source = farm.add("shelf")
    run = farm.start(source)

    farm.performer.perform(run.id)

    now = farm.run(run.id)
    assert (now.state, now.attempt, now.worker_id, now.progress.done) == (RunState.RUNNING, 2, "other", 0)
    assert farm.resources(source) == {}


def test_a_page_is_tried_again_with_growing_waits_and_then_given_up(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")]), "2": RemoteUnreadable("cut off")}
    source = farm.add("shelf", policies=replace(BRISK, page_attempts=3))

    run = farm.harvest(source)

    tries = [each for each in farm.log(run) if each.startswith("cut off")]
    assert shelf.asked.count("2") == 3
    assert [each.partition(";")[0] for each in tries] == ["cut off Try 1", "cut off Try 2", "cut off"]
    assert (run.state, run.error, run.result["failed_pages"]) == (RunState.PARTIAL, "a page failed: cut off", 1)


def test_a_page_that_comes_at_the_second_try_leaves_no_trace_in_the_outcome(farm: Farm, shelf: Shelf) -> None:
    answers = iter([RemoteUnreadable("cut off")])

    def mend() -> Reading:
        for error in answers:
            raise error
        return Reading(records=[record("b")])

    shelf.pages = {"1": Reading(records=[record("a")]), "2": mend}

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.error, run.progress.counts) == (RunState.SUCCEEDED, "", {"added": 2})


def test_a_database_that_goes_away_is_no_failure_of_the_run(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {name: Reading(records=[record(name)]) for name in "abc"}
    source = farm.add("shelf", policies=ONE_BY_ONE)
    run = farm.start(source)
    original = SqlHarvests.committing
    broken = [True]

    @contextmanager
    def flaky(self: SqlHarvests, *given: Any) -> Iterator[CommitPage]:
        if broken and shelf.asked[-1] != "a":
            broken.clear()
            raise StoreUnavailable("it is being restarted")
        with original(self, *given) as commit_page:
            yield commit_page

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SqlHarvests, "committing", flaky)
        ended = farm.finish(run)

    assert (ended.state, ended.failures, ended.progress.counts) == (RunState.SUCCEEDED, 0, {"added": 3})


def test_cancelled_between_two_tries_of_a_page(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")]), "2": RemoteUnreadable("asleep", retry_after=15)}
    source = farm.add("shelf")
    run = farm.start(source)
    thread = threading.Thread(target=farm.finish, args=(run,))
    thread.start()
    wait_for(lambda: shelf.asked.count("2") == 1 and farm.run(run.id).progress.done == 1)

    farm.assembly.windrow.runs.cancel(farm.principal, run.id)
    thread.join(20)

    ended = farm.run(run.id)
    assert (ended.state, ended.progress.counts) == (RunState.CANCELLED, {"added": 1})
    assert farm.harvest(source).state in (RunState.PARTIAL, RunState.FAILED), "the source is free again"
