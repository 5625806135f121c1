"""What people do with sources, without any way in between."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.harvests.farm import Farm, open_farm
from tests.harvests.shelf import Shelf, ShelfKind
from windrow.core.source_drafts import SourceDraft, SourceView
from windrow.errors import BadInput, Conflict
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.runs import RunFilter


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    with open_farm(tmp_path, kinds=(ShelfKind(Shelf()),)) as farm:
        yield farm


def draft(name: str, **more: Any) -> SourceDraft:
    return SourceDraft(name=name, kind="shelf", url="https://shelf.example.org/", **more)


def draft_of(view: SourceView, **changes: Any) -> SourceDraft:
    return replace(view.draft, **changes)


def questions(farm: Farm, ask: Callable[[], object]) -> int:
    """How many statements it takes."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = farm.assembly.store._database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum(each.startswith("SELECT") for each in asked)


def test_a_list_takes_as_many_questions_for_many_sources_as_for_few(farm: Farm) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal
    for number in range(2):
        sources.harvest(admin, sources.create(admin, draft(f"few {number}")).source.id)
    few = questions(farm, lambda: sources.page(admin))
    for number in range(20):
        sources.harvest(admin, sources.create(admin, draft(f"many {number}")).source.id)

    assert questions(farm, lambda: sources.page(admin)) == few == 4
    views = sources.page(admin).items
    assert [view.last_run.task_id if view.last_run else "" for view in views] == [view.task.id for view in views]


def test_what_is_wrong_is_told_before_anything_is_written(farm: Farm) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal
    before = sources.create(admin, draft("one"))

    for wrong in ({"queue": "no queue"}, {"priority": 101}, {"url": "x"}, {"kind": "y"}):
        with pytest.raises(BadInput):
            sources.change(admin, before.source.id, draft_of(before, **{"name": "two", **wrong}))

    assert sources.view(admin, before.source.id) == before


def test_a_change_from_an_old_look_is_refused_whole(farm: Farm) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal
    seen = sources.create(admin, draft("one"))
    first = sources.change(admin, seen.source.id, draft_of(seen, priority=5), seen=seen.source.changed_at)

    with pytest.raises(Conflict, match="somebody else"):
        sources.change(admin, seen.source.id, draft_of(seen, priority=9), seen=seen.source.changed_at)

    assert sources.view(admin, seen.source.id) == first
    assert first.task.priority == 5


def test_a_credential_goes_to_its_own_origin_only(farm: Farm) -> None:
    sources, admin = farm.assembly.windrow.sources, farm.principal
    secret = Credential(CredentialKind.BEARER, "swordfish")
    view = sources.create(admin, draft("one", credential=secret))
    kept = farm.assembly.store.sources.credential

    same = sources.change(admin, view.source.id, draft_of(view, url="https://shelf.example.org/other"))
    assert (same.source.has_credential, kept(view.source.id)) == (True, secret)

    elsewhere = sources.change(admin, view.source.id, draft_of(view, url="https://elsewhere.example.org/"))
    assert (elsewhere.source.has_credential, kept(view.source.id)) == (False, None)


def test_cancelling_begins_with_those_that_wait(farm: Farm) -> None:
    windrow, admin = farm.assembly.windrow, farm.principal
    view = windrow.sources.create(admin, draft("one"))
    first = windrow.sources.harvest(admin, view.source.id)
    second = replace(first, id=first.id[:-1] + ("0" if first.id[-1] != "0" else "1"))
    farm.assembly.store.runs.add([second])

    stopped = windrow.sources.cancel(admin, view.source.id)

    runs = farm.assembly.store.runs.page(RunFilter(None, task_id=view.task.id), limit=10).items
    assert stopped is not None
    assert [run.state.value for run in runs] == ["cancelled", "cancelled"]
    assert windrow.sources.cancel(admin, view.source.id) is None
