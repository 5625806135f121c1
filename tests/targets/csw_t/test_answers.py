"""What a CSW-T server counts must agree with what was asked of it, and what it says against a record is told."""

import pytest

from tests.formats.schemas import csw, faults
from tests.remotes.scripts import Script, reply
from tests.remotes.server import Remote, Seen
from tests.targets.conftest import MakeCourier
from tests.targets.items import item
from windrow.errors import RemoteError, RemoteStatus, RemoteUnreadable, Unfit
from windrow.ports.fetching import Courier
from windrow.ports.targets import TargetRequest
from windrow.targets.csw_t import CswTTarget, transactions

KIND = CswTTarget()
CSW = 'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/"'
EMPTY = f"<csw:GetRecordByIdResponse {CSW}/>"
FOUND = (
    f"<csw:GetRecordByIdResponse {CSW}><csw:BriefRecord><dc:identifier>windrow:1</dc:identifier>"
    "</csw:BriefRecord></csw:GetRecordByIdResponse>"
)
REPORT = (
    '<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows" version="1.2.0"><ows:Exception '
    'exceptionCode="NoApplicableCode" locator="insert"><ows:ExceptionText>The title is rude</ows:ExceptionText>'
    "</ows:Exception></ows:ExceptionReport>"
)


def summary(**counts: int | str) -> str:
    totals = "".join(f"<csw:total{word.title()}>{count}</csw:total{word.title()}>" for word, count in counts.items())
    return (
        f"<csw:TransactionResponse {CSW}><csw:TransactionSummary>{totals}</csw:TransactionSummary>"
        "</csw:TransactionResponse>"
    )


@pytest.fixture
def target(remote: Remote) -> TargetRequest:
    return TargetRequest(remote.url("/csw"))


@pytest.fixture
def courier(remote: Remote, make_courier: MakeCourier) -> Courier:
    return make_courier(remote.url("/csw"))


def says(remote: Remote, *, look_up: str, transaction: str, status: int = 200) -> None:
    def choose(seen: Seen) -> Script:
        if b"GetRecordById" in seen.body:
            return reply(look_up.encode())
        return reply(transaction.encode(), status=status)

    remote.answer("/csw", choose)


@pytest.mark.parametrize(
    ("look_up", "counts"),
    [(FOUND, {"updated": 0}), (FOUND, {"inserted": 1}), (EMPTY, {"inserted": 0}), (EMPTY, {"updated": 1}), (EMPTY, {})],
)
def test_a_transaction_that_did_nothing_is_not_believed(
    remote: Remote, target: TargetRequest, courier: Courier, look_up: str, counts: dict[str, int]
) -> None:
    says(remote, look_up=look_up, transaction=summary(**counts))

    with pytest.raises(RemoteUnreadable, match="reports success, but"):
        KIND.put(target, item(), courier)


@pytest.mark.parametrize(("look_up", "word"), [(FOUND, "updated"), (EMPTY, "inserted")])
def test_one_that_did_what_was_asked_is(
    remote: Remote, target: TargetRequest, courier: Courier, look_up: str, word: str
) -> None:
    says(remote, look_up=look_up, transaction=summary(**{word: 1}))

    assert KIND.put(target, item(), courier) == "windrow:1"


def test_a_deletion_that_left_the_record_is_not_believed(
    remote: Remote, target: TargetRequest, courier: Courier
) -> None:
    says(remote, look_up=FOUND, transaction=summary(deleted=0))

    with pytest.raises(RemoteUnreadable, match="still there"):
        KIND.remove(target, item(), courier)


def test_what_is_not_there_is_not_deleted(remote: Remote, target: TargetRequest, courier: Courier) -> None:
    says(remote, look_up=EMPTY, transaction=REPORT)

    KIND.remove(target, item(), courier)
    assert len(remote.seen) == 1


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_exception_report_is_told(remote: Remote, target: TargetRequest, courier: Courier, status: int) -> None:
    says(remote, look_up=EMPTY, transaction=REPORT, status=status)

    with pytest.raises(RemoteError, match=r"NoApplicableCode \(insert\): The title is rude"):
        KIND.put(target, item(), courier)


def test_a_404_with_a_report_means_that_there_is_none(remote: Remote, target: TargetRequest, courier: Courier) -> None:
    def choose(seen: Seen) -> Script:
        if b"GetRecordById" in seen.body:
            return reply(REPORT.encode(), status=404)
        return reply(summary(inserted=1).encode())

    remote.answer("/csw", choose)

    assert KIND.put(target, item(), courier) == "windrow:1"


def test_another_record_is_not_taken_for_ours(remote: Remote, target: TargetRequest, courier: Courier) -> None:
    says(remote, look_up=FOUND.replace("windrow:1", "windrow:2"), transaction=summary(updated=1))

    for act in (KIND.put, KIND.remove):
        with pytest.raises(RemoteUnreadable, match="another record"):
            act(target, item(), courier)
    assert all(b"Transaction" not in seen.body for seen in remote.seen)


def test_a_count_that_is_none_is_told(remote: Remote, target: TargetRequest, courier: Courier) -> None:
    says(remote, look_up=EMPTY, transaction=summary(inserted="all"))

    with pytest.raises(RemoteUnreadable, match="no number"):
        KIND.put(target, item(), courier)


def test_a_refused_key_is_named_with_the_servers_words(remote: Remote, target: TargetRequest, courier: Courier) -> None:
    says(remote, look_up=EMPTY, transaction=REPORT, status=403)

    with pytest.raises(RemoteStatus, match=r"credential does not allow this.*The title is rude"):
        KIND.put(target, item(), courier)


@pytest.mark.parametrize("identifier", ["", " ", " a", "a\0b", "\ud800", "a" * 1001])
def test_an_identifier_that_xml_cannot_carry_is_unfit(target: TargetRequest, courier: Courier, identifier: str) -> None:
    with pytest.raises(Unfit, match="cannot carry"):
        KIND.put(target, item(identifier), courier)
    KIND.remove(target, item(identifier), courier)  # nothing that could be asked for


def test_what_is_deleted_is_said_by_the_queryable_that_was_chosen(remote: Remote, courier: Courier) -> None:
    says(remote, look_up=FOUND, transaction=summary(deleted=1))
    target = TargetRequest(remote.url("/csw"), {"identifier_property": "apiso:Identifier"})

    KIND.remove(target, item(), courier)

    assert b"<ogc:PropertyName>apiso:Identifier</ogc:PropertyName>" in remote.seen[-1].body


def test_what_is_sent_fits_the_schema() -> None:
    # Records themselves are not looked at: that schema knows none but those of other namespaces.
    deletion = transactions.delete("a", queryable="dc:identifier", type_name="csw:Record")

    assert [fault for body in (deletion, transactions.look_up("a")) for fault in faults(body, csw())] == []


def test_identifiers_are_texts_and_never_markup() -> None:
    for body in (
        transactions.look_up("a</csw:Id><x>"),
        transactions.delete("a</ogc:Literal><x>", queryable="dc:identifier", type_name="csw:Record"),
    ):
        assert b"<x>" not in body
