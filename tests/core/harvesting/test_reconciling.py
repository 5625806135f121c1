"""After a pass over everything, remote, run and catalogue agree on how many there are; or it is told."""

from tests.harvests.farm import TENDER, Farm
from tests.harvests.shelf import Shelf, record
from windrow.errors import RemoteUnreadable
from windrow.model.runs import Run
from windrow.model.sources import Policies, Source
from windrow.ports.source_kinds import Broken, Opening, Reading, Reference


def told(farm: Farm, source: Source) -> str:
    difference = farm.look_at(source).difference
    return "" if difference is None else difference.told


def turned(run: Run) -> str:
    return str(run.result.get("reconciliation", {}).get("turned", ""))


def test_a_remote_that_announces_more_than_it_gives_is_told_until_it_agrees(farm: Farm, shelf: Shelf) -> None:
    source = farm.add("shelf")
    shelf.put("a", "b", total=3)
    first, again = farm.harvest(source), farm.harvest(source)
    kept = farm.look_at(source).difference

    assert told(farm, source) == "the remote announced 3 records, and the run got 2"
    assert kept is not None
    assert (kept.run_id, kept.since) == (again.id, first.ended_at)
    assert [each.id for each in farm.assembly.store.sources.troubled(tenant_id=None, limit=5)] == [source.id]

    shelf.put("a", "b", total=2)
    last = farm.harvest(source)

    assert told(farm, source) == ""
    assert [turned(each) for each in (first, again, last, farm.harvest(source))] == ["began", "", "ended", ""]


def test_a_remote_that_lists_nothing_any_more_differs_from_what_is_kept(farm: Farm, shelf: Shelf) -> None:
    source = farm.add("shelf")
    shelf.put("a", "b")
    farm.harvest(source)
    shelf.put()
    farm.harvest(source)

    assert told(farm, source) == "the run saw 0 different resources, and 2 are kept here"


def test_these_are_no_differences(farm: Farm, shelf: Shelf) -> None:
    source = farm.add("shelf", policies=TENDER)
    shelf.pages = {
        "1": Reading(records=[record("a"), record("b"), record("a"), record("x", readable=False)]),
        "2": Reading(records=[record("c")], gone=["g"], broken=[Broken("q", b"<", "cut off")]),
    }
    shelf.opening = Opening((), total=7)
    farm.harvest(source)
    assert told(farm, source) == ""

    farm.assembly.windrow.sources.want(farm.principal, source.id, [farm.resources(source)["b"].id], wanted=False)
    farm.harvest(source)
    assert told(farm, source) == ""

    shelf.pages = {"1": Reading(records=[record("a"), record("b")], total=2)}
    shelf.opening = Opening(())
    assert farm.harvest(source).progress.counts["deleted"] == 3
    assert told(farm, source) == ""


def test_a_deletion_that_waits_is_no_difference(farm: Farm, shelf: Shelf) -> None:
    source = farm.add("shelf")
    shelf.put("a", "b", "c", "d", total=4)
    farm.harvest(source)
    shelf.put("a", total=1)
    farm.harvest(source)

    assert (farm.presences(source)["d"], told(farm, source)) == ("missing", "")
    (review,) = farm.reviews(source)
    farm.assembly.windrow.sources.decide(farm.principal, source.id, review.id, approve=True)
    farm.harvest(source)
    assert told(farm, source) == ""


def test_what_is_kept_though_it_is_gone_is_no_difference(farm: Farm, shelf: Shelf) -> None:
    source = farm.add("shelf", policies=Policies(requests_per_second=0, keep_gone=True))
    shelf.put("a", "b", total=2)
    farm.harvest(source, full=True)
    shelf.put("a", total=1)
    farm.harvest(source, full=True)

    assert (farm.presences(source)["b"], told(farm, source)) == ("kept", "")


def test_passes_that_did_not_read_everything_say_nothing(farm: Farm, shelf: Shelf) -> None:
    source = farm.add("shelf")
    shelf.opening = Opening((), total=3)
    shelf.pages = {"1": Reading(references=[Reference(each, f"doc:{each}", "") for each in "abc"])}
    shelf.documents = {f"doc:{each}": Reading(records=[record(each)]) for each in "abc"}
    farm.harvest(source)
    ids = [each.id for each in farm.resources(source).values()]

    shelf.documents["doc:b"] = RemoteUnreadable("cut off")
    farm.harvest(source, full=True)
    assert told(farm, source) == ""
    windrow = farm.assembly.windrow
    farm.finish(windrow.sources.harvest(farm.principal, source.id, only=ids[:1]))
    farm.finish(windrow.sources.refresh(farm.principal, source.id))
    shelf.pages = {"1": RemoteUnreadable("cut off")}
    farm.harvest(source)

    assert told(farm, source) == ""
