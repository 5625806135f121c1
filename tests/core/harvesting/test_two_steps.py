"""Two steps: a refresh lists what there is, people choose, a harvest fetches what they chose; or both in one."""

from dataclasses import replace

import orjson
import pytest

from tests.harvests.farm import BRISK, Farm
from tests.harvests.shelf import Shelf, record
from windrow.core.runs import TaskDraft
from windrow.core.source_drafts import SourceDraft
from windrow.errors import BadInput, Conflict
from windrow.model.resources import Outcome
from windrow.model.runs import Run, RunState
from windrow.model.sources import Policies, Source
from windrow.ports.source_kinds import Opening, Reading, Reference
from windrow.ports.sources import ResourceFilter

CHOOSING = replace(BRISK, new_wanted=False)


def list_documents(shelf: Shelf, *names: str, version: str = "1", title: str = "") -> None:
    """A list of documents that lie apart from it."""
    shelf.pages = {
        "1": Reading(
            references=[Reference(each, f"/{each}", version, title or f"Listed {each}", "dataset") for each in names]
        )
    }
    titles = {each: f"{title or 'Title of'} {each} {version}" for each in names}
    shelf.documents = {f"/{each}": Reading(records=[record(each, titles[each], version=version)]) for each in names}
    shelf.asked.clear()


def refresh(farm: Farm, source: Source) -> Run:
    return farm.finish(farm.assembly.windrow.sources.refresh(farm.principal, source.id))


def choose(farm: Farm, source: Source, *names: str, wanted: bool = True) -> None:
    numbers = [farm.resources(source)[each].id for each in names]
    farm.assembly.windrow.sources.want(farm.principal, source.id, numbers, wanted=wanted)


def fetched(shelf: Shelf) -> list[str]:
    return sorted(each[1:] for each in shelf.asked if each.startswith("/"))


@pytest.mark.parametrize("policies", [BRISK, CHOOSING])
def test_a_refresh_lists_and_fetches_nothing(farm: Farm, shelf: Shelf, policies: Policies) -> None:
    list_documents(shelf, "a", "b")
    source = farm.add("shelf", policies=policies)

    run = refresh(farm, source)

    assert (run.kind, run.state, run.progress.counts) == ("refresh", RunState.SUCCEEDED, {"listed": 2})
    assert fetched(shelf) == []
    assert {
        name: (each.title, each.type, each.outcome, each.wanted) for name, each in farm.resources(source).items()
    } == {
        "a": ("Listed a", "dataset", Outcome.LISTED, policies.new_wanted),
        "b": ("Listed b", "dataset", Outcome.LISTED, policies.new_wanted),
    }
    assert farm.titles(source) == {}


def test_what_a_change_would_list_is_no_trouble(farm: Farm, shelf: Shelf) -> None:
    list_documents(shelf, "a")
    source = farm.add("shelf", policies=CHOOSING)
    windrow, draft = farm.assembly.windrow, SourceDraft(source.name, source.kind, source.url)

    run = farm.finish(windrow.sources.diff(farm.principal, source.id, draft))

    (output,) = windrow.runs.outputs(farm.principal, run.id)
    with windrow.runs.open_output(farm.principal, run.id, output.name) as (_, file):
        changes = [orjson.loads(line) for line in file]
    assert changes == [{"change": "added", "identifier": "a", "title": "Listed a", "problem": ""}]
    assert (run.result["counts"], farm.resources(source)) == ({"listed": 1}, {})


def test_a_harvest_fetches_what_was_chosen(farm: Farm, shelf: Shelf) -> None:
    list_documents(shelf, "a", "b", "c")
    source = farm.add("shelf", policies=CHOOSING)
    refresh(farm, source)
    choose(farm, source, "b")

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.SUCCEEDED, {"added": 1, "listed": 2})
    assert fetched(shelf) == ["b"]
    assert farm.titles(source) == {"b": "Title of b 1"}
    assert farm.resources(source)["b"].href == "/b"


def test_one_step_does_both(farm: Farm, shelf: Shelf) -> None:
    list_documents(shelf, "a", "b")
    source = farm.add("shelf")

    run = farm.harvest(source)

    assert (run.progress.counts, sorted(farm.titles(source))) == ({"added": 2}, ["a", "b"])
    assert {each.type for each in farm.resources(source).values()} == {"dataset"}


def test_what_is_chosen_later_is_fetched_although_only_changes_are_asked_for(farm: Farm, shelf: Shelf) -> None:
    shelf.opening = Opening((), since=farm.clock())
    list_documents(shelf, "a", "b")
    source = farm.add("shelf", policies=replace(CHOOSING, full_every=BRISK.full_every))
    refresh(farm, source)
    farm.harvest(source)
    choose(farm, source, "a")
    shelf.asked.clear()

    farm.harvest(source)

    assert shelf.requests[-1].since is None
    assert fetched(shelf) == ["a"]


def test_a_refresh_that_leaves_something_to_fetch_does_not_count_as_a_harvest(farm: Farm, shelf: Shelf) -> None:
    shelf.opening = Opening((), since=farm.clock())
    list_documents(shelf, "a")
    source = farm.add("shelf")
    farm.harvest(source)
    since = farm.look_at(source).since
    shelf.opening = Opening((), since=farm.clock(), listing=False)
    list_documents(shelf, "a", version="2")

    run = refresh(farm, source)

    assert run.progress.counts == {"unfetched": 1}
    assert farm.look_at(source).since == since
    assert farm.harvest(source).progress.counts == {"changed": 1}


def test_a_list_of_whole_records_needs_no_second_step(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b")
    source = farm.add("shelf", policies=CHOOSING)
    refresh(farm, source)

    choose(farm, source, "a")

    assert list(farm.titles(source)) == ["a"]


def test_only_the_chosen_ones(farm: Farm, shelf: Shelf) -> None:
    list_documents(shelf, "a", "b", "c")
    source = farm.add("shelf", policies=CHOOSING)
    refresh(farm, source)
    numbers = [farm.resources(source)[each].id for each in ("a", "c")]
    shelf.asked.clear()

    run = farm.finish(farm.assembly.windrow.sources.harvest(farm.principal, source.id, only=numbers))

    assert (run.state, run.progress.counts, run.progress.total) == (RunState.SUCCEEDED, {"added": 2}, 2)
    assert shelf.asked == ["/a", "/c"]
    assert sorted(farm.titles(source)) == ["a", "c"]
    assert farm.presences(source) == dict.fromkeys("abc", "present")


def test_only_the_chosen_ones_of_a_list_of_whole_records(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b", "c", total=3)
    source = farm.add("shelf")
    farm.harvest(source)
    shelf.pages = {"1": Reading(records=[record("a", "New a"), record("b", "New b")], total=2)}
    number = farm.resources(source)["b"].id

    run = farm.finish(farm.assembly.windrow.sources.harvest(farm.principal, source.id, only=[number]))

    assert (run.state, run.progress.counts) == (RunState.SUCCEEDED, {"changed": 1, "left_out": 1})
    assert farm.titles(source) == {"a": "Title of a", "b": "New b", "c": "Title of c"}


@pytest.mark.parametrize("only", [[], [999], list(range(1, 20_000))])
def test_a_choice_must_name_resources_of_the_source(farm: Farm, shelf: Shelf, only: list[int]) -> None:
    source = farm.add("shelf")

    with pytest.raises(BadInput, match="only"):
        farm.assembly.windrow.sources.harvest(farm.principal, source.id, only=only)


def test_a_list_that_calls_it_something_else_is_followed_until_it_is_fetched(farm: Farm, shelf: Shelf) -> None:
    list_documents(shelf, "a")
    source = farm.add("shelf", policies=CHOOSING)
    refresh(farm, source)
    list_documents(shelf, "a", title="Another name")

    refresh(farm, source)

    assert farm.resources(source)["a"].title == "Another name"


def test_what_was_only_listed_goes_and_comes_back(farm: Farm, shelf: Shelf) -> None:
    list_documents(shelf, "a", "b")
    source = farm.add("shelf", policies=replace(CHOOSING, guard_share=1.0))
    refresh(farm, source)
    list_documents(shelf, "a")
    refresh(farm, source)
    assert farm.presences(source) == {"a": "present", "b": "gone"}
    list_documents(shelf, "a", "b")

    refresh(farm, source)

    assert farm.presences(source) == {"a": "present", "b": "present"}
    assert farm.resources(source)["b"].outcome is Outcome.LISTED


def test_a_source_may_keep_what_is_gone(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b", "c")
    source = farm.add("shelf", policies=replace(BRISK, keep_gone=True))
    farm.harvest(source)
    shelf.put("a")

    run = farm.harvest(source)

    assert run.progress.counts == {"unchanged": 1, "deleted": 2}
    assert farm.presences(source) == {"a": "present", "b": "kept", "c": "kept"}
    assert sorted(farm.titles(source)) == ["a", "b", "c"]
    assert farm.reviews(source) == []
    assert farm.harvest(source).progress.counts == {"unchanged": 1}
    farm.clock.jump(days=365)
    farm.assembly.watching.tidy()
    assert sorted(farm.titles(source)) == ["a", "b", "c"]
    shelf.put("a", "b")
    farm.harvest(source)
    assert farm.presences(source) == {"a": "present", "b": "present", "c": "kept"}


def test_a_pass_at_a_time(farm: Farm, shelf: Shelf) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal
    source = farm.add("shelf")
    harvest, look = sources.harvest(admin, source.id), sources.refresh(admin, source.id)

    with pytest.raises(Conflict, match="has not ended"):
        sources.refresh(admin, source.id)
    assert [each.id for each in sources.active(admin, source.id)] == [harvest.id, look.id]
    with pytest.raises(Conflict, match="at work on source"):
        sources.delete(admin, source.id)

    sources.cancel(admin, source.id)

    assert [farm.run(each.id).state for each in (harvest, look)] == [RunState.CANCELLED] * 2
    sources.delete(admin, source.id)


def test_a_refresh_belongs_to_its_source(farm: Farm, shelf: Shelf) -> None:
    tasks, source = farm.assembly.windrow.tasks, farm.add("shelf")
    run = refresh(farm, source)

    for refuse in (
        lambda: tasks.change(farm.principal, run.task_id, TaskDraft("mine", "refresh")),
        lambda: tasks.delete(farm.principal, run.task_id, farm.assembly.blobs),
    ):
        with pytest.raises(Conflict, match=f"belongs to source {source.id}"):
            refuse()
    assert farm.finish(tasks.start(farm.principal, run.task_id)).state is RunState.SUCCEEDED


def test_lists_can_be_narrowed_to_what_was_never_fetched(farm: Farm, shelf: Shelf) -> None:
    list_documents(shelf, "a", "b")
    source = farm.add("shelf", policies=CHOOSING)
    refresh(farm, source)
    choose(farm, source, "a")
    farm.harvest(source)

    found = farm.assembly.store.sources.list_resources(source.id, ResourceFilter(outcome=Outcome.LISTED), limit=10)

    assert [each.identifier for each in found.items] == ["b"]


def test_a_page_that_did_not_change_is_not_taken_for_the_chosen_ones(farm: Farm, shelf: Shelf) -> None:
    shelf.put("a", "b", "c")
    shelf.fingerprints = {"1": b"the same"}
    source = farm.add("shelf")
    farm.harvest(source)
    number = farm.resources(source)["b"].id

    run = farm.finish(farm.assembly.windrow.sources.harvest(farm.principal, source.id, only=[number]))

    assert run.progress.counts == {"unchanged": 1, "left_out": 2}
