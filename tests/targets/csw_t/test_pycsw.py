"""A real server, pycsw, gets records, keeps one of each, and gives them back as they were."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from samples.servers.pycsw import Pycsw
from tests.servers.pycsw import RECORDS
from tests.targets.conftest import MakeCourier
from tests.targets.items import RECORD, item
from windrow.errors import RemoteError, RemoteUnreadable
from windrow.model.records import Record
from windrow.ports.fetching import Courier
from windrow.ports.source_kinds import PageRequest, PassRequest
from windrow.ports.targets import TargetRequest
from windrow.sources.csw import CswKind
from windrow.targets.csw_t import CswTTarget

KIND = CswTTarget()
DUBLIN_CORE = {"format": "dublin-core"}


@pytest.fixture
def pycsw(start_pycsw: Callable[..., Pycsw]) -> Pycsw:
    return start_pycsw([RECORDS / "cite"])


@pytest.fixture
def courier(pycsw: Pycsw, make_courier: MakeCourier) -> Courier:
    return make_courier(pycsw.csw_url)


@pytest.fixture
def target(pycsw: Pycsw) -> TargetRequest:
    return TargetRequest(f"{pycsw.csw_url}?service=CSW&request=GetCapabilities")


def harvested(url: str, courier: Courier) -> dict[str, Record]:
    """What our own source kind finds there."""
    request, kind = PassRequest(url, {}), CswKind()
    found = {}
    for key in kind.open(request, courier).pages:
        page = PageRequest(key)
        for each in kind.read(request, page, kind.load(request, page, courier)).records:
            found[each.identifier] = each.read()
    return found


def test_it_takes_transactions(target: TargetRequest, courier: Courier) -> None:
    KIND.check(target, courier)


def test_one_without_transactions_is_told_of(start_pycsw: Callable[..., Pycsw], make_courier: MakeCourier) -> None:
    closed = start_pycsw([RECORDS / "cite"], transactions=False)
    courier = make_courier(closed.csw_url)

    with pytest.raises(RemoteUnreadable, match="offer no transactions"):
        KIND.check(TargetRequest(closed.csw_url), courier)
    with pytest.raises(RemoteError, match=r"[Tt]ransaction"):
        KIND.put(TargetRequest(closed.csw_url), item(), courier)


@pytest.mark.parametrize("identifier", ["windrow:1", "a,b <&> 'ü\" #%2F/?"])
def test_a_record_arrives_as_it_was(pycsw: Pycsw, target: TargetRequest, courier: Courier, identifier: str) -> None:
    remote = KIND.put(target, item(identifier), courier)

    assert remote == identifier
    found = harvested(pycsw.csw_url, courier)
    assert len(found) == 13
    assert found[identifier] == replace(RECORD, identifier=identifier)


def test_put_again_there_is_one(pycsw: Pycsw, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)
    KIND.put(target, item(remote=remote), courier)
    KIND.put(target, item(remote=""), courier)  # the caller died before it could keep the name

    assert len(harvested(pycsw.csw_url, courier)) == 13


def test_a_change_replaces_the_whole_record(pycsw: Pycsw, target: TargetRequest, courier: Courier) -> None:
    remote = KIND.put(target, item(), courier)
    KIND.put(target, item(title="Seas", keywords=(), bbox=(1.0, 2.0, 3.0, 4.0), remote=remote), courier)

    found = harvested(pycsw.csw_url, courier)["windrow:1"]
    assert (found.title, found.keywords, found.bbox) == ("Seas", (), (1.0, 2.0, 3.0, 4.0))


def test_it_goes_and_may_be_gone_already(pycsw: Pycsw, target: TargetRequest, courier: Courier) -> None:
    for identifier in ("windrow:1", "windrow:2"):
        KIND.put(target, item(identifier), courier)

    KIND.remove(target, item("windrow:1", remote="windrow:1"), courier)
    KIND.remove(target, item("windrow:1", remote="windrow:1"), courier)
    KIND.remove(target, item("windrow:1"), courier)

    found = harvested(pycsw.csw_url, courier)
    assert (len(found), "windrow:2" in found) == (13, True)


def test_a_document_that_came_as_iso_goes_as_it_came(pycsw: Pycsw, target: TargetRequest, courier: Courier) -> None:
    raw = (RECORDS / "apiso" / "T_ortho_RAS_1998_284404.xml").read_bytes()

    KIND.put(target, item(raw=raw, media_type="application/xml"), courier)

    assert harvested(pycsw.csw_url, courier)["windrow:1"].title == "Ortho"


def test_dublin_core(pycsw: Pycsw, courier: Courier) -> None:
    target = TargetRequest(pycsw.csw_url, DUBLIN_CORE)

    for remote in ("", "windrow:1"):
        KIND.put(target, item(remote=remote), courier)
    found = harvested(pycsw.csw_url, courier)
    assert len(found) == 13
    assert (found["windrow:1"].title, found["windrow:1"].bbox) == (RECORD.title, RECORD.bbox)

    KIND.remove(target, item(remote="windrow:1"), courier)
    assert len(harvested(pycsw.csw_url, courier)) == 12


def test_a_record_with_nothing_but_a_name_arrives(pycsw: Pycsw, target: TargetRequest, courier: Courier) -> None:
    KIND.put(target, item(record=Record("a", "b")), courier)

    assert harvested(pycsw.csw_url, courier)["windrow:1"].title == "b"


def test_a_record_over_the_antimeridian_arrives(pycsw: Pycsw, target: TargetRequest, courier: Courier) -> None:
    KIND.put(target, item(bbox=(170.0, -20.0, -170.0, -10.0)), courier)

    assert harvested(pycsw.csw_url, courier)["windrow:1"].bbox == (170.0, -20.0, -170.0, -10.0)


def test_several_may_push_at_once(pycsw: Pycsw, target: TargetRequest, courier: Courier) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: KIND.put(target, item(f"windrow:{number}"), courier), range(20)))

    assert len(harvested(pycsw.csw_url, courier)) == 32


def test_children_that_went_with_their_parent_are_told_of(
    pycsw: Pycsw, target: TargetRequest, courier: Courier
) -> None:
    KIND.put(target, item("parent", collection=""), courier)
    KIND.put(target, item("child", collection="parent"), courier)

    with pytest.raises(RemoteUnreadable, match="deleted 2 records"):
        KIND.remove(target, item("parent", remote="parent"), courier)
    KIND.remove(target, item("parent", remote="parent"), courier)
    KIND.put(target, item("child", collection="parent", remote="child"), courier)

    found = harvested(pycsw.csw_url, courier)
    assert ("parent" in found, "child" in found) == (False, True)
