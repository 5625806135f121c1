"""What people do with targets: rules on what they may be changed to, checks, who may."""

from dataclasses import replace

import pytest

from tests.core.pushing.conftest import URL, Yard
from tests.remotes.scripts import reply, status
from tests.remotes.server import Remote
from windrow.core.runs import TaskDraft
from windrow.core.targets import TargetDraft
from windrow.errors import BadInput, Conflict, NotAllowed, NotFound
from windrow.model.accounts import Right
from windrow.model.sources import Credential, CredentialKind
from windrow.model.targets import Pace, TargetState

SECRET = Credential(CredentialKind.BEARER, "s3cret")


def test_every_field_at_fault_is_named(yard: Yard) -> None:
    source, targets = yard.source(), yard.farm.assembly.windrow.targets

    for draft, field in (
        (TargetDraft("x", "barn", URL), "kind"),
        (TargetDraft("x", "depot", "ftp://x"), "url"),
        (TargetDraft("x", "depot", "https://ada:pw@example.org/"), "url"),
        (TargetDraft(" ", "depot", URL), "name"),
        (TargetDraft("x", "depot", URL, {"shelf": 1}), "settings.shelf"),
        (TargetDraft("x", "depot", URL, credential=Credential(CredentialKind.HEADER, "x", "a b")), "credential.name"),
    ):
        with pytest.raises(BadInput) as caught:
            targets.create(yard.farm.principal, source.id, draft)
        assert [each.field for each in caught.value.problems] == [field]
    with pytest.raises(BadInput) as caught:
        Pace(-1, 0)
    assert [each.field for each in caught.value.problems] == ["requests_per_second", "concurrency"]


def test_the_secret_goes_where_the_origin_stays_and_nowhere_else(yard: Yard) -> None:
    source, targets = yard.source(), yard.farm.assembly.windrow.targets
    target = yard.target(source, credential=SECRET)

    draft = replace(yard.view(target).draft, url=f"{URL}/deeper")
    assert targets.change(yard.farm.principal, source.id, target.id, draft).target.has_credential

    draft = replace(draft, url="http://127.0.0.1:10/depot")
    assert not targets.change(yard.farm.principal, source.id, target.id, draft).target.has_credential


def test_its_kind_stays_and_what_leaves_is_not_changed(yard: Yard) -> None:
    source, targets = yard.source(), yard.farm.assembly.windrow.targets
    target = yard.target(source)
    draft = yard.view(target).draft

    with pytest.raises(BadInput, match="cannot be changed"):
        targets.change(yard.farm.principal, source.id, target.id, replace(draft, kind="other"))
    yard.farm.assembly.store.targets.mark(target.id, TargetState.LEAVING, now=yard.farm.clock())
    with pytest.raises(Conflict, match="taken away"):
        targets.change(yard.farm.principal, source.id, target.id, draft)


def test_a_check_tells_whether_it_would_take_records(yard: Yard, remote: Remote) -> None:
    remote.on("/there", reply(b"here"))
    remote.on("/away", status(503))
    source, targets = yard.source(), yard.farm.assembly.windrow.targets
    there = yard.target(source, "there", remote.url("/there"), credential=SECRET)
    away = yard.target(source, "away", remote.url("/away"))

    found = [targets.check(yard.farm.principal, source.id, each.id) for each in (there, away)]

    assert [each.available for each in found] == [True, False]
    assert found[0].problem == ""
    assert "503" in found[1].problem
    assert remote.seen[0].headers["authorization"] == "Bearer s3cret"


def test_who_may_only_read_changes_nothing(yard: Yard) -> None:
    source, targets = yard.source("a"), yard.farm.assembly.windrow.targets
    target = yard.target(source)
    reader = replace(yard.farm.principal, rights=frozenset({Right.READ}))
    draft = yard.view(target).draft

    assert targets.view(reader, source.id, target.id) == yard.view(target)
    for act in (
        lambda: targets.create(reader, source.id, draft),
        lambda: targets.change(reader, source.id, target.id, draft),
        lambda: targets.delete(reader, source.id, target.id),
        lambda: targets.check(reader, source.id, target.id),
        lambda: targets.push(reader, source.id),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_target_is_found_at_its_own_source_only(yard: Yard) -> None:
    source, other = yard.source(), yard.source()
    target = yard.target(source)

    for act in (yard.farm.assembly.windrow.targets.view, yard.farm.assembly.windrow.targets.push):
        with pytest.raises(NotFound, match="target"):
            act(yard.farm.principal, other.id, target.id)


def test_a_source_that_is_pushed_from_may_be_harvested_and_not_deleted(yard: Yard) -> None:
    source = yard.source("a")
    yard.target(source)
    run = yard.farm.assembly.windrow.targets.push(yard.farm.principal, source.id)

    assert yard.farm.look_at(source).activity == ""
    assert yard.farm.harvest(source).state.value == "succeeded"
    with pytest.raises(Conflict, match=run.id):
        yard.farm.assembly.windrow.sources.delete(yard.farm.principal, source.id)


def test_people_make_no_task_of_it(yard: Yard) -> None:
    draft = TaskDraft("mine", "push", {"source_id": yard.source().id})

    with pytest.raises(BadInput, match="work on a source"):
        yard.farm.assembly.windrow.tasks.create(yard.farm.principal, draft)
