"""Passes: whole ones and those over changes, unchanged pages, what comes twice, and what the source's owner changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.harvests.farm import BRISK, TENDER, Farm
from tests.harvests.shelf import Shelf, record, unreadable
from windrow.core.source_drafts import SourceDraft
from windrow.errors import RemoteUnreadable
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Opening, Reading, Reference

MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEKLY = replace(BRISK, full_every=timedelta(days=7))


def test_a_second_pass_changes_only_what_changed(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf")
    farm.harvest(source)
    before = farm.resources(source)
    shelf.pages = {"1": Reading(records=[record("a"), record("b", "Another title"), record("c")])}

    run = farm.harvest(source)

    after = farm.resources(source)
    assert run.progress.counts == {"unchanged": 1, "changed": 1, "added": 1}
    assert farm.titles(source) == {"a": "Title of a", "b": "Another title", "c": "Title of c"}
    assert (after["a"], after["b"].id) == (before["a"], before["b"].id)
    assert after["b"].last_changed > before["b"].last_changed


def test_changes_are_asked_for_once_a_whole_pass_was_complete(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    shelf.opening = Opening((), since=MORNING, cursor={"stamp": 1})
    source = farm.add("shelf", policies=WEEKLY)
    farm.harvest(source)
    shelf.put("b")
    shelf.opening = Opening((), since=NOON, listing=False)

    run = farm.harvest(source)

    assert [(each.since, each.cursor) for each in shelf.requests] == [(None, {}), (MORNING, {"stamp": 1})]
    assert (run.state, run.progress.counts, run.result["incremental"]) == (RunState.SUCCEEDED, {"unchanged": 1}, True)
    assert farm.presences(source) == {"a": "present", "b": "present"}
    assert farm.look_at(source).since == NOON


def test_after_a_while_everything_is_looked_at_again(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a")
    shelf.opening = Opening((), since=MORNING)
    source = farm.add("shelf", policies=WEEKLY)
    farm.harvest(source)
    farm.clock.jump(days=7)

    farm.harvest(source)

    assert [each.since for each in shelf.requests] == [None, None]


def test_a_person_may_ask_for_everything(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a")
    shelf.opening = Opening((), since=MORNING)
    source = farm.add("shelf", policies=WEEKLY)
    farm.harvest(source)

    farm.harvest(source, full=True)

    assert [each.since for each in shelf.requests] == [None, None]


def test_an_incomplete_pass_does_not_move_the_moment_to_ask_from(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a")
    shelf.opening = Opening((), since=MORNING)
    source = farm.add("shelf", policies=WEEKLY)
    farm.harvest(source)
    shelf.opening = Opening((), since=NOON, listing=False)
    shelf.pages["2"] = RemoteUnreadable("cut off")

    run = farm.harvest(source)

    assert run.state is RunState.PARTIAL
    assert farm.look_at(source).since == MORNING


def test_a_change_that_cannot_be_read_makes_a_pass_over_changes_partial(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a")
    shelf.opening = Opening((), since=MORNING)
    source = farm.add("shelf", policies=WEEKLY)
    farm.harvest(source)
    shelf.opening = Opening((), since=NOON, listing=False)
    shelf.pages = {"1": Reading(records=[unreadable("a")])}

    run = farm.harvest(source)

    assert (run.state, run.result["complete"]) == (RunState.PARTIAL, True)
    assert farm.titles(source) == {"a": "Title of a"}


def test_a_source_that_says_that_nothing_changed_is_not_walked(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.asked.clear()
    shelf.opening = Opening((), unchanged=True)

    run = farm.harvest(source)

    assert (run.state, run.progress.counts, shelf.asked) == (RunState.SUCCEEDED, {}, [])
    assert farm.presences(source) == {"a": "present", "b": "present"}


def test_an_unchanged_page_is_not_read_and_leads_on_as_before(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {
        "1": Reading(records=[record("a"), record("b")], next=[{"page": "2"}], total=3),
        "2": Reading(records=[record("c")], total=3),
    }
    shelf.first = ["1"]
    shelf.fingerprints = {"1": b"one", "2": b"two"}
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.pages = dict.fromkeys(("1", "2"), _refuse_to_be_read)

    run = farm.harvest(source)

    assert (run.state, run.progress.counts, run.progress.total) == (RunState.SUCCEEDED, {"unchanged": 3}, 3)


def _refuse_to_be_read() -> Reading:
    raise AssertionError("an unchanged page is not read")


@pytest.mark.parametrize(
    "odd",
    [
        Reading(records=[record("a"), unreadable("b")]),
        Reading(records=[record("a"), record("a")]),
        Reading(records=[record("a")], gone=["b"]),
        Reading(records=[record("a")], left_out=["b"]),
        Reading(records=[record("a")], failed=[("b", "cut off")]),
    ],
    ids=["unreadable", "twice", "gone", "left out", "failed"],
)
def test_a_page_whose_counts_matter_is_read_again(farm: Farm, shelf: Shelf, odd: Reading) -> None:
    shelf.pages = {"1": replace(odd, total=2)}
    shelf.fingerprints = {"1": b"one"}
    source = farm.add("shelf")
    first = farm.harvest(source)

    second = farm.harvest(source)

    counts = {word: count for word, count in first.progress.counts.items() if word != "added"}
    assert second.progress.counts == counts | {"unchanged": 1}


def test_an_unchanged_page_brings_back_what_is_gone_here(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")]), "2": Reading(records=[record("b")])}
    shelf.fingerprints = {"1": b"one", "2": b"two"}
    shelf.opening = Opening((), since=MORNING)
    source = farm.add("shelf", policies=replace(TENDER, full_every=timedelta(days=7)))
    farm.harvest(source)
    kept, shelf.pages = shelf.pages, {"changes": Reading(gone=["b"])}
    shelf.opening = Opening((), since=NOON, listing=False)
    farm.harvest(source)
    assert farm.presences(source) == {"a": "present", "b": "gone"}
    shelf.pages, shelf.opening = kept, Opening((), since=NOON)

    run = farm.harvest(source, full=True)

    assert run.progress.counts == {"unchanged": 1, "restored": 1}
    assert farm.titles(source) == {"a": "Title of a", "b": "Title of b"}


def test_a_record_on_two_pages_is_written_once_and_counted_as_a_duplicate(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {
        "1": Reading(records=[record("a"), record("b")]),
        "2": Reading(records=[record("b"), record("c")]),
    }
    source = farm.add("shelf", policies=replace(BRISK, concurrency=1))

    first = farm.harvest(source)
    second = farm.harvest(source)

    assert first.progress.counts == {"added": 3, "duplicate": 1}
    assert second.progress.counts == {"unchanged": 3, "duplicate": 1}


def test_duplicates_keep_counts_right_whatever_they_were_counted_as(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf", policies=replace(TENDER, concurrency=1))
    farm.harvest(source)
    shelf.put("a")
    farm.harvest(source)
    page = Reading(records=[record("a", "Changed"), record("b"), unreadable("c")])
    shelf.pages = {"1": page, "2": page}

    run = farm.harvest(source)
    again = farm.harvest(source)

    assert run.progress.counts == {"changed": 1, "restored": 1, "quarantined": 1, "duplicate": 3}
    assert again.progress.counts == {"unchanged": 2, "quarantined": 1, "duplicate": 3}


def test_the_page_of_a_dropped_duplicate_is_read_again(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")], total=2), "2": Reading(records=[record("a")], total=2)}
    shelf.fingerprints = {"1": b"one", "2": b"two"}
    source = farm.add("shelf")

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.SUCCEEDED, {"added": 1, "duplicate": 1})
    assert (second.state, second.progress.counts) == (RunState.SUCCEEDED, {"unchanged": 1, "duplicate": 1})


def test_a_list_that_changes_while_it_is_read_is_not_complete(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")], total=2), "2": Reading(records=[record("b")], total=3)}
    source = farm.add("shelf", policies=replace(BRISK, concurrency=1))

    run = farm.harvest(source)

    assert (run.state, run.result["complete"]) == (RunState.PARTIAL, False)
    assert run.error == "the list changed while it was read: it held 2 records, then 3"


def test_a_source_changed_in_mid_harvest_is_harvested_whole_the_next_time(farm: Farm, shelf: Shelf) -> None:
    source = farm.add("shelf", policies=WEEKLY)

    def change() -> Reading:
        draft = SourceDraft(source.name, "shelf", source.url, settings={"taste": "salty"}, policies=WEEKLY)
        farm.assembly.windrow.sources.change(farm.principal, source.id, draft)
        return Reading(records=[record("a")])

    shelf.pages = {"1": change}
    shelf.fingerprints = {"1": b"one"}
    shelf.opening = Opening((), since=MORNING)

    assert farm.harvest(source).state is RunState.SUCCEEDED
    shelf.put("b")
    run = farm.harvest(source)

    assert [each.since for each in shelf.requests] == [None, None]
    assert run.progress.counts["added"] == 1, "the page is read anew, though its fingerprint is the same"


def test_a_pass_is_not_resumed_under_other_settings(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")]), "2": RemoteUnreadable("asleep", retry_after=600)}
    source = farm.add("shelf")
    run = farm.start(source)
    farm.performer.perform(run.id)
    assert farm.run(run.id).state is RunState.SCHEDULED
    draft = SourceDraft(source.name, "shelf", "http://127.0.0.1:9/other", policies=BRISK)
    farm.assembly.windrow.sources.change(farm.principal, source.id, draft)

    ended = farm.finish(run)

    assert (ended.state, ended.failures) == (RunState.FAILED, 0)
    assert "was changed while this harvest rested" in ended.error
    assert farm.look_at(source).health.value == "ailing"


def test_references_are_followed_to_documents_by_twenties(farm: Farm, shelf: Shelf) -> None:
    names = [f"{number:02}" for number in range(45)]
    shelf.pages = {"1": Reading(references=[Reference(each, each) for each in names])}
    shelf.documents = {each: Reading(records=[record(each)]) for each in names}
    source = farm.add("shelf")

    run = farm.harvest(source)

    parts = farm.assembly.store.runs.list_parts(run.id, states=None, limit=100).items
    assert [len(each.key.get("documents", ())) for each in parts] == [0, 20, 20, 5]
    assert run.progress.counts == {"added": 45}
