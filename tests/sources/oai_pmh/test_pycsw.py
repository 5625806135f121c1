"""A real server, pycsw, with its own idea of the protocol, gives up every record it has."""

from collections.abc import Callable

import pytest

from samples.servers.pycsw import Pycsw
from tests.servers.pycsw import RECORDS
from tests.sources.oai_pmh.fetchers import LoopbackFetcher
from tests.sources.oai_pmh.passes import KIND, harvest
from windrow.ports.source_kinds import Detection, PassRequest

ORTHOPHOTO = "de53e931-778a-4792-94ad-9fe507aca483"


@pytest.mark.parametrize("page", [1, 7, 100])
@pytest.mark.parametrize("prefix", ["auto", "oai_dc", "csw-record"])
def test_every_record_arrives_once_under_its_own_identifier(
    start_pycsw: Callable[..., Pycsw], prefix: str, page: int
) -> None:
    server = start_pycsw([RECORDS / "apiso", RECORDS / "cite"], page=page)

    found = harvest(PassRequest(server.oai_pmh_url, {"metadata_prefix": prefix}), LoopbackFetcher())

    assert len(set(found.identifiers)) == len(found.identifiers) == found.totals[0]
    assert sum(ORTHOPHOTO in each.identifier for each in found.records) == 1
    assert (found.broken, found.gone) == ([], [])
    assert found.opening.listing


def test_the_richest_format_is_taken(pycsw: Pycsw) -> None:
    found = harvest(PassRequest(pycsw.oai_pmh_url, {}), LoopbackFetcher())

    assert {key["prefix"] for key in found.keys} == {"iso19139"}
    [orthophoto] = [each.read() for each in found.records if each.identifier == ORTHOPHOTO]
    assert (orthophoto.standard, orthophoto.title, orthophoto.identifier) == ("iso19139", "Ortho", ORTHOPHOTO)


def test_a_pass_without_change_gives_equal_keys_and_fingerprints(start_pycsw: Callable[..., Pycsw]) -> None:
    server = start_pycsw([RECORDS / "apiso"], page=5)
    first = harvest(PassRequest(server.oai_pmh_url, {}), LoopbackFetcher())

    second = harvest(PassRequest(server.oai_pmh_url, {}), LoopbackFetcher())

    assert (second.keys, second.fingerprints) == (first.keys, first.fingerprints)
    assert len(first.keys) > 2


def test_no_request_is_wasted(start_pycsw: Callable[..., Pycsw]) -> None:
    server = start_pycsw([RECORDS / "cite"], page=5)
    fetcher = LoopbackFetcher()

    found = harvest(PassRequest(server.oai_pmh_url, {}), fetcher)

    assert len(fetcher.asked) == 2 + len(found.keys) == 5


def test_its_dates_are_not_asked_because_they_are_the_datas(pycsw: Pycsw) -> None:
    first = harvest(PassRequest(pycsw.oai_pmh_url, {}), LoopbackFetcher())

    assert (first.opening.since, first.opening.listing) == (None, True)


def test_it_is_recognised_by_its_mode(pycsw: Pycsw) -> None:
    found = KIND.detect(f"{pycsw.oai_pmh_url}&verb=Identify", None, LoopbackFetcher())

    assert found == Detection("oai_pmh", pycsw.oai_pmh_url, "Sample catalogue")
    assert KIND.detect(pycsw.csw_url, None, LoopbackFetcher()) is None
