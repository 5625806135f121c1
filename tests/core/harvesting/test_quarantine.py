"""Quarantine: what cannot be read is kept with its bytes and the reason, passed by while unchanged, read on demand."""

from sqlalchemy import select

from tests.harvests.farm import TENDER, Farm
from tests.harvests.shelf import Shelf, record, unreadable
from windrow.model.records import Record
from windrow.model.resources import Outcome, RemoteRecord
from windrow.model.runs import RunState
from windrow.ports.source_kinds import Broken, Reading, Reference
from windrow.storage.encoding import expand
from windrow.storage.tables import quarantine


def kept(farm: Farm, number: int) -> bytes | None:
    """The raw bytes in quarantine."""
    with farm.assembly.store._database.read() as connection:
        content = connection.scalar(select(quarantine.c.content).where(quarantine.c.id == number))
    return None if content is None else expand(content)


def test_one_unreadable_record_does_not_hold_up_the_others(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a"), unreadable("bad", "spoilt bytes"), record("c")])}
    source = farm.add("shelf")

    run = farm.harvest(source)

    bad = farm.resources(source)["bad"]
    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"added": 2, "quarantined": 1})
    assert (bad.outcome, bad.problem, kept(farm, bad.id)) == (
        Outcome.QUARANTINED,
        "it has no title",
        b"spoilt bytes",
    )
    assert sorted(farm.titles(source)) == ["a", "c"]
    assert "quarantined bad: it has no title" in farm.log(run)


def test_it_is_passed_by_while_unchanged_and_still_told(farm: Farm, shelf: Shelf) -> None:
    reads: list[str] = []

    def read() -> Record:
        reads.append("read")
        raise ValueError("it has no title")

    shelf.pages = {"1": Reading(records=[record("a"), unreadable("bad")._replace(read=read)])}
    source = farm.add("shelf")
    farm.harvest(source)

    run = farm.harvest(source)

    assert reads == ["read"]
    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"unchanged": 1, "quarantined": 1})
    assert run.error == "1 records could not be read and are in quarantine"


def test_it_is_read_when_it_changed_and_leaves_quarantine(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[unreadable("a")])}
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[record("a", "Mended")])}

    run = farm.harvest(source)

    mended = farm.resources(source)["a"]
    assert (run.state, run.progress.counts) == (RunState.SUCCEEDED, {"changed": 1})
    assert (mended.outcome, mended.problem, kept(farm, mended.id)) == (Outcome.CHANGED, "", None)
    assert farm.titles(source) == {"a": "Mended"}


def test_a_record_that_gets_spoilt_keeps_its_last_good_version(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a")
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[unreadable("a", "spoilt")])}

    farm.harvest(source)

    assert farm.titles(source) == {"a": "Title of a"}
    assert kept(farm, farm.resources(source)["a"].id) == b"spoilt"


def test_on_demand_everything_that_would_pass_it_by_is_forgotten(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(references=[Reference("a", "doc", "1")])}
    shelf.documents = {"doc": Reading(records=[_readable_later("a", readable=False)])}
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.documents = {"doc": Reading(records=[_readable_later("a", readable=True)])}
    assert farm.harvest(source).progress.counts == {"quarantined": 1}, "its version in the listing is the same"

    assert farm.assembly.windrow.sources.retry_quarantined(farm.principal, source.id, None) == 1
    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.SUCCEEDED, {"changed": 1})
    assert farm.titles(source) == {"a": "same bytes"}


def test_on_demand_pages_are_read_although_unchanged(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")])}
    shelf.fingerprints = {"1": b"one"}
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[unreadable("a", "spoilt")])}
    shelf.fingerprints = {"1": b"two"}
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[record("a", "spoilt")])}
    assert farm.harvest(source).progress.counts == {"quarantined": 1}

    farm.assembly.windrow.sources.retry_quarantined(farm.principal, source.id, None)

    assert farm.harvest(source).progress.counts == {"changed": 1}


def test_what_nobody_can_cut_out_is_kept_under_the_name_it_has(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {"1": Reading(records=[record("a")], broken=[Broken("record 7", b"<half", "It breaks off.")])}
    source = farm.add("shelf", policies=TENDER)

    first, second = farm.harvest(source), farm.harvest(source)

    broken = farm.resources(source)["record 7"]
    assert (broken.problem, kept(farm, broken.id)) == ("It breaks off.", b"<half")
    assert first.progress.counts == {"added": 1, "quarantined": 1}
    assert second.progress.counts == {"unchanged": 1, "quarantined": 1}


def test_no_text_of_a_record_can_stop_its_page(farm: Farm, shelf: Shelf) -> None:
    shelf.pages = {
        "1": Reading(
            records=[record("a", "nul\0 and half \ud800 a pair"), unreadable("b")],
            broken=[Broken("c", b"", "a reason with \0 and \udfff")],
        )
    }
    source = farm.add("shelf")

    run = farm.harvest(source)

    assert run.progress.counts == {"added": 1, "quarantined": 2}
    assert farm.resources(source)["a"].title == "nul\ufffd and half ? a pair"
    assert farm.resources(source)["c"].problem == "a reason with \ufffd and ?"


def _readable_later(identifier: str, *, readable: bool) -> RemoteRecord:
    return record(identifier, "same bytes", version="1", readable=readable)


def test_what_the_remote_lists_and_refuses_waits_in_quarantine_and_holds_up_nothing(farm: Farm, shelf: Shelf) -> None:
    def list_documents(*names: str, refused: str = "") -> None:
        shelf.pages = {"1": Reading(references=[Reference(each, f"/{each}") for each in names])}
        shelf.documents = {f"/{each}": Reading(records=[record(each)]) for each in names}
        if refused:
            shelf.documents[f"/{refused}"] = Reading(refused=[(refused, "It answered 403.")])

    source = farm.add("shelf", policies=TENDER)
    list_documents("a", "b", "c")
    farm.harvest(source)
    list_documents("a", "b", refused="b")

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.PARTIAL, {"unchanged": 1, "quarantined": 1, "deleted": 1})
    assert (second.state, second.progress.counts) == (RunState.PARTIAL, {"unchanged": 1, "quarantined": 1})
    assert first.result["complete"]
    assert sorted(farm.titles(source)) == ["a", "b"]
    assert farm.resources(source)["b"].problem == "It answered 403."
    list_documents("a", "b")
    assert farm.harvest(source).state is RunState.SUCCEEDED
    assert farm.resources(source)["b"].problem == ""
