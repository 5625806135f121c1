"""A push follows a harvest that left something to push, and nothing else."""

import pytest

from tests.core.pushing.conftest import Yard, counts
from windrow.model.runs import Cause, Run, RunState
from windrow.model.sources import Source


def follow(yard: Yard, source: Source) -> list[Run]:
    """What follows now from the runs that ended."""
    yard.farm.assembly.consequences.draw()
    return yard.farm.assembly.windrow.targets.active(yard.farm.principal, source.id)


def test_a_push_follows_a_harvest(yard: Yard) -> None:
    source = yard.source("a")
    yard.target(source)
    yard.harvest(source, "a", "b")

    (push,) = follow(yard, source)

    assert (push.kind, push.cause) == ("push", Cause.RUN)
    assert counts(yard.farm.finish(push)) == {"pushed": 2}
    assert follow(yard, source) == []


def test_none_follows_where_nothing_changed(yard: Yard) -> None:
    source = yard.source("a")
    yard.target(source)
    yard.push(source)

    yard.harvest(source, "a")

    assert follow(yard, source) == []


def test_what_people_decided_is_pushed_with_the_next_harvest_though_that_changed_nothing(yard: Yard) -> None:
    source = yard.source("a", "b")
    yard.target(source)
    yard.push(source)
    yard.want(source, "b", wanted=False)

    yard.harvest(source, "a", "b")

    (push,) = follow(yard, source)
    assert counts(yard.farm.finish(push)) == {"removed": 1, "unchanged": 1}


def test_of_a_large_source_the_push_itself_finds_out(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windrow.core.pushing.following.LARGE", 1)
    source = yard.source("a")
    yard.target(source)
    yard.push(source)

    yard.harvest(source, "a")

    (push,) = follow(yard, source)
    assert counts(yard.farm.finish(push)) == {"unchanged": 1}


def test_none_follows_without_a_target_that_is_switched_on(yard: Yard) -> None:
    source = yard.source("a")
    yard.target(source, enabled=False)
    yard.harvest(source, "a", "b")

    assert follow(yard, source) == []


def test_none_follows_a_harvest_that_failed(yard: Yard) -> None:
    source = yard.source("a")
    yard.farm.assembly.consequences.draw()
    yard.target(source)
    run = yard.farm.start(source)
    yard.farm.assembly.windrow.runs.cancel(yard.farm.principal, run.id)

    assert yard.farm.run(run.id).state is RunState.CANCELLED
    assert [each.id for each in follow(yard, source)] == []


def test_a_push_that_waits_is_enough_and_one_at_work_is_not(yard: Yard) -> None:
    source = yard.source("a")
    yard.target(source)
    (first,) = follow(yard, source)
    yard.harvest(source, "a", "b")
    assert [each.id for each in follow(yard, source)] == [first.id]

    yard.farm.performer.perform(first.id)
    yard.harvest(source, "a", "b", "c")
    second, _ = follow(yard, source)

    assert (second.state, second.blocked_by) == (RunState.QUEUED, "")
    assert counts(yard.farm.finish(first)) == {"pushed": 2}
    assert counts(yard.farm.finish(second)) == {"pushed": 1, "unchanged": 2}
