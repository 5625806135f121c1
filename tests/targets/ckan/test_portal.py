"""A CKAN portal gets a package for each record, keeps one of each, and leaves those of others alone."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.remotes.scripts import reset
from tests.remotes.server import Remote
from tests.storage.record_strategies import any_texts, records
from tests.targets.ckan.portal import KEY, Portal
from tests.targets.conftest import MakeCourier
from tests.targets.items import RECORD, item
from windrow.errors import RemoteError, RemoteStatus, RemoteUnreachable, Unfit
from windrow.formats import json
from windrow.model.records import Contact, Record
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Courier
from windrow.ports.targets import TargetRequest
from windrow.sources.ckan.packages import read_package
from windrow.targets.ckan import CkanTarget
from windrow.targets.ckan.packages import name_of, package_of, tags_of
from windrow.targets.ckan.settings import Settings

KIND = CkanTarget()
SETTINGS = {"owner_org": "office"}


@pytest.fixture
def portal(remote: Remote) -> Portal:
    return Portal(remote)


@pytest.fixture
def courier(portal: Portal, make_courier: MakeCourier) -> Courier:
    return make_courier(portal.url, Credential(CredentialKind.HEADER, KEY, "Authorization"))


@pytest.fixture
def target(portal: Portal) -> TargetRequest:
    return TargetRequest(portal.url, SETTINGS)


def test_the_organisation_is_looked_for(portal: Portal, target: TargetRequest, courier: Courier) -> None:
    KIND.check(target, courier)
    KIND.check(replace(target, settings={"owner_org": "id-office"}), courier)
    KIND.check(replace(target, settings={}), courier)

    with pytest.raises(RemoteError, match="organisation elsewhere"):
        KIND.check(replace(target, settings={"owner_org": "elsewhere"}), courier)


def test_a_record_arrives_as_it_was(portal: Portal, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item("urn:a:1"), courier)

    [package] = portal.active
    assert (remote, package["owner_org"]) == (package["id"], "office")
    found = read_package(package, url=portal.url)
    for name in ("title", "abstract", "type", "bbox", "time_start", "time_end", "language"):
        assert getattr(found, name) == getattr(RECORD, name), name
    assert found.keywords == ("river", "inlandWaters", "Gewässer süß still")
    assert {each.href for each in RECORD.links} <= {each.href for each in found.links}
    assert ("Eva Muster", "eva@example.org") in {(each.name, each.email) for each in found.contacts}
    assert package["license_id"] == "cc-by"


def test_put_again_there_is_one(portal: Portal, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)

    assert KIND.put(target, item(title="Seas", remote=remote), courier) == remote
    assert KIND.put(target, item(title="Lakes"), courier) == remote  # the caller died before it could keep the name
    assert [each["title"] for each in portal.active] == ["Lakes"]


def test_an_answer_that_was_lost_leads_to_no_second_package(
    portal: Portal, target: TargetRequest, courier: Courier
) -> None:
    portal.after = lambda action: reset() if action == "package_create" else None
    with pytest.raises(RemoteUnreachable):
        KIND.put(target, item(), courier)

    assert KIND.put(target, item(), courier) == portal.active[0]["id"]
    assert len(portal.packages) == 1


def test_resources_keep_their_ids(portal: Portal, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)
    for number, resource in enumerate(portal.packages[remote]["resources"]):
        resource["id"] = f"resource-{number}"

    KIND.put(target, item(links=RECORD.links[1:], remote=remote), courier)

    assert [each["id"] for each in portal.packages[remote]["resources"]] == ["resource-1"]


def test_it_goes_and_may_be_gone_already(portal: Portal, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)

    for each in (item(remote=remote), item(remote=remote), item(), item("windrow:other")):
        KIND.remove(target, each, courier)

    assert portal.active == []
    assert portal.asked.count("package_delete") == 1
    assert KIND.put(target, item(), courier) == remote
    assert len(portal.active) == 1


def test_it_may_be_purged(portal: Portal, courier: Courier) -> None:
    target = TargetRequest(portal.url, {**SETTINGS, "purge": True})
    KIND.put(target, item(), courier)

    KIND.remove(target, item(), courier)
    KIND.remove(target, item(), courier)

    assert portal.packages == {}


def test_somebody_elses_package_is_left_alone(portal: Portal, target: TargetRequest, courier: Courier) -> None:
    portal.packages["x"] = {"id": "x", "name": "roads", "title": "Mine", "state": "active", "extras": []}

    with pytest.raises(Unfit, match="did not come from here"):
        KIND.put(target, item("roads"), courier)
    KIND.remove(target, item("roads"), courier)

    assert portal.packages["x"]["title"] == "Mine"
    assert portal.packages["x"]["state"] == "active"


def test_groups_tags_and_privacy_are_settings(portal: Portal, courier: Courier) -> None:
    settings = {**SETTINGS, "groups": ["water"], "tags": ["pushed", "River"], "private": True}
    KIND.put(TargetRequest(portal.url, settings), item(keywords=("river",)), courier)

    [package] = portal.active
    assert (package["groups"], package["private"]) == ([{"name": "water"}], True)
    assert package["tags"] == [{"name": "River"}, {"name": "pushed"}]


def test_a_refused_key_is_named_as_such(portal: Portal, target: TargetRequest, make_courier: MakeCourier) -> None:
    stranger = make_courier(portal.url, Credential(CredentialKind.HEADER, "wrong", "X-CKAN-API-Key"))

    with pytest.raises(RemoteStatus, match=r"credential does not allow this.*Access denied") as caught:
        KIND.put(target, item(), stranger)
    assert (caught.value.status, caught.value.retryable) == (403, False)


def test_a_missing_organisation_is_no_fault_of_the_record(portal: Portal, courier: Courier) -> None:
    with pytest.raises(RemoteStatus, match="Organization does not exist"):
        KIND.put(TargetRequest(portal.url), item(), courier)


def test_a_record_that_is_never_taken_is_unfit(
    portal: Portal, target: TargetRequest, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("windrow.targets.ckan.packages.tags_of", lambda keywords: ["a:b"])

    with pytest.raises(Unfit, match="Tag can only contain"):
        KIND.put(target, item(), courier)


def test_a_name_that_is_taken_out_of_sight_is_told_of_and_tried_again(
    portal: Portal, target: TargetRequest, courier: Courier
) -> None:
    portal.packages["x"] = {"id": "x", "name": name_of("windrow:1"), "state": "deleted", "extras": []}
    portal.shows_deleted = False

    with pytest.raises(RemoteError, match="already in use") as caught:
        KIND.put(target, item(), courier)
    assert caught.value.retryable


@given(any_texts | st.text("abc-_", max_size=120))
def test_names_are_what_ckan_takes(identifier: str) -> None:
    name = name_of(identifier)

    assert 2 <= len(name) <= 100
    assert set(name) <= set(string.ascii_lowercase + string.digits + "-_")
    assert name == name_of(identifier)


@given(st.lists(st.text("aAä:-", max_size=6), unique=True, min_size=2))
def test_names_differ_where_identifiers_do(identifiers: list[str]) -> None:
    assert len(set(map(name_of, identifiers))) == len(identifiers)


@pytest.mark.parametrize(
    ("identifier", "name"), [("roads_2020", "roads_2020"), ("Straßen 1", "straen-1-"), ("a" * 101, "a" * 83 + "-")]
)
def test_names_look_like_their_identifiers(identifier: str, name: str) -> None:
    assert name_of(identifier).startswith(name)


@given(records())
def test_whatever_a_record_says_it_can_be_written(record: Record) -> None:
    package = package_of(record, record.identifier, Settings.of(SETTINGS))

    assert json.parse(json.serialise(package)) == package
    keys = [each["key"] for each in package["extras"]]
    assert len(keys) == len(set(keys))


def test_an_email_that_is_none_is_left_out() -> None:
    contacts = (
        Contact("Eva", role="author", email="eva at example"),
        Contact("Ida", role="owner", email="i@a.example"),
    )

    package = package_of(replace(RECORD, contacts=contacts), "a1", Settings.of(SETTINGS))

    assert (package["author"], package["author_email"]) == ("Eva", "")


def test_tags_are_what_ckan_takes() -> None:
    assert tags_of(["a", "air, land & sea", "x" * 120, "Air land sea", "ü2"]) == ["Air land sea", "x" * 100, "ü2"]


def test_a_box_over_the_antimeridian_stands_in_two() -> None:
    package = package_of(replace(RECORD, bbox=(170.0, -1.0, -170.0, 1.0)), "a1", Settings.of(SETTINGS))

    assert read_package({**package, "id": "x"}, url="https://example.org").bbox == (170.0, -1.0, -170.0, 1.0)
