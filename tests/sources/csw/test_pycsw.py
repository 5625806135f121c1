"""A real server, pycsw, with its own idea of the protocol, gives up every record it has."""

from collections.abc import Callable, Iterator

import pytest

from samples.servers.pycsw import Pycsw
from tests.servers.pycsw import RECORDS
from tests.sources.csw.catalogue import CSW, GMD
from tests.sources.csw.fetchers import LoopbackFetcher
from tests.sources.csw.passes import KIND, harvest
from windrow.errors import RemoteUnreadable
from windrow.ports.source_kinds import Detection, PassRequest

ORTHOPHOTO = "de53e931-778a-4792-94ad-9fe507aca483"
TITLED = (
    '<ogc:Filter xmlns:ogc="http://www.opengis.net/ogc"><ogc:PropertyIsEqualTo><ogc:PropertyName>apiso:Title'
    "</ogc:PropertyName><ogc:Literal>Ortho</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>"
)


SETTINGS: list[dict[str, object]] = [{}, {"method": "POST"}, {"output_schema": CSW, "page_size": 10}]


@pytest.fixture(scope="module")
def capped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pycsw]:
    """One that gives seven records at a time, whatever it is asked for."""
    with Pycsw(tmp_path_factory.mktemp("capped"), [RECORDS / "apiso", RECORDS / "cite"], page=7) as server:
        yield server


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_record_arrives_once_and_can_be_read(pycsw: Pycsw, settings: dict[str, object]) -> None:
    found = harvest(PassRequest(pycsw.csw_url, settings), LoopbackFetcher())

    assert len(set(found.identifiers)) == len(found.identifiers) == found.opening.total == 32
    assert ORTHOPHOTO in found.identifiers
    assert found.broken == []
    assert [each.read().identifier for each in found.records] == found.identifiers


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_record_arrives_from_a_server_that_gives_fewer_at_a_time(
    capped: Pycsw, settings: dict[str, object]
) -> None:
    found = harvest(PassRequest(capped.csw_url, settings), LoopbackFetcher())

    assert len(set(found.identifiers)) == len(found.identifiers) == found.opening.total == 30


def test_the_richest_format_is_taken(pycsw: Pycsw) -> None:
    found = harvest(PassRequest(pycsw.csw_url, {}), LoopbackFetcher())

    [orthophoto] = [each.read() for each in found.records if each.identifier == ORTHOPHOTO]
    assert (orthophoto.standard, orthophoto.title) == ("iso19139", "Ortho")
    assert {key["schema"] for key in found.keys} == {GMD}


def test_the_catalogue_is_recognised_with_and_without_arguments(pycsw: Pycsw) -> None:
    for url in (pycsw.csw_url, f"{pycsw.csw_url}?service=CSW&version=2.0.2&request=GetCapabilities"):
        found = KIND.detect(url, LoopbackFetcher().get(url), LoopbackFetcher())

        assert found == Detection("csw", pycsw.csw_url, "Sample catalogue")


def test_the_same_server_s_oai_pmh_is_not_taken_for_csw(pycsw: Pycsw) -> None:
    assert KIND.detect(pycsw.oai_pmh_url, None, LoopbackFetcher()) is None


@pytest.mark.parametrize("constraint", ["apiso:Title = 'Ortho'", TITLED])
def test_a_constraint_narrows_the_search(pycsw: Pycsw, constraint: str) -> None:
    found = harvest(PassRequest(pycsw.csw_url, {"constraint": constraint}), LoopbackFetcher())

    assert {each.read().title for each in found.records} == {"Ortho"}
    assert found.opening.total == len(found.records) == 5


def test_a_filter_goes_by_post_as_well(pycsw: Pycsw) -> None:
    found = harvest(PassRequest(pycsw.csw_url, {"constraint": TITLED, "method": "POST"}), LoopbackFetcher())

    assert found.opening.total == len(found.records) == 5


def test_a_wrong_constraint_is_told_in_the_server_s_words(pycsw: Pycsw) -> None:
    with pytest.raises(RemoteUnreadable, match="exception: InvalidParameterValue"):
        KIND.open(PassRequest(pycsw.csw_url, {"constraint": "nonsense"}), LoopbackFetcher())


def test_a_pass_without_change_gives_equal_keys_and_fingerprints(start_pycsw: Callable[..., Pycsw]) -> None:
    server = start_pycsw([RECORDS / "apiso"], page=5)
    request = PassRequest(server.csw_url, {})

    first, second = harvest(request, LoopbackFetcher()), harvest(request, LoopbackFetcher())
    server.update(
        (RECORDS / "apiso" / "T_ortho_RAS_1998_284404.xml").read_text().replace(">Ortho<", ">Orthophoto of Larisa<")
    )
    third = harvest(request, LoopbackFetcher())

    assert (first.keys, first.fingerprints) == (second.keys, second.fingerprints)
    changed = [one for one, other in zip(first.records, third.records, strict=True) if one.raw != other.raw]
    assert [each.identifier for each in changed] == [ORTHOPHOTO]
    assert sum(one != other for one, other in zip(first.fingerprints, third.fingerprints, strict=True)) == 1


def test_changes_cannot_be_asked_for(pycsw: Pycsw) -> None:
    # Its dates are those inside the documents: a record that came today may say 2009.
    assert KIND.open(PassRequest(pycsw.csw_url, {}), LoopbackFetcher()).since is None
