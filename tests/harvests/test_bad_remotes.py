"""Bad remotes: whatever one does, the run ends honestly, says why, and nothing that was here is lost."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.harvests.farm import TENDER, Farm
from tests.harvests.protocols import CswServer, OaiServer, items
from tests.remotes.scripts import (
    Script,
    drip,
    entity_bomb,
    external_entity,
    garble,
    gzip_bomb,
    hang,
    hang_in_body,
    hang_up,
    html_page,
    large,
    redirect,
    reply,
    reset,
    status,
    truncate,
)
from tests.remotes.server import Remote
from tests.sources.csw.catalogue import Catalogue, iso
from windrow.model.runs import RunState
from windrow.model.sources import Source

ONCE = replace(TENDER, page_attempts=1)


@dataclass(frozen=True)
class Bad:
    """What the remote does instead of giving a page, and what the run then says."""

    script: Script
    told: str


OAI_PAGE = (
    b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2025-03-14T09:26:53Z</responseDate>'
    b"<request>http://127.0.0.1/oai</request><ListRecords><record><header><identifier>oai:4</identifier>"
    b"<datestamp>2025-01-01</datestamp></header><metadata/></record></ListRecords></OAI-PMH>"
)

BAD: dict[str, Bad] = {
    "not found": Bad(status(404), "answered 404"),
    "forbidden": Bad(status(403), "answered 403"),
    "server error": Bad(status(500), "answered 500"),
    "unavailable": Bad(status(503), "answered 503"),
    "hang": Bad(hang(), "sent nothing for 0.5 s"),
    "hang in the body": Bad(hang_in_body(b"<OAI-PMH>"), "sent nothing for 0.5 s"),
    "too slow": Bad(drip(b"<OAI-PMH/>" * 10, 0.2), "did not finish its answer within"),
    "redirect to a forbidden address": Bad(redirect("http://10.1.2.3/admin"), "10.1.2.3"),
    "redirect to a file": Bad(redirect("file:///etc/passwd"), "file"),
    "truncated": Bad(reply(OAI_PAGE[:200]), "XML"),
    "cut off": Bad(truncate(OAI_PAGE, 100), "is cut off"),
    "wrong encoding": Bad(
        reply(b'<?xml version="1.0" encoding="UTF-8"?><a>\xdcberschwemmung</a>'),
        "XML",
    ),
    "entity bomb": Bad(entity_bomb(), "entit"),
    "external entity": Bad(external_entity("file:///etc/passwd"), "entit"),
    "HTML with 200": Bad(html_page(), "HTML"),
    "gzip bomb": Bad(gzip_bomb(80), "larger than the limit"),
    "too large": Bad(large(70 * 1024 * 1024), "larger than the limit"),
    "not HTTP": Bad(garble(), "did not answer in HTTP"),
    "hung up": Bad(hang_up(), "broke the connection"),
    "reset": Bad(reset(), "broke the connection"),
}


PATIENT = {"attempts": 1}
IMPATIENT = {"read_timeout": 0.5, "whole_timeout": 1.5, "attempts": 1}


def wait_no_longer_than(farm: Farm, changes: Mapping[str, float]) -> None:
    """How long the farm's fetchers wait from now on."""
    maker: Any = farm.assembly.fetcher_maker
    maker.changes = changes


@pytest.fixture
def farm(farm: Farm) -> Farm:
    wait_no_longer_than(farm, IMPATIENT)
    return farm


@pytest.fixture
def oai(remote: Remote) -> OaiServer:
    return OaiServer(remote)


@pytest.fixture
def csw(remote: Remote) -> CswServer:
    return CswServer(remote, Catalogue([iso(f"r{number}", f"Title {number}") for number in range(1, 13)]))


@pytest.fixture
def harvested(farm: Farm, oai: OaiServer) -> Iterator[Source]:
    """Twelve records by OAI-PMH, three on a page; nothing is lost, whatever a test does after that."""
    source = farm.add("oai_pmh", oai.url, policies=ONCE)
    wait_no_longer_than(farm, PATIENT)  # nothing is bad yet, however slow this machine is
    assert farm.harvest(source).progress.counts == {"added": 12}
    wait_no_longer_than(farm, IMPATIENT)
    yield source
    assert set(farm.presences(source).values()) == {"present"}
    assert len(farm.titles(source)) >= 12
    assert farm.reviews(source) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_page_ends_its_walk_and_is_told(farm: Farm, oai: OaiServer, harvested: Source, name: str) -> None:
    oai.on_page(2, BAD[name].script)

    run = farm.harvest(harvested)

    assert (run.state, run.progress.counts, run.result["failed_pages"]) == (RunState.PARTIAL, {"unchanged": 3}, 1)
    assert run.error.startswith("a page failed: ")
    assert BAD[name].told in run.error
    assert run.result["complete"] is False
    assert_recovers(farm, oai, harvested)


def assert_recovers(farm: Farm, oai: OaiServer, source: Source) -> None:
    """As soon as the remote is well, all is well."""
    oai.spoil = lambda arguments: None
    run = farm.harvest(source)
    assert (run.state, run.progress.counts, run.error) == (RunState.SUCCEEDED, {"unchanged": 12}, "")


@pytest.mark.parametrize("name", ["server error", "hang", "entity bomb", "HTML with 200", "redirect to a file"])
def test_a_remote_that_is_bad_from_the_first_request_on_fails(
    farm: Farm, oai: OaiServer, harvested: Source, name: str
) -> None:
    oai.spoil = lambda arguments: BAD[name].script

    run = farm.harvest(harvested)

    assert (run.state, run.progress.counts) == (RunState.FAILED, {})
    assert BAD[name].told in run.error
    assert any(each.startswith("The source could not be opened") for each in farm.log(run))
    assert farm.look_at(harvested).health.value == "ailing"


def test_one_bad_page_of_independent_ones_does_not_hold_up_the_others(farm: Farm, csw: CswServer) -> None:
    source = farm.add("csw", csw.url, policies=ONCE, settings={"page_size": 3})
    assert farm.harvest(source).progress.counts == {"added": 12}
    csw.on_page(4, status(500))

    run = farm.harvest(source)

    assert (run.state, run.progress.counts) == (RunState.PARTIAL, {"unchanged": 9})
    assert (run.progress.done, run.progress.total) == (9, 12)
    assert "answered 500" in run.error
    assert set(farm.presences(source).values()) == {"present"}


def test_a_remote_that_is_not_there_fails_and_is_tried_again_by_the_run(farm: Farm, oai: OaiServer) -> None:
    source = farm.add("oai_pmh", "http://127.0.0.1:1/oai", policies=ONCE)

    run = farm.harvest(source)

    assert (run.state, run.failures) == (RunState.FAILED, 2)
    assert "refused" in run.error


def test_an_address_outside_the_policy_is_never_asked(farm: Farm) -> None:
    run = farm.harvest(farm.add("oai_pmh", "http://169.254.169.254/latest/meta-data", policies=ONCE))

    assert (run.state, run.failures) == (RunState.FAILED, 0)
    assert "169.254.169.254" in run.error


def test_a_page_that_fails_at_first_is_tried_again(farm: Farm, oai: OaiServer) -> None:
    answers = iter([status(500), hang_up()])

    def spoil(arguments: Any) -> Script | None:
        return next(answers, None) if "resumptionToken" in arguments else None

    oai.spoil = spoil
    source = farm.add("oai_pmh", oai.url, policies=replace(TENDER, page_attempts=4))

    run = farm.harvest(source)

    assert (run.state, run.progress.counts, run.error) == (RunState.SUCCEEDED, {"added": 12}, "")
    assert any("answered 500" in each and "Try 1; next in" in each for each in farm.log(run))


def test_a_host_that_asks_for_rest_gets_it_and_the_run_goes_on_by_itself(farm: Farm, oai: OaiServer) -> None:
    answers = iter([status(429, retry_after="600")])
    oai.spoil = lambda arguments: next(answers, None) if "resumptionToken" in arguments else None
    source = farm.add("oai_pmh", oai.url, policies=replace(TENDER, page_attempts=4))
    run = farm.start(source)

    farm.performer.perform(run.id)

    resting = farm.run(run.id)
    assert (resting.state, resting.progress.done, resting.failures) == (RunState.SCHEDULED, 3, 0)
    assert (resting.ready_at - farm.clock()).total_seconds() > 500
    ended = farm.finish(run)
    assert (ended.state, ended.progress.counts) == (RunState.SUCCEEDED, {"added": 12})


def test_a_host_that_keeps_failing_rests_and_is_given_up_in_the_end(farm: Farm, csw: CswServer) -> None:
    source = farm.add("csw", csw.url, policies=replace(TENDER, page_attempts=3), settings={"page_size": 1})
    farm.harvest(source)
    csw.spoil = lambda arguments: status(500) if arguments.get("resulttype") == "results" else None
    csw.remote.seen.clear()

    run = farm.harvest(source)

    assert run.state is RunState.FAILED
    assert run.attempt > 1, "the run gave its worker back while the host rested"
    assert len(csw.remote.seen) < 36, "a resting host is not asked for every page"
    assert any("left alone" in each for each in farm.log(run))
    assert set(farm.presences(source).values()) == {"present"}


def test_a_resumption_token_loop_ends(farm: Farm, oai: OaiServer, harvested: Source) -> None:
    oai.repository.token = lambda arguments, offset: "again"
    oai.repository.offset = lambda token: 3 if token else 0

    run = farm.harvest(harvested)

    assert run.state is RunState.PARTIAL
    assert "the walk would not end" in run.error
    assert len(oai.remote.seen) < 50


def test_a_token_loop_under_ever_new_names_ends_too(farm: Farm, oai: OaiServer, harvested: Source) -> None:
    numbers = iter(range(1000))
    oai.repository.token = lambda arguments, offset: f"token {next(numbers)}"
    oai.repository.offset = lambda token: 3 if token else 0

    run = farm.harvest(harvested)

    assert run.state is RunState.PARTIAL
    assert len(oai.remote.seen) < 100


@pytest.mark.parametrize(
    ("shift", "state", "presence"),
    [
        (lambda items: items.insert(0, items.pop()), RunState.SUCCEEDED, "missing"),
        (lambda items: items.pop(0), RunState.PARTIAL, "present"),
        (lambda items: items.insert(0, replace(items[0], identifier="oai:new")), RunState.PARTIAL, "present"),
    ],
    ids=["moved", "removed", "inserted"],
)
def test_a_list_that_shifts_while_it_is_paged_deletes_nothing(
    farm: Farm, oai: OaiServer, shift: Callable[[list[Any]], object], state: RunState, presence: str
) -> None:
    source = farm.add("oai_pmh", oai.url, policies=ONCE)
    farm.harvest(source)
    before = list(oai.repository.items)

    def spoil(arguments: Any) -> Script | None:
        if arguments.get("resumptionToken", "").endswith("&6"):
            oai.repository.items = list(before)
            shift(oai.repository.items)
        return None

    oai.spoil = spoil
    run = farm.harvest(source)

    assert (run.state, farm.presences(source)["oai:12"]) == (state, presence)
    assert len(farm.titles(source)) == 12
    assert [each.missing for each in farm.reviews(source)] == ([1] if presence == "missing" else [])


def test_duplicate_identifiers_are_counted_and_harm_nothing(farm: Farm, oai: OaiServer) -> None:
    oai.repository.items = [*items(6), *items(3)]
    source = farm.add("oai_pmh", oai.url, policies=ONCE)

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.SUCCEEDED, {"added": 6, "duplicate": 3})
    assert (second.state, second.progress.counts) == (RunState.SUCCEEDED, {"unchanged": 6, "duplicate": 3})
    assert "3 records were listed twice" in farm.log(second)


def test_a_record_that_cannot_be_read_is_quarantined(farm: Farm, csw: CswServer) -> None:
    csw.catalogue.records[4] = "<gmd:MD_Metadata><gmd:fileIdentifier/></gmd:MD_Metadata>"
    source = farm.add("csw", csw.url, policies=ONCE)

    first, second = farm.harvest(source), farm.harvest(source)

    assert (first.state, first.progress.counts) == (RunState.PARTIAL, {"added": 11, "quarantined": 1})
    assert (second.state, second.progress.counts) == (RunState.PARTIAL, {"unchanged": 11, "quarantined": 1})
    assert first.error == second.error == "1 records could not be read and are in quarantine"


def test_a_count_that_does_not_fit_is_told(farm: Farm, csw: CswServer) -> None:
    csw.catalogue.announces = 14
    source = farm.add("csw", csw.url, policies=ONCE)

    run = farm.harvest(source)

    assert run.state is RunState.PARTIAL
    assert run.progress.done < 14 == run.progress.total
    assert (run.result["complete"], farm.look_at(source).last_complete) == (False, None)


def test_an_empty_list_deletes_nothing(farm: Farm, oai: OaiServer, harvested: Source) -> None:
    oai.repository.items = []

    run = farm.harvest(harvested)

    assert run.state is RunState.FAILED
    assert run.error == "the source listed nothing, although 12 resources are known of it"


def test_an_oai_record_that_was_deleted_becomes_a_tombstone(farm: Farm, oai: OaiServer) -> None:
    source = farm.add("oai_pmh", oai.url, policies=ONCE)
    farm.harvest(source)
    oai.repository.items = [replace(each, deleted=each.identifier == "oai:5") for each in oai.repository.items]

    run = farm.harvest(source)

    assert (run.state, run.result["counts"]) == (RunState.SUCCEEDED, {"unchanged": 11, "gone": 1, "deleted": 1})
    assert [name for name, presence in farm.presences(source).items() if presence == "gone"] == ["oai:5"]
