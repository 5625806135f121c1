"""A real server, pycsw, with its own idea of the protocol, gives up every record it has."""

from collections.abc import Callable

import pytest

from samples.servers.pycsw import Pycsw
from tests.servers.pycsw import RECORDS
from tests.sources.conftest import Asking
from tests.sources.oai_pmh.passes import KIND, harvest
from windrow.ports.source_kinds import Detection, PassRequest

ORTHOPHOTO = "de53e931-778a-4792-94ad-9fe507aca483"


@pytest.mark.parametrize("page", [1, 7])
def test_every_record_arrives_once_with_no_request_wasted(
    start_pycsw: Callable[..., Pycsw], page: int, loopback: Asking
) -> None:
    server = start_pycsw([RECORDS / "apiso", RECORDS / "cite"], page=page)

    for prefix in ("iso19139", "oai_dc", "csw-record"):
        loopback.asked.clear()
        found = harvest(PassRequest(server.oai_pmh_url, {"metadata_prefix": prefix}), loopback)

        assert len(set(found.identifiers)) == len(found.identifiers) == found.totals[0]
        assert sum(ORTHOPHOTO in each.identifier for each in found.records) == 1
        assert (found.broken, found.gone, found.opening.listing) == ([], [], True)
        assert len(loopback.asked) == 1 + len(found.keys) == 1 + -(-len(found.identifiers) // page)


def test_the_richest_format_is_taken(pycsw: Pycsw, loopback: Asking) -> None:
    found = harvest(PassRequest(pycsw.oai_pmh_url, {}), loopback)

    assert {key["prefix"] for key in found.keys} == {"iso19139"}
    [orthophoto] = [each.read() for each in found.records if each.identifier == ORTHOPHOTO]
    assert (orthophoto.standard, orthophoto.title, orthophoto.identifier) == ("iso19139", "Ortho", ORTHOPHOTO)


def test_a_pass_shows_only_what_changed(start_pycsw: Callable[..., Pycsw], loopback: Asking) -> None:
    server = start_pycsw([RECORDS / "apiso"], page=5)
    document = (RECORDS / "apiso" / "T_ortho_RAS_1998_284404.xml").read_text()
    first = harvest(PassRequest(server.oai_pmh_url, {}), loopback)
    second = harvest(PassRequest(server.oai_pmh_url, {}), loopback)

    server.update(document.replace(">Ortho<", ">Orthophoto of Larisa<"))
    third = harvest(PassRequest(server.oai_pmh_url, {}), loopback)

    assert (second.keys, second.fingerprints) == (first.keys, first.fingerprints)
    known = {each.identifier: each.fingerprint for each in second.records}
    [changed] = [each for each in third.records if each.fingerprint != known[each.identifier]]
    assert changed.read().title == "Orthophoto of Larisa"
    assert sum(new != old for new, old in zip(third.fingerprints, second.fingerprints, strict=True)) == 1


def test_its_from_is_not_used_because_it_means_the_date_of_the_data(
    start_pycsw: Callable[..., Pycsw], loopback: Asking
) -> None:
    server = start_pycsw([RECORDS / "cite"])
    document = (RECORDS / "apiso" / "T_ortho_RAS_1998_284404.xml").read_text()
    first = harvest(PassRequest(server.oai_pmh_url, {}), loopback)
    server.insert(document)

    asked = harvest(PassRequest(server.oai_pmh_url, {"from": "2020-01-01"}), loopback)
    unasked = harvest(PassRequest(server.oai_pmh_url, {}, first.opening.since), loopback)

    assert first.opening.since is None
    assert ORTHOPHOTO not in asked.identifiers  # although it came after that date
    assert ORTHOPHOTO in unasked.identifiers


def test_it_is_recognised_by_its_mode(pycsw: Pycsw, loopback: Asking) -> None:
    found = KIND.detect(f"{pycsw.oai_pmh_url}&verb=Identify", None, loopback)

    assert found == Detection("oai_pmh", pycsw.oai_pmh_url, "Sample catalogue")
    assert KIND.detect(pycsw.csw_url, None, loopback) is None
