"""Counts add up, and a total is told as early and as truly as can be, whatever pages hold."""

from tests.harvests.farm import TENDER, Farm
from tests.harvests.shelf import Shelf, record, unreadable
from windrow.errors import RemoteUnreadable
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Broken, Opening, Reading, Reference


def references(*names: str, version: str = "") -> list[Reference]:
    return [Reference(name, f"doc:{name}", version) for name in names]


def documents(shelf: Shelf, *names: str) -> None:
    shelf.documents |= {f"doc:{name}": Reading(records=[record(name)]) for name in names}


def test_what_is_announced_is_the_total(farm: Farm, shelf: Shelf) -> None:
    shelf.opening = Opening((), total=3)
    shelf.pages = {"1": Reading(records=[record("a"), record("b")]), "2": Reading(records=[record("c")])}

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.done, run.progress.total) == (RunState.SUCCEEDED, 3, 3)
    assert run.result == {"counts": {"added": 3}, "complete": True, "incremental": False, "failed_pages": 0}


def test_a_page_may_announce_it(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b", total=2)

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.done, run.progress.total) == (RunState.SUCCEEDED, 2, 2)


def test_nothing_is_announced_and_all_is_well(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.done, run.progress.total) == (RunState.SUCCEEDED, 2, 2)


def test_pages_with_records_and_pages_with_references_mix(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {
        "1": Reading(records=[record("a"), record("b")]),
        "2": Reading(references=references("c", "d")),
        "3": Reading(records=[record("e")], references=references("f"), gone=["g"]),
    }
    documents(shelf, "c", "d", "f")

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert (run.progress.done, run.progress.total) == (7, 7)
    assert run.progress.counts == {"added": 6, "gone": 1}


def test_nobody_knows_the_total_where_a_page_could_not_be_had(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {
        "1": Reading(records=[record("a")]),
        "2": Reading(references=references("b", "c")),
        "3": RemoteUnreadable("cut off"),
    }
    documents(shelf, "c")
    shelf.documents["doc:b"] = RemoteUnreadable("gone mad")

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.done, run.progress.total) == (RunState.PARTIAL, 3, None)
    assert set(run.error.split("; ")) == {"a page failed: cut off", "could not be loaded: b: gone mad"}
    assert run.result["failed_pages"] == 1


def test_a_page_that_could_not_be_had_leaves_the_announced_total_open(farm: Farm, shelf: Shelf) -> None:
    shelf.opening = Opening((), total=5)
    shelf.pages = {"1": Reading(records=[record("a")], total=5), "2": RemoteUnreadable("cut off")}

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.done, run.progress.total) == (RunState.PARTIAL, 1, 5)


def test_documents_named_twice_are_done_once_and_nothing_is_missed(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(references=references("a", "b")), "2": Reading(references=references("a", "b"))}
    documents(shelf, "a", "b")

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.done, run.progress.total) == (RunState.SUCCEEDED, 2, 2)


def test_unchanged_references_are_not_asked_for(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(references=references("a", "b", version="1"))}
    shelf.documents |= {f"doc:{name}": Reading(records=[record(name, version="1")]) for name in "ab"}
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.asked.clear()

    run = farm.harvest(source)

    assert shelf.asked == ["1"]
    assert (run.state, run.progress.counts, run.progress.total) == (RunState.SUCCEEDED, {"unchanged": 2}, 2)


def test_what_the_settings_leave_out_counts_as_done(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(references=references("a", "b"))}
    documents(shelf, "a")
    shelf.documents["doc:b"] = Reading(left_out=["b"])

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.counts) == (RunState.SUCCEEDED, {"added": 1, "left_out": 1})


def test_what_was_here_and_is_left_out_now_leaves_the_catalogue(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(references=references("a", "b"))}
    documents(shelf, "a", "b")
    source = farm.add("shelf", policies=TENDER)
    farm.harvest(source)
    shelf.documents["doc:b"] = Reading(left_out=["b"])

    run = farm.harvest(source)

    assert run.result["counts"] == {"unchanged": 1, "left_out": 1, "deleted": 1}
    assert farm.presences(source) == {"a": "present", "b": "gone"}


def test_a_document_of_which_the_kind_says_nothing_has_failed(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(references=references("a", "b"))}
    documents(shelf, "a")
    shelf.documents["doc:b"] = Reading()

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"added": 1, "failed": 1})
    assert run.error == "could not be loaded: b: It was asked for, but nothing came of it."


def test_fewer_than_announced_is_never_ok(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", total=2)

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.error) == (RunState.PARTIAL, "the source announced 2 records and gave 1")
    assert (run.progress.done, run.progress.total, run.result["complete"]) == (1, 2, False)


def test_records_without_a_usable_identifier_are_quarantined_under_a_lasting_name(farm: Farm, shelf: Shelf) -> None:
    odd = ["", "x" * 1001, "nul\0", "half \ud800 pair"]
    shelf.pages = {
        "1": Reading(records=[record("a"), *(record(each, f"Title {n}") for n, each in enumerate(odd))]),
    }
    source = farm.add("shelf")

    first = farm.harvest(source)
    second = farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.PARTIAL, {"added": 1, "quarantined": 4})
    assert (second.state, second.progress.counts) == (RunState.PARTIAL, {"unchanged": 1, "quarantined": 4})
    assert len(farm.resources(source)) == 5


def test_broken_records_of_one_name_are_one(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")], broken=[Broken("?", b"1", "cut"), Broken("?", b"2", "cut")])}

    run = farm.harvest(farm.add("shelf"))

    assert run.progress.counts == {"added": 1, "quarantined": 1, "duplicate": 1}


def test_a_first_harvest_of_nothing_but_unreadable_records_has_failed(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[unreadable("a")])}

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.error) == (RunState.FAILED, "1 records could not be read and are in quarantine")


def test_a_page_that_the_kind_trips_over_fails_alone(farm: Farm, shelf: Shelf) -> None:
    def trip() -> Reading:
        raise KeyError("surprise")

    shelf.pages = {"1": Reading(records=[record("a")]), "2": trip}

    run = farm.harvest(farm.add("shelf"))

    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"added": 1})
    assert run.error == "a page failed: The kind shelf failed at this page: KeyError('surprise')"
    assert shelf.asked.count("2") == 1
