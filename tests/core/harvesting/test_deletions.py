"""Deletions: a broken remote deletes nothing, many wait for a person, and what is gone can be undone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.harvests.farm import BRISK, TENDER, Farm
from tests.harvests.shelf import Shelf, record, unreadable
from windrow.errors import Conflict, RemoteUnreadable
from windrow.model.records import Record
from windrow.model.resources import Presence
from windrow.model.runs import RunState
from windrow.model.sources import Health, Policies, ReviewState, Source
from windrow.ports.source_kinds import Broken, Opening, Reading
from windrow.ports.sources import ResourceFilter

NAMES = [f"r{number:02}" for number in range(20)]
MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)


def harvested(farm: Farm, shelf: Shelf, policies: Policies = BRISK) -> Source:
    """A source of twenty resources."""
    shelf.put(*NAMES)
    source = farm.add("shelf", policies=policies)
    assert farm.harvest(source).state is RunState.SUCCEEDED
    return source


def absent(farm: Farm, source: Source) -> dict[str, str]:
    return {name: presence for name, presence in farm.presences(source).items() if presence != "present"}


def test_a_few_absent_ones_become_tombstones(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    shelf.put(*NAMES[2:])

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.SUCCEEDED, {"unchanged": 18, "deleted": 2})
    assert run.progress.message == "2 resources are gone from the source and were deleted"
    assert absent(farm, source) == {"r00": "gone", "r01": "gone"}
    assert sorted(farm.titles(source)) == NAMES[2:]
    assert farm.look_at(source).resources == 18


@pytest.mark.parametrize(
    ("policies", "missing", "held"),
    [
        (BRISK, 2, False),
        (BRISK, 3, True),
        (replace(BRISK, guard_share=0.5), 10, False),
        (replace(BRISK, guard_share=0.5), 11, True),
        (replace(BRISK, guard_share=1.0, guard_count=3), 3, False),
        (replace(BRISK, guard_share=1.0, guard_count=3), 4, True),
        (replace(BRISK, guard_share=0.0), 1, True),
    ],
)
def test_the_guard_holds_beyond_a_share_and_beyond_a_number(
    farm: Farm, shelf: Shelf, policies: Policies, missing: int, held: bool
) -> None:
    source = harvested(farm, shelf, policies)
    shelf.put(*NAMES[missing:])

    run = farm.harvest(source)

    assert (run.state, run.result["counts"].get("held"), run.result["counts"].get("deleted")) == (
        RunState.SUCCEEDED,
        missing if held else None,
        None if held else missing,
    )
    assert set(absent(farm, source).values()) == {"missing" if held else "gone"}


def test_a_held_deletion_keeps_records_visible_and_lists_what_is_missing(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    shelf.put(*NAMES[10:])

    farm.harvest(source)

    (review,) = farm.reviews(source)
    which = ResourceFilter(presence=Presence.MISSING)
    listed = farm.assembly.store.sources.list_resources(source.id, which, limit=100).items
    assert (review.state, review.missing, review.present) == (ReviewState.WAITING, 10, 20)
    assert [each.identifier for each in listed] == NAMES[:10]
    assert sorted(farm.titles(source)) == NAMES
    assert farm.look_at(source).health is Health.HELD


def test_an_approved_deletion_makes_tombstones(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    shelf.put(*NAMES[10:])
    farm.harvest(source)

    farm.assembly.windrow.sources.decide(farm.principal, source.id, farm.reviews(source)[0].id, approve=True)

    assert absent(farm, source) == dict.fromkeys(NAMES[:10], "gone")
    assert sorted(farm.titles(source)) == NAMES[10:]
    assert farm.look_at(source).resources == 10


def test_a_refused_deletion_is_asked_about_again_by_the_next_pass(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    shelf.put(*NAMES[10:])
    farm.harvest(source)
    farm.assembly.windrow.sources.decide(farm.principal, source.id, farm.reviews(source)[0].id, approve=False)
    assert absent(farm, source) == {}

    farm.harvest(source)

    assert [each.state for each in farm.reviews(source)] == [ReviewState.WAITING, ReviewState.REFUSED]
    assert sorted(farm.titles(source)) == NAMES


def test_a_held_deletion_is_outdated_by_the_next_whole_pass(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    shelf.put(*NAMES[10:])
    farm.harvest(source)
    shelf.put(*NAMES)

    run = farm.harvest(source)

    (review,) = farm.reviews(source)
    assert (review.state, absent(farm, source)) == (ReviewState.OUTDATED, {})
    assert run.progress.counts == {"unchanged": 20}
    with pytest.raises(Conflict):
        farm.assembly.windrow.sources.decide(farm.principal, source.id, review.id, approve=True)


def test_a_pass_over_changes_leaves_a_held_deletion_to_its_person(farm: Farm, shelf: Shelf) -> None:
    shelf.opening = Opening((), since=MORNING)
    source = harvested(farm, shelf, replace(BRISK, full_every=timedelta(days=7)))
    shelf.put(*NAMES[10:])
    farm.harvest(source, full=True)
    shelf.put()
    shelf.opening = Opening((), since=MORNING, listing=False)

    run = farm.harvest(source)

    assert run.state is RunState.SUCCEEDED
    assert [each.state for each in farm.reviews(source)] == [ReviewState.WAITING]
    assert absent(farm, source) == dict.fromkeys(NAMES[:10], "missing")


def test_what_is_declared_gone_beyond_the_guard_joins_what_is_held(farm: Farm, shelf: Shelf) -> None:
    shelf.opening = Opening((), since=MORNING)
    source = harvested(farm, shelf, replace(BRISK, full_every=timedelta(days=7)))
    shelf.put(*NAMES[10:])
    farm.harvest(source, full=True)
    shelf.pages = {"1": Reading(gone=NAMES[10:14])}
    shelf.opening = Opening((), since=MORNING, listing=False)

    farm.harvest(source)

    newest, oldest = farm.reviews(source)
    assert (newest.state, newest.missing, oldest.state) == (ReviewState.WAITING, 14, ReviewState.OUTDATED)


def test_what_the_remote_declares_gone_is_deleted_without_a_whole_pass(farm: Farm, shelf: Shelf) -> None:
    shelf.opening = Opening((), since=MORNING)
    source = harvested(farm, shelf, replace(BRISK, full_every=timedelta(days=7)))
    shelf.pages = {"1": Reading(gone=["r00", "never known"])}
    shelf.opening = Opening((), since=MORNING, listing=False)

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.SUCCEEDED, {"gone": 2, "deleted": 1})
    assert absent(farm, source) == {"r00": "gone"}


def test_what_is_both_listed_and_declared_gone_stays(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    shelf.pages = {"1": Reading(records=[record(each) for each in NAMES]), "2": Reading(gone=["r00"])}

    farm.harvest(source)

    assert absent(farm, source) == {}


@pytest.mark.parametrize(
    "pages",
    [
        {"1": Reading()},
        {"1": Reading(total=0)},
        {"1": Reading(records=[record(each) for each in NAMES[1:]], total=20)},
        {"1": Reading(records=[record(each) for each in NAMES[1:]]), "2": RemoteUnreadable("cut off")},
        {"1": Reading(records=[record(each) for each in NAMES[1:]], failed=[("r00", "cut off")])},
        {"1": RemoteUnreadable("an HTML page")},
    ],
    ids=["empty", "empty by its own count", "short", "a failed page", "a failed document", "all failed"],
)
def test_a_broken_remote_deletes_nothing(
    farm: Farm, shelf: Shelf, pages: dict[str, Reading | RemoteUnreadable]
) -> None:
    source = harvested(farm, shelf, TENDER)
    shelf.pages = dict(pages)

    run = farm.harvest(source)

    assert run.state in (RunState.PARTIAL, RunState.FAILED)
    assert run.error != ""
    assert run.result["complete"] is False
    assert absent(farm, source) == {}
    assert sorted(farm.titles(source)) == NAMES
    assert farm.reviews(source) == []


def test_an_empty_list_says_what_is_strange_about_it(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    shelf.put()

    run = farm.harvest(source)

    assert run.state is RunState.FAILED
    assert run.error == "the source listed nothing, although 20 resources are known of it"


def test_a_source_that_never_had_anything_may_list_nothing(farm: Farm, shelf: Shelf) -> None:
    shelf.put()

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.share) == (RunState.SUCCEEDED, 1.0)


@pytest.mark.parametrize(
    "pages",
    [
        {
            "1": Reading(records=[record(each) for each in NAMES[:10]]),
            "2": Reading(records=[record(each) for each in NAMES[9:19]]),
        },
        {"1": Reading(records=[record(each) for each in NAMES[:19]], broken=[Broken("?", b"<", "cut")])},
    ],
    ids=["a list that shifted", "a record nobody could identify"],
)
def test_absence_that_proves_little_is_held_whatever_the_guard_allows(
    farm: Farm, shelf: Shelf, pages: dict[str, Reading]
) -> None:
    source = harvested(farm, shelf, replace(TENDER, concurrency=1))
    shelf.pages = dict(pages)

    farm.harvest(source)

    (review,) = farm.reviews(source)
    assert review.missing == 1
    assert absent(farm, source) == {"r19": "missing"}


def test_a_broken_record_known_for_long_is_no_doubt(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record(each) for each in NAMES], broken=[Broken("?", b"<", "cut")])}
    source = farm.add("shelf", policies=TENDER)
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[record(each) for each in NAMES[1:]], broken=[Broken("?", b"<", "cut")])}

    farm.harvest(source)

    assert absent(farm, source) == {"r00": "gone"}


def test_an_unreadable_record_is_no_doubt_for_the_others(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf, TENDER)
    shelf.pages = {"1": Reading(records=[*(record(each) for each in NAMES[2:]), unreadable("r01")])}

    farm.harvest(source)

    assert absent(farm, source) == {"r00": "gone"}


def test_where_lists_overlap_a_record_may_come_twice(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf, TENDER)
    shelf.opening = Opening((), overlaps=True)
    shelf.pages = {
        "1": Reading(records=[record(each) for each in NAMES[1:15]]),
        "2": Reading(records=[record(each) for each in NAMES[10:]]),
    }

    farm.harvest(source)

    assert absent(farm, source) == {"r00": "gone"}


def test_what_comes_back_is_restored(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    before = farm.resources(source)["r00"]
    shelf.put(*NAMES[2:])
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[record(each) for each in NAMES[1:]] + [record("r00", "Mended")])}

    run = farm.harvest(source)

    after = farm.resources(source)["r00"]
    assert run.progress.counts == {"unchanged": 18, "restored": 1, "changed": 1}
    assert (after.id, after.gone_since) == (before.id, None)
    assert absent(farm, source) == {}
    assert farm.titles(source)["r00"] == "Mended"


def test_what_comes_back_unreadable_shows_its_last_good_version(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    shelf.put(*NAMES[1:])
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[*(record(each) for each in NAMES[1:]), unreadable("r00")])}

    farm.harvest(source)

    assert farm.resources(source)["r00"].outcome.value == "quarantined"
    assert farm.titles(source)["r00"] == "Title of r00"


def test_a_quarantined_one_that_goes_and_returns_is_still_in_quarantine(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[*(record(each) for each in NAMES), unreadable("bad")])}
    source = farm.add("shelf", policies=TENDER)
    farm.harvest(source)
    shelf.put(*NAMES)
    farm.harvest(source)
    assert absent(farm, source) == {"bad": "gone"}
    shelf.pages = {"1": Reading(records=[*(record(each) for each in NAMES), unreadable("bad")])}

    run = farm.harvest(source)

    assert run.progress.counts == {"unchanged": 20, "quarantined": 1}
    assert farm.resources(source)["bad"].outcome.value == "quarantined"
    assert farm.assembly.windrow.sources.retry_quarantined(farm.principal, source.id, None) == 1


def test_a_deletion_is_undone_within_its_grace_and_final_after_it(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf, replace(BRISK, grace=timedelta(days=30)))
    shelf.put(*NAMES[2:])
    farm.harvest(source)
    resources = farm.resources(source)

    farm.clock.jump(days=29)
    farm.assembly.watching.tidy()
    restored = farm.assembly.windrow.sources.restore(farm.principal, source.id, [resources["r00"].id])

    assert restored == 1
    assert absent(farm, source) == {"r01": "gone"}
    assert "r00" in farm.titles(source)

    farm.clock.jump(days=2)
    farm.assembly.watching.tidy()

    assert sorted(farm.presences(source)) == [each for each in NAMES if each != "r01"]


def test_unwanted_resources_stay_hidden_through_everything(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf, TENDER)
    number = farm.resources(source)["r00"].id
    farm.assembly.windrow.sources.want(farm.principal, source.id, [number], wanted=False)
    for names in (NAMES, NAMES[1:], NAMES):
        shelf.put(*names)
        farm.harvest(source)
        assert sorted(farm.titles(source)) == NAMES[1:]

    shelf.pages = {"1": Reading(records=[*(record(each) for each in NAMES[1:]), record("r00", "Changed")])}
    farm.harvest(source)

    assert sorted(farm.titles(source)) == NAMES[1:]


def test_new_ones_may_be_unwanted_at_first(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf", policies=replace(BRISK, new_wanted=False))

    farm.harvest(source)

    assert (farm.titles(source), [each.wanted for each in farm.resources(source).values()]) == ({}, [False, False])


def test_a_wish_said_while_a_page_is_under_way_counts(farm: Farm, shelf: Shelf) -> None:
    source = harvested(farm, shelf)
    number = farm.resources(source)["r00"].id

    changed = record("r00", "Changed")

    def say_no() -> Record:
        # Called when the page was compared with what is known already.
        farm.assembly.windrow.sources.want(farm.principal, source.id, [number], wanted=False)
        return changed.read()

    shelf.pages = {"1": Reading(records=[changed._replace(read=say_no), *(record(each) for each in NAMES[1:])])}

    farm.harvest(source)

    assert "r00" not in farm.titles(source)
