"""A pass over a catalogue asks what it must, gets every record however the server pages, and ends."""

from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.sources.csw.catalogue import CSW, GMD, URL, Catalogue, Refusing, exception, iso
from tests.sources.csw.passes import KIND, harvest
from windrow.errors import BadInput, RemoteStatus, RemoteUnreadable
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Detection, PageRequest, PassRequest

ANSWERED_AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
FILTER = (
    '<ogc:Filter xmlns:ogc="http://www.opengis.net/ogc"><ogc:PropertyIsEqualTo><ogc:PropertyName>Title</ogc:PropertyName>'
    "<ogc:Literal>x</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>"
)


def names(count: int) -> list[str]:
    return [f"r{number:04}" for number in range(count)]


def catalogue(count: int, **faults: Any) -> Catalogue:
    return Catalogue([iso(name) for name in names(count)], **faults)


def request(since: datetime | None = None, **settings: Any) -> PassRequest:
    return PassRequest(URL, settings, since)


def test_detection_reads_the_capabilities() -> None:
    server = catalogue(1)

    found = KIND.detect(f"{URL}?service=CSW&Request=GetCapabilities&map=a", None, server)

    assert found == Detection("csw", f"{URL}?map=a", "Written")
    assert len(server.asked) == 1


def test_detection_asks_nothing_where_the_capabilities_came_by_themselves() -> None:
    server = catalogue(1)
    first = server.get(URL, parameters={"request": "GetCapabilities"})
    server.asked.clear()

    assert KIND.detect(URL, first, server) == Detection("csw", URL, "Written")
    assert server.asked == []


def test_detection_asks_where_a_plain_request_brings_an_exception() -> None:
    first = Answer(URL, 200, {}, exception("missing service"))

    assert KIND.detect(URL, first, catalogue(1)) is not None


@pytest.mark.parametrize("body", [b"<html/>", exception("no"), b"<WMS_Capabilities/>"])
def test_what_is_no_catalogue_is_not_detected(body: bytes) -> None:
    class Other(Catalogue):
        def _capabilities(self) -> bytes:
            return body

    assert KIND.detect(URL, None, Other([])) is None
    assert KIND.detect(URL, None, Refusing(404)) is None


def test_all_pages_are_known_at_once() -> None:
    server = catalogue(250)

    found = harvest(request(), server)

    assert [key["start"] for key in found.opening.pages] == [1, 101, 201]
    assert found.keys == found.opening.pages
    assert found.identifiers == names(250)
    assert found.totals == [250, 250, 250]
    assert (found.opening.total, found.opening.listing, found.opening.title) == (250, True, "Written")
    assert found.opening.since == ANSWERED_AT
    assert len(server.asked) == 5


def test_the_richest_schema_is_asked_for_sorted_by_identifier() -> None:
    server = catalogue(1)

    harvest(request(), server)

    page = server.asked[-1]
    assert (page["outputschema"], page["typenames"], page["elementsetname"]) == (GMD, "gmd:MD_Metadata", "full")
    assert page["sortby"] == "apiso:Identifier:A"
    assert page["namespace"] == f"xmlns(gmd={GMD})"


def test_a_server_without_iso_is_asked_for_dublin_core() -> None:
    server = catalogue(1, schemas=(CSW,), queryables=("dc:identifier", "dct:modified"))

    harvest(request(), server)

    assert (server.asked[-1]["outputschema"], server.asked[-1]["typenames"]) == (CSW, "csw:Record")
    assert server.asked[-1]["sortby"] == "dc:identifier:A"


@given(
    count=st.integers(0, 60),
    size=st.integers(1, 25),
    most=st.integers(1, 25),
    following=st.sampled_from(["honest", "zero", "one", "ignores its own limit"]),
    announced=st.sampled_from(["truly", "not at all"]),
)
def test_every_record_comes_once_however_the_server_pages(
    count: int, size: int, most: int, following: str, announced: str
) -> None:
    says = {
        "honest": lambda start, returned, matched: start + returned if start + returned <= matched else 0,
        "zero": lambda start, returned, matched: 0,
        "one": lambda start, returned, matched: start + returned if start + returned <= matched else 1,
        "ignores its own limit": lambda start, returned, matched: start + returned,
    }
    # Short pages without a count and a next position: nothing would tell that there is more.
    assume(announced == "truly" or most >= size or following != "zero")
    server = catalogue(count, most=most, following=says[following])
    server.announces = None if announced == "truly" else "unknown"

    found = harvest(request(page_size=size), server)

    assert sorted(found.identifiers) == names(count)


def test_what_a_short_page_left_is_asked_for_side_by_side() -> None:
    server = catalogue(100, most=30)

    found = harvest(request(), server)

    assert server.pages == [(1, 100), (31, 30), (61, 30), (91, 10)]
    assert found.identifiers == names(100)


def test_records_that_the_server_swallows_are_not_asked_for_again() -> None:
    # GeoNetwork leaves out what it cannot convert and goes on behind it; the missing count is for the core to notice.
    class Swallowing(Catalogue):
        def _records(self, arguments: Any) -> bytes:
            whole = super()._records(arguments)
            return whole.replace(iso("r0003").encode(), b"")

    server = Swallowing([iso(name) for name in names(20)])

    found = harvest(request(page_size=10), server)

    assert found.identifiers == [name for name in names(20) if name != "r0003"]
    assert found.totals == [20, 20]
    assert len(server.pages) == 2


def test_too_high_a_count_ends_and_shows_in_the_total() -> None:
    found = harvest(request(page_size=10), catalogue(14, announces=16))

    assert found.identifiers == names(14)
    assert set(found.totals) == {16}


def test_an_empty_page_where_records_were_announced_is_unreadable() -> None:
    server = catalogue(14, announces=200)

    with pytest.raises(RemoteUnreadable, match="No records from position 101, although 200 are announced"):
        harvest(request(), server)


def test_a_list_that_grows_while_it_is_read_is_read_to_its_end() -> None:
    server = catalogue(20)
    last = PageRequest(KIND.open(request(page_size=10), server).pages[-1])
    server.records += [iso(f"s{number:04}") for number in range(25)]

    reading = KIND.read(request(), last, KIND.load(request(), last, server))

    assert [(key["start"], key["size"], key["last"]) for key in reading.next] == [(21, 10, True)]


def test_an_empty_catalogue_is_one_empty_page() -> None:
    found = harvest(request(), catalogue(0))

    assert (len(found.opening.pages), found.opening.total, found.identifiers) == (1, 0, [])
    assert not found.opening.unchanged


def test_no_hits_are_believed_of_a_page_only() -> None:
    class Shy(Catalogue):
        def _records(self, arguments: Any) -> bytes:
            self.announces = 0 if arguments.get("resulttype") == "hits" else None
            return super()._records(arguments)

    assert harvest(request(), Shy([iso("a")])).identifiers == ["a"]


@pytest.mark.parametrize("faults", [{"sorts": False}, {"hits": False}, {"sorts": False, "hits": False}])
def test_a_server_that_cannot_sort_or_count_is_asked_without(faults: dict[str, bool]) -> None:
    server = catalogue(15, **faults)

    found = harvest(request(page_size=10), server)

    assert found.identifiers == names(15)


def test_no_sorting_where_none_is_wished() -> None:
    server = catalogue(1)

    harvest(request(sort_by="none"), server)

    assert all("sortby" not in each for each in server.asked)


def test_post_where_the_server_offers_nothing_else() -> None:
    server = catalogue(15, methods=("Post",))

    found = harvest(request(page_size=10), server)

    assert found.identifiers == names(15)
    assert {each["method"] for each in server.asked[1:]} == {"POST"}
    page = server.asked[-1]
    assert (page["request"], page["type"], page["outputschema"]) == ("GetRecords", "application/xml", GMD)
    assert (page["typenames"], page["elementsetname"], page["sortby"]) == (
        "gmd:MD_Metadata",
        "full",
        "apiso:IdentifierASC",
    )


def test_another_address_is_taken_only_on_the_same_server() -> None:
    near, far = "http://catalogue.example/other", "http://elsewhere.example/csw"

    for address, expected in ((near, near), (far, URL)):
        server = catalogue(1, address=address)
        harvest(request(), server)
        assert server.asked[-1]["url"] == expected


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_changes_are_asked_for_from_the_day_before(method: str) -> None:
    server = catalogue(3)

    found = harvest(request(ANSWERED_AT, method=method), server)

    assert not found.opening.listing
    for each in server.asked[1:]:
        assert "PropertyIsGreaterThanOrEqualTo" in each["constraint"]
        assert "apiso:Modified" in each["constraint"]
        assert "2026-03-13<" in each["constraint"]


def test_no_changes_are_told_by_the_count_alone() -> None:
    found = harvest(request(ANSWERED_AT), catalogue(0))

    assert found.opening.unchanged
    assert not found.opening.listing


@pytest.mark.parametrize("faults", [{"queryables": ("apiso:Title",)}, {"incremental": False}])
def test_a_server_that_cannot_tell_changes_is_asked_for_everything(faults: dict[str, Any]) -> None:
    settings = {name: value for name, value in faults.items() if name == "incremental"}
    server = catalogue(3, **{name: value for name, value in faults.items() if name != "incremental"})

    found = harvest(request(ANSWERED_AT, **settings), server)

    assert found.opening.listing
    assert found.opening.since is None
    assert all("constraint" not in each for each in server.asked)


def test_the_server_s_time_comes_from_the_date_header_where_the_answer_has_none() -> None:
    server = catalogue(1, stamp="", headers={"date": "Sat, 14 Mar 2026 09:26:53 GMT"})

    assert harvest(request(), server).opening.since == ANSWERED_AT


def test_a_constraint_in_cql_is_joined_with_the_date() -> None:
    server = catalogue(1)

    harvest(request(ANSWERED_AT, constraint="Title = 'x' OR Title = 'y'"), server)

    assert server.asked[-1]["constraintlanguage"] == "CQL_TEXT"
    assert server.asked[-1]["constraint"] == "(Title = 'x' OR Title = 'y') AND apiso:Modified >= '2026-03-13'"


def test_a_constraint_as_a_filter_is_joined_with_the_date() -> None:
    server = catalogue(1)

    harvest(request(constraint=FILTER), server)
    alone = server.asked[-1]["constraint"]
    harvest(request(ANSWERED_AT, constraint=FILTER), server)
    joined = server.asked[-1]["constraint"]

    assert server.asked[-1]["constraintlanguage"] == "FILTER"
    assert "<ogc:And>" not in alone
    assert joined.index("<ogc:And>") < joined.index("PropertyIsEqualTo") < joined.index("GreaterThanOrEqualTo")


@pytest.mark.parametrize("constraint", ["<ogc:Filter>", "<a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><Filter/>"])
def test_a_constraint_that_is_no_filter_is_refused_by_name(constraint: str) -> None:
    with pytest.raises(BadInput, match=r"settings\.constraint: must be CQL or an ogc:Filter"):
        KIND.open(request(constraint=constraint), catalogue(1))


def test_a_malformed_page_is_halved_until_the_bad_record_stands_alone() -> None:
    def spoil(body: bytes) -> bytes:
        return body.replace(b"A bad title", b"A b\x0bd title")

    server = catalogue(20, spoil=spoil)
    server.records[13] = iso("r0013", "A bad title")

    found = harvest(request(page_size=20), server)

    assert sorted(found.identifiers) == [name for name in names(20) if name != "r0013"]
    assert [each.identifier for each in found.broken] == ["r0013"]
    assert "Malformed XML" in found.broken[0].problem
    assert len(server.pages) < 12


def test_an_entity_bomb_is_not_asked_for_in_pieces() -> None:
    server = catalogue(20, spoil=lambda body: b"<!DOCTYPE a [<!ENTITY x 'y'>]>" + body)

    with pytest.raises(RemoteUnreadable, match="entities"):
        harvest(request(), server)
    assert len(server.pages) == 1


def test_a_refusal_tells_what_the_server_said() -> None:
    with pytest.raises(RemoteStatus, match=r"answered 400\. NoApplicableCode: broken database") as caught:
        KIND.open(request(), Refusing(400, exception("broken database", "NoApplicableCode")))

    assert caught.value.status == 400


def test_equal_pages_have_equal_keys_and_fingerprints() -> None:
    server = catalogue(25, most=7)

    first = harvest(request(page_size=10), server)
    server.stamp = "2027-01-01T00:00:00Z"
    second = harvest(request(page_size=10), server)

    assert first.keys == second.keys
    assert first.fingerprints == second.fingerprints


def test_records_are_read_only_when_asked() -> None:
    [record] = harvest(request(), catalogue(1)).records

    assert record.read().title == "A title"
    assert record.media_type == "application/xml"


def test_the_schema_describes_every_setting_and_its_defaults_fit_it() -> None:
    validator = jsonschema.Draft202012Validator(dict(KIND.schema))
    validator.check_schema(dict(KIND.schema))
    properties = KIND.schema["properties"]

    validator.validate({name: each["default"] for name, each in properties.items()})
    assert all({"title", "description", "default"} <= set(each) for each in properties.values())
