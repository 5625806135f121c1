"""Local edits: whole harvests keep them, in whatever way the remote's record comes, goes and changes."""

from dataclasses import replace
from typing import Any

import pytest

from tests.harvests.farm import BRISK, TENDER, Farm
from tests.harvests.shelf import Shelf, record, unreadable
from windrow.errors import BadInput, Conflict, NotAllowed, NotFound
from windrow.model.accounts import Right
from windrow.model.edits import Origin, Rule
from windrow.model.resources import Outcome
from windrow.model.sources import Policies, Source
from windrow.ports.source_kinds import Reading


def show(shelf: Shelf, *titles: str) -> None:
    """The remote has these: `a: Title`."""
    pairs = [each.partition(": ") for each in titles]
    shelf.pages = {"1": Reading(records=[record(name, title) for name, _, title in pairs])}


def begun(farm: Farm, shelf: Shelf, policies: Policies = BRISK) -> Source:
    """A source of two records, of which the first is edited."""
    show(shelf, "a: One", "b: Two")
    source = farm.add("shelf", policies=policies)
    farm.harvest(source)
    edit(farm, source, {"title": "Ours"})
    return source


def edit(farm: Farm, source: Source, values: dict[str, Any], **more: Any) -> Any:
    return farm.assembly.windrow.editing.edit(farm.principal, farm.resources(source)["a"].id, values, **more)


def traced(farm: Farm, source: Source) -> dict[str, Any]:
    number = farm.resources(source)["a"].id
    return {each.field: each for each in farm.assembly.windrow.editing.trace(farm.principal, number).fields}


@pytest.mark.parametrize("full", [False, True])
def test_an_edited_record_is_no_changed_one(farm: Farm, shelf: Shelf, full: bool) -> None:
    source = begun(farm, shelf)
    before = farm.resources(source)["a"]

    run = farm.harvest(source, full=full)

    assert run.progress.counts == {"unchanged": 2}
    assert farm.titles(source) == {"a": "Ours", "b": "Two"}
    assert farm.resources(source)["a"] == before


def test_an_edit_marks_the_resource_as_changed(farm: Farm, shelf: Shelf) -> None:
    show(shelf, "a: One")
    source = farm.add("shelf")
    farm.harvest(source)
    before = farm.resources(source)["a"].last_changed

    entry = edit(farm, source, {"title": "Ours"}, seen=before)

    assert entry.stored_at == farm.resources(source)["a"].last_changed > before
    with pytest.raises(Conflict):
        edit(farm, source, {"title": "Mine"}, seen=before)


def test_what_the_remote_changes_is_kept_beside_the_edit(farm: Farm, shelf: Shelf) -> None:
    source = begun(farm, shelf)
    show(shelf, "a: Another one", "b: Two")

    run = farm.harvest(source)

    title = traced(farm, source)["title"]
    assert run.progress.counts == {"changed": 1, "unchanged": 1}
    assert farm.titles(source)["a"] == "Ours"
    assert (title.origin, title.remote, title.conflict, title.run_id) == (Origin.LOCAL, "Another one", True, run.id)
    number = farm.resources(source)["a"].id
    undone = farm.assembly.windrow.editing.undo(farm.principal, number, "title")
    assert undone.record.title == "Another one"
    assert shelf.asked == ["1", "1"]


def test_the_source_says_what_becomes_of_edits_unless_they_do(farm: Farm, shelf: Shelf) -> None:
    rules = {"title": Rule.REMOTE, "abstract": Rule.REMOTE}
    source = begun(farm, shelf, replace(BRISK, edit_rules=rules))
    edit(farm, source, {"abstract": "Ours"}, rules={"abstract": "local"})
    show(shelf, "a: Another one", "b: Two")

    run = farm.harvest(source)

    assert farm.titles(source)["a"] == "Another one"
    assert "local edit of title gave way to the source: a" in farm.log(run)
    assert traced(farm, source)["abstract"].value == "Ours"


def test_what_goes_and_comes_back_is_as_it_was_edited(farm: Farm, shelf: Shelf) -> None:
    source = begun(farm, shelf, TENDER)
    show(shelf, "b: Two")
    farm.harvest(source)
    assert farm.titles(source) == {"b": "Two"}
    show(shelf, "a: One", "b: Two")

    run = farm.harvest(source)

    assert run.progress.counts == {"restored": 1, "unchanged": 1}
    assert farm.titles(source)["a"] == "Ours"
    show(shelf, "b: Two")
    farm.harvest(source)
    show(shelf, "a: Another one", "b: Two")
    farm.harvest(source)
    assert farm.titles(source)["a"] == "Ours"
    assert traced(farm, source)["title"].remote == "Another one"


def test_a_tombstone_takes_its_edits_along(farm: Farm, shelf: Shelf) -> None:
    source = begun(farm, shelf, TENDER)
    show(shelf, "b: Two")
    farm.harvest(source)
    farm.clock.jump(days=31)
    farm.assembly.watching.tidy()
    show(shelf, "a: One", "b: Two")

    farm.harvest(source)

    assert farm.titles(source)["a"] == "One"
    assert traced(farm, source)["title"].edit is None


def test_what_is_not_wanted_keeps_its_edits(farm: Farm, shelf: Shelf) -> None:
    source = begun(farm, shelf)
    sources, number = farm.assembly.windrow.sources, farm.resources(source)["a"].id
    sources.want(farm.principal, source.id, [number], wanted=False)
    with pytest.raises(NotFound):
        farm.assembly.windrow.editing.edit(farm.principal, number, {"title": "Hidden"})
    show(shelf, "a: Another one", "b: Two")
    farm.harvest(source)

    sources.want(farm.principal, source.id, [number], wanted=True)

    assert farm.titles(source)["a"] == "Ours"


def test_what_cannot_be_read_any_more_stays_as_it_was_edited(farm: Farm, shelf: Shelf) -> None:
    source = begun(farm, shelf)
    shelf.pages = {"1": Reading(records=[unreadable("a"), record("b", "Two")])}

    farm.harvest(source)

    assert farm.resources(source)["a"].outcome is Outcome.QUARANTINED
    assert farm.titles(source)["a"] == "Ours"
    assert edit(farm, source, {"licence": "CC0"}).record.title == "Ours"


def test_who_may_not_write_there_edits_nothing(farm: Farm, shelf: Shelf) -> None:
    source = begun(farm, shelf)
    number, editing = farm.resources(source)["a"].id, farm.assembly.windrow.editing
    reader = replace(farm.principal, rights=frozenset({Right.READ}))

    with pytest.raises(NotAllowed):
        editing.edit(reader, number, {"title": "x"})
    with pytest.raises(NotAllowed):
        editing.undo(reader, number, "title")
    with pytest.raises(NotAllowed):
        editing.confirm(reader, number, "title")
    assert editing.trace(reader, number).entry.record.title == "Ours"


def test_everything_wrong_is_named_at_once(farm: Farm, shelf: Shelf) -> None:
    source = begun(farm, shelf)

    with pytest.raises(BadInput) as refused:
        edit(farm, source, {"title": "", "bbox": [1]}, rules={"abstract": "mine", "identifier": "local"})

    fields = [each.field for each in refused.value.problems]
    assert fields == ["title", "bbox", "rules.identifier", "rules.abstract"]
