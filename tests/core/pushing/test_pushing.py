"""A push puts what is new or changed into the targets, takes away what went, and leaves the rest alone."""

from dataclasses import replace

import pytest

from tests.core.pushing.conftest import URL, Yard, counts
from tests.harvests.farm import BRISK, TENDER
from tests.harvests.shelf import record
from windrow.errors import Conflict
from windrow.model.runs import RunState
from windrow.model.sources import Credential, CredentialKind
from windrow.model.targets import Standing
from windrow.ports.source_kinds import Reading


def test_everything_is_pushed_once(yard: Yard) -> None:
    source = yard.source("a", "b", "c")
    target = yard.target(source)

    first, second = yard.push(source), yard.push(source)

    assert (first.state, counts(first)) == (RunState.SUCCEEDED, {"pushed": 3})
    assert (second.state, counts(second)) == (RunState.SUCCEEDED, {"unchanged": 3})
    assert yard.depot.puts == ["a", "b", "c"]
    assert yard.depot.at(URL) == {each: f"Title of {each}" for each in "abc"}
    assert yard.standing(target) == Standing(pushed=3, waiting=0, failed=0)


def test_a_target_is_given_the_document_as_it_came_and_what_it_called_it_before(yard: Yard) -> None:
    source = yard.source("a")
    yard.target(source, settings={"rack": "north"})
    yard.push(source)
    before = yard.depot.items["a"]

    yard.push(source, full=True)

    (number,) = yard.resource_ids(source, "a")
    assert (before.number, before.raw, before.media_type, before.remote) == (number, b"Title of a", "text/plain", "")
    assert yard.depot.items["a"].remote == "depot/a"
    assert yard.depot.requests[0].settings == {"rack": "north"}


def test_only_what_changed_is_pushed_again(yard: Yard) -> None:
    source = yard.source("a", "b")
    yard.target(source)
    yard.push(source)
    yard.shelf.pages = {"1": Reading(records=[record("a"), record("b", "another title")])}
    yard.farm.harvest(source)

    run = yard.push(source)

    assert counts(run) == {"pushed": 1, "unchanged": 1}
    assert yard.depot.at(URL) == {"a": "Title of a", "b": "another title"}


def test_what_the_remote_no_longer_has_is_taken_away_and_comes_back_with_it(yard: Yard) -> None:
    source = yard.source("a", "b")
    yard.target(source)
    yard.push(source)

    yard.harvest(source, "a")
    gone = yard.push(source)
    yard.harvest(source, "a", "b")
    back = yard.push(source)

    assert counts(gone) == {"removed": 1, "unchanged": 1}
    assert counts(back) == {"pushed": 1, "unchanged": 1}
    assert yard.depot.puts == ["a", "b", "b"]


def test_what_is_restored_by_hand_comes_back_too(yard: Yard) -> None:
    source = yard.source("a", "b")
    yard.target(source)
    yard.push(source)
    yard.harvest(source, "a")
    yard.push(source)

    ids = yard.resource_ids(source, "b")
    assert yard.farm.assembly.windrow.sources.restore(yard.farm.principal, source.id, ids) == 1

    assert counts(yard.push(source)) == {"pushed": 1, "unchanged": 1}
    assert set(yard.depot.at(URL)) == {"a", "b"}


def test_what_nobody_wants_is_taken_away_until_it_is_wanted_again(yard: Yard) -> None:
    source = yard.source("a", "b")
    target = yard.target(source)
    yard.push(source)

    yard.want(source, "b", wanted=False)
    assert yard.standing(target) == Standing(pushed=1, waiting=1, failed=0)
    assert counts(yard.push(source)) == {"removed": 1, "unchanged": 1}
    assert yard.depot.removed == ["b"]

    yard.want(source, "b", wanted=True)
    assert counts(yard.push(source)) == {"pushed": 1, "unchanged": 1}


def test_what_the_guard_holds_stays_until_somebody_decides(yard: Yard) -> None:
    source = yard.source("a", "b", policies=BRISK)
    yard.target(source)
    yard.push(source)
    yard.harvest(source, "a")
    assert yard.farm.presences(source) == {"a": "present", "b": "missing"}

    assert counts(yard.push(source)) == {"unchanged": 2}
    (review,) = yard.farm.reviews(source)
    yard.farm.assembly.windrow.sources.decide(yard.farm.principal, source.id, review.id, approve=True)

    assert counts(yard.push(source)) == {"removed": 1, "unchanged": 1}


def test_what_the_source_keeps_stays(yard: Yard) -> None:
    source = yard.source("a", "b", policies=replace(TENDER, keep_gone=True))
    yard.target(source)
    yard.push(source)
    yard.harvest(source, "a")
    assert yard.farm.presences(source) == {"a": "present", "b": "kept"}

    assert counts(yard.push(source)) == {"unchanged": 2}


def test_the_target_is_told_of_what_was_removed_here_for_good(yard: Yard) -> None:
    source = yard.source("a", "b")
    yard.target(source)
    yard.push(source)
    yard.harvest(source, "a")
    yard.farm.clock.jump(days=31)
    assert yard.farm.assembly.store.sources.purge(yard.farm.clock(), limit=10) == 1

    assert counts(yard.push(source)) == {"removed": 1, "unchanged": 1}
    assert (yard.depot.items["b"].identifier, yard.depot.items["b"].remote) == ("b", "depot/b")


def test_a_quarantined_change_leaves_what_stands_there(yard: Yard) -> None:
    source = yard.source("a")
    yard.target(source)
    yard.push(source)
    yard.shelf.pages = {"1": Reading(records=[record("a", "spoilt", readable=False)])}
    yard.farm.harvest(source)

    yard.push(source)

    assert yard.depot.at(URL) == {"a": "Title of a"}


def test_two_targets_get_the_same_and_one_alone_may_be_pushed_to(yard: Yard) -> None:
    source = yard.source("a", "b")
    one, other = (
        yard.target(source, "one", "http://127.0.0.1:9/1"),
        yard.target(source, "other", "http://127.0.0.1:9/2"),
    )

    run = yard.push(source, one)

    assert [each["name"] for each in run.result["targets"]] == ["one"]
    assert (yard.standing(one), yard.standing(other)) == (Standing(2, 0, 0), Standing(0, 2, 0))
    assert counts(yard.push(source)) == {"pushed": 2, "unchanged": 2}
    assert yard.depot.at("http://127.0.0.1:9/2") == yard.depot.at("http://127.0.0.1:9/1")


def test_another_url_or_other_settings_have_everything_pushed_again(yard: Yard) -> None:
    source = yard.source("a")
    target = yard.target(source)
    yard.push(source)
    targets = yard.farm.assembly.windrow.targets

    draft = replace(yard.view(target).draft, name="a better name")
    targets.change(yard.farm.principal, source.id, target.id, draft)
    assert counts(yard.push(source)) == {"unchanged": 1}

    targets.change(yard.farm.principal, source.id, target.id, replace(draft, settings={"rack": "south"}))
    assert counts(yard.push(source)) == {"pushed": 1}
    assert yard.depot.requests[-1].settings == {"rack": "south"}


def test_everything_is_pushed_again_when_asked_for_and_once(yard: Yard) -> None:
    source = yard.source("a", "b")
    yard.target(source)
    yard.push(source)

    assert counts(yard.push(source, full=True)) == {"pushed": 2}
    assert counts(yard.push(source)) == {"unchanged": 2}


def test_nothing_is_pushed_to_what_is_switched_off(yard: Yard) -> None:
    source = yard.source("a")
    target = yard.target(source, enabled=False)

    with pytest.raises(Conflict, match="switch one on"):
        yard.push(source)
    with pytest.raises(Conflict, match="switch one on"):
        yard.push(source, target)

    assert yard.depot.puts == []


def test_one_push_at_a_time(yard: Yard) -> None:
    source = yard.source("a")
    target = yard.target(source)
    targets = yard.farm.assembly.windrow.targets
    run = targets.push(yard.farm.principal, source.id)

    with pytest.raises(Conflict, match=run.id):
        targets.push(yard.farm.principal, source.id, target.id)
    with pytest.raises(Conflict, match=run.id):
        targets.delete(yard.farm.principal, source.id, target.id)

    assert targets.active(yard.farm.principal, source.id) == [yard.farm.run(run.id)]
    yard.farm.finish(run)
    assert targets.last_push(yard.farm.principal, source.id) == yard.farm.run(run.id)


def test_a_deleted_target_leaves_what_stands_there(yard: Yard) -> None:
    source = yard.source("a")
    target = yard.target(source)
    yard.push(source)

    assert yard.farm.assembly.windrow.targets.delete(yard.farm.principal, source.id, target.id) is None

    assert yard.depot.at(URL) == {"a": "Title of a"}
    assert yard.farm.assembly.windrow.targets.page(yard.farm.principal, source.id).items == []


def test_a_withdrawn_target_is_emptied_first(yard: Yard) -> None:
    source = yard.source("a", "b")
    target = yard.target(source)
    yard.push(source)
    yard.depot.before = fail_for("b", RuntimeError("stuck"))

    run = yard.farm.assembly.windrow.targets.delete(yard.farm.principal, source.id, target.id, withdraw=True)
    assert run is not None
    stuck = yard.farm.finish(run)

    assert (stuck.state, counts(stuck)) == (RunState.PARTIAL, {"removed": 1, "failed": 1})
    assert yard.standing(target) == Standing(0, 0, 1)

    yard.depot.before = lambda request, item: None
    assert counts(yard.push(source)) == {"removed": 1}
    assert yard.depot.at(URL) == {}
    assert yard.farm.assembly.windrow.targets.page(yard.farm.principal, source.id).items == []


def test_with_its_source_a_target_goes_and_is_not_withdrawn(yard: Yard) -> None:
    source = yard.source("a")
    target = yard.target(source)
    yard.push(source)

    yard.farm.assembly.windrow.sources.delete(yard.farm.principal, source.id)

    assert yard.depot.at(URL) == {"a": "Title of a"}
    assert yard.farm.assembly.store.targets.standings([target.id]) == {}


def test_records_of_the_same_name_are_told_apart_and_keep_their_names(yard: Yard) -> None:
    one, other = yard.source("a"), yard.source("a")
    yard.target(one)
    yard.target(other)
    (number,) = yard.resource_ids(other, "a")

    for source in (one, other, one, other):
        yard.push(source, full=True)

    assert yard.depot.puts == ["a", f"a-{number}"] * 2
    assert set(yard.depot.at(URL)) == {"a", f"a-{number}"}


def test_a_host_is_asked_with_the_targets_secret(yard: Yard) -> None:
    source = yard.source("a")
    secret = Credential(CredentialKind.BEARER, "s3cret")
    target = yard.target(source, credential=secret)

    yard.push(source)

    (courier,) = yard.depot.couriers
    assert courier._credential == secret  # type: ignore[attr-defined]  # there is no port to ask it by
    assert yard.view(target).target.has_credential
    assert "s3cret" not in repr(yard.view(target))


def test_a_large_catalogue_is_pushed_in_parts(yard: Yard) -> None:
    names = [f"r{number:03}" for number in range(173)]
    source = yard.source(*names)
    yard.target(source)

    run = yard.push(source)

    parts = yard.farm.assembly.store.runs.list_parts(run.id, states=None, limit=100).items
    assert counts(run) == {"pushed": 173}
    assert [sum(each.counts.values()) for each in parts] == [50, 50, 50, 23]
    assert sorted(yard.depot.puts) == names


def fail_for(identifier: str, error: Exception):  # type: ignore[no-untyped-def]  # a function of the depot
    def before(request: object, item: object) -> None:
        if getattr(item, "identifier", "") == identifier:
            raise error

    return before
