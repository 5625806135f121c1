"""A GeoNode gets a document for each record, keeps one of each, and nothing else of it is touched."""

from dataclasses import replace

import pytest
from hypothesis import given

from tests.remotes.scripts import reset
from tests.remotes.server import Remote
from tests.storage.record_strategies import any_texts, records
from tests.targets.conftest import MakeCourier
from tests.targets.geonode.site import Site
from tests.targets.items import RECORD, item
from windrow.errors import RemoteStatus, RemoteUnreachable, RemoteUnreadable, Unfit
from windrow.formats import json
from windrow.model.records import Link, Record
from windrow.model.sources import Credential, CredentialKind
from windrow.ports.fetching import Courier
from windrow.ports.targets import TargetRequest
from windrow.targets.geonode import GeoNodeTarget
from windrow.targets.geonode.documents import There, fields_of, mark_of
from windrow.targets.geonode.settings import METADATA, Settings

KIND = GeoNodeTarget()
MARK = mark_of("windrow:1")


@pytest.fixture
def site(remote: Remote) -> Site:
    return Site(remote)


@pytest.fixture
def courier(site: Site, make_courier: MakeCourier) -> Courier:
    return make_courier(site.url, Credential(CredentialKind.BASIC, "secret", "ada"))


@pytest.fixture
def target(site: Site) -> TargetRequest:
    return TargetRequest(site.url)


def test_it_is_a_geonode(target: TargetRequest, courier: Courier) -> None:
    KIND.check(target, courier)


def test_a_record_arrives(site: Site, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)

    [document] = site.documents.values()
    assert remote == f"{document['pk']}/{document['uuid']}"
    assert (document["title"], document["abstract"]) == (RECORD.title, f"{RECORD.abstract}\n\n[{MARK}]")
    assert (document["doc_url"], document["extension"]) == ("https://example.org/a.csv", "txt")
    assert document["keywords"] == [{"name": each} for each in RECORD.keywords]
    assert (document["language"], document["date"], document["date_type"]) == (
        "ger",
        "2021-02-03T00:00:00+00:00",
        "creation",
    )
    assert document["temporal_extent_end"].startswith("2020-12-31T23:59:59")
    assert document["extent"] == {"coords": [5.5, 46.0, 10.25, 48.0], "srid": "EPSG:4326"}
    assert "https://example.org/wms?a=b" in document["supplemental_information"]


@pytest.mark.parametrize("short", [False, True])
def test_put_again_there_is_one(site: Site, target: TargetRequest, courier: Courier, short: bool) -> None:
    site.short = short
    site.add(title="Somebody's", abstract="own")
    remote = KIND.put(target, item(), courier)

    assert KIND.put(target, item(title="Seas", remote=remote), courier) == remote
    assert KIND.put(target, item(title="Lakes"), courier) == remote  # the caller died before it could keep the name
    assert [each["title"] for each in site.documents.values()] == ["Somebody's", "Lakes"]


def test_one_that_does_not_search_gets_no_second_document(site: Site, target: TargetRequest, courier: Courier) -> None:
    site.add(title="Somebody's", abstract="own")
    site.searches = False

    with pytest.raises(RemoteUnreadable, match="do not have the word"):
        KIND.put(target, item(), courier)
    assert len(site.documents) == 1


@pytest.mark.parametrize("lost", ["POST", "PATCH"])
def test_an_answer_that_was_lost_leads_to_no_second_document(
    site: Site, target: TargetRequest, courier: Courier, lost: str
) -> None:
    site.after = lambda method: reset() if method == lost else None
    with pytest.raises(RemoteUnreachable):
        KIND.put(target, item(), courier)
    site.after = lambda method: None

    KIND.put(target, item(), courier)
    assert [each["title"] for each in site.documents.values()] == [RECORD.title]


def test_one_that_does_not_tell_what_it_made_is_asked(site: Site, target: TargetRequest, courier: Courier) -> None:
    site.tells_made = False

    assert There.of(KIND.put(target, item(), courier)) == There("1", site.documents[1]["uuid"])


def test_it_goes_and_may_be_gone_already(site: Site, target: TargetRequest, courier: Courier) -> None:
    other = site.add(title="Somebody's", abstract="own")
    remote = KIND.put(target, item(), courier)

    for each in (item(remote=remote), item(remote=remote), item(), item(remote="nonsense")):
        KIND.remove(target, each, courier)

    assert set(site.documents) == {other}


def test_what_has_its_number_now_is_left_alone(site: Site, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)
    site.documents[1] = {**site.documents[1], "uuid": "another", "title": "Somebody's", "abstract": "own"}

    KIND.remove(target, item(remote=remote), courier)
    assert set(site.documents) == {1}

    assert KIND.put(target, item(remote=remote), courier).startswith("2/")
    assert site.documents[1]["title"] == "Somebody's"


def test_a_document_that_people_edited_is_still_the_records(
    site: Site, target: TargetRequest, courier: Courier
) -> None:
    remote = KIND.put(target, item(), courier)
    site.documents[1]["abstract"] = "In other words."

    assert KIND.put(target, item(remote=remote), courier) == remote


def test_one_that_was_deleted_there_is_made_again(site: Site, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)
    site.documents.clear()

    assert KIND.put(target, item(remote=remote), courier) != remote
    assert len(site.documents) == 1


def test_a_page_of_ones_own_may_be_what_documents_lead_to(site: Site, courier: Courier) -> None:
    settings = {"document_url": "https://example.org/r/{identifier}", "extension": "pdf", "metadata": ["language"]}
    KIND.put(TargetRequest(site.url, settings), item("a/b", links=()), courier)

    assert site.documents[1]["doc_url"] == "https://example.org/r/a%2Fb"
    assert site.documents[1]["extension"] == "pdf"
    assert "keywords" not in site.documents[1]
    assert site.documents[1]["language"] == "ger"


def test_a_record_without_a_link_is_unfit(site: Site, target: TargetRequest, courier: Courier) -> None:
    with pytest.raises(Unfit, match="no link"):
        KIND.put(target, item(links=(Link("ftp://example.org/a"),)), courier)
    assert site.documents == {}


def test_a_change_that_did_nothing_is_not_believed(site: Site, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)
    site.remote.answer("/api/v2/documents/1/", lambda seen: site._on_one(1)(replace(seen, method="GET")))
    site.documents[1]["abstract"] = ""

    with pytest.raises(RemoteUnreadable, match="did not change"):
        KIND.put(target, item(remote=remote), courier)


@pytest.mark.parametrize(
    ("credential", "told"),
    [
        (Credential(CredentialKind.BASIC, "wrong", "ada"), "credential was refused.*Invalid username/password"),
        (None, "credential does not allow this.*were not provided"),
    ],
)
def test_a_refused_credential_is_named_as_such(
    site: Site, target: TargetRequest, make_courier: MakeCourier, credential: Credential | None, told: str
) -> None:
    with pytest.raises(RemoteStatus, match=told):
        KIND.put(target, item(), make_courier(site.url, credential))


def test_what_it_refuses_is_told_in_its_words(site: Site, courier: Courier) -> None:
    with pytest.raises(RemoteStatus, match="not supported"):
        KIND.put(TargetRequest(site.url, {"extension": "exe"}), item(links=(Link("https://a.example/"),)), courier)


@given(any_texts)
def test_marks_are_one_word(identifier: str) -> None:
    assert mark_of(identifier).isalnum()


@given(records())
def test_whatever_a_record_says_it_can_be_written(record: Record) -> None:
    settings = Settings.of({"document_url": "https://example.org/{identifier}"})

    assert set(METADATA) == set(settings.metadata)
    assert json.parse(json.serialise(fields_of(record, record.identifier, settings)))
