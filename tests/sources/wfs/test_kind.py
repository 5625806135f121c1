"""A pass over a feature server makes one request, and knows a server that answers well from one that does not."""

import gc
import pickle

import jsonschema
import pytest

from tests.sources.wfs.server import KIND, URL, Server, capabilities, exception, feature_type, harvest, saved
from windrow.errors import RemoteError, RemoteStatus, RemoteTimeout
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Detection, Loaded, PageRequest, PassRequest
from windrow.sources.wfs import kind as module

REQUEST = PassRequest(URL, {})
QUERY = "service=WFS&request=GetCapabilities&acceptversions=2.0.0,1.1.0,1.0.0&version=2.0.0"
HTML = b"<!doctype html><html><head><title>Sign in</title></head></html>"


def test_a_pass_makes_one_request() -> None:
    server = Server([capabilities(feature_type("a:b"), feature_type("c"))])

    opening, reading = harvest(REQUEST, server)

    assert server.asked == [f"{URL}?{QUERY}"]
    assert (opening.total, opening.title, opening.listing, opening.unchanged) == (2, "Features", True, False)
    assert [(each.identifier, each.type) for each in reading.records] == [
        ("a:b", "feature type"),
        ("c", "feature type"),
    ]
    assert reading.total == 2


def test_a_pass_that_goes_on_after_an_interruption_asks_anew() -> None:
    first, second = Server([capabilities()]), Server([capabilities()])
    page = PageRequest(KIND.open(REQUEST, first).pages[0])

    KIND.load(REQUEST, page, second)
    KIND.load(REQUEST, page, first)
    KIND.load(REQUEST, page, first)

    assert (len(second.asked), len(first.asked)) == (1, 2)


def test_an_answer_that_nobody_takes_goes_with_its_fetcher() -> None:
    server = Server([capabilities()])
    KIND.open(REQUEST, server)
    before = len(module._opened)

    del server
    gc.collect()

    assert len(module._opened) == before - 1


def test_the_kind_goes_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(KIND)).name == "wfs"


def test_the_next_pass_ends_with_a_304_where_there_are_validators() -> None:
    server = Server([capabilities()], etag='"7"')
    opening, _ = harvest(REQUEST, server)

    again = KIND.open(PassRequest(URL, {}, cursor=opening.cursor), server)

    assert opening.cursor == {"etag": '"7"'}
    assert (again.unchanged, again.cursor, again.pages) == (True, opening.cursor, [])


def test_validators_of_a_document_made_this_very_second_are_not_kept() -> None:
    now = "Fri, 14 Mar 2025 09:26:53 GMT"
    server = Server([capabilities()], etag='"7"', headers={"date": now, "last-modified": now})

    assert KIND.open(REQUEST, server).cursor == {}


def test_validators_are_not_kept_where_something_must_be_counted_again() -> None:
    server = Server([capabilities("<FeatureType><Title>nameless</Title></FeatureType>")], etag='"7"')

    assert KIND.open(REQUEST, server).cursor == {}


def test_without_validators_the_fingerprint_tells_that_nothing_changed() -> None:
    def printed(body: bytes) -> bytes | None:
        return KIND.page_fingerprint(Loaded([Answer(URL, 200, {}, body)]))

    first = printed(capabilities(feature_type("a"), sequence=1))

    assert printed(capabilities(feature_type("a"), sequence=2)) == first
    assert printed(capabilities(feature_type("b"), sequence=1)) != first


@pytest.mark.parametrize(
    ("url", "settings", "asked"),
    [
        (f"{URL}?map=/a b&SERVICE=wfs&typeName=x", {}, f"{URL}?map=/a%20b&{QUERY}"),
        (URL, {"version": "1.1.0"}, f"{URL}?{QUERY.replace('2.0.0,1.1.0,1.0.0', '1.1.0').replace('2.0.0', '1.1.0')}"),
        (
            f"{URL}?VERSION=1.0.0",
            {},
            f"{URL}?{QUERY.replace('2.0.0,1.1.0,1.0.0', '1.0.0').replace('2.0.0', '1.0.0')}",
        ),
    ],
)
def test_the_servers_own_arguments_are_kept(url: str, settings: dict[str, str], asked: str) -> None:
    server = Server([capabilities()])

    KIND.open(PassRequest(url, settings), server)

    assert server.asked == [asked]


@pytest.mark.parametrize("refusal", [exception(), RemoteStatus("400", status=400, body=exception())])
def test_a_server_that_refuses_all_versions_is_asked_for_any(refusal: bytes | RemoteError) -> None:
    server = Server([refusal, capabilities()])

    harvest(REQUEST, server)

    assert server.asked == [f"{URL}?{QUERY}", f"{URL}?service=WFS&request=GetCapabilities"]


def test_a_version_that_was_asked_for_is_not_changed() -> None:
    server = Server([exception("not this one")])

    with pytest.raises(RemoteError, match=r"an exception: VersionNegotiationFailed: not this one"):
        KIND.open(PassRequest(URL, {"version": "1.1.0"}), server)

    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (exception("no"), "exception: VersionNegotiationFailed: no"),
        (HTML, "HTML page instead of XML: Sign in"),
        (b"", "empty answer"),
        (b'{"error": 1}', "JSON instead of XML"),
        (b"<a/>", "<a> instead of the capabilities of a feature server"),
        (b'<WFS_Capabilities version="2.0.0"/>', "do not list"),
        (capabilities(feature_type("a"))[:-30], "Truncated XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><WFS_Capabilities><FeatureTypeList/></WFS_Capabilities>', "entities"),
        (RemoteTimeout("too slow"), "too slow"),
    ],
)
def test_a_server_that_answers_something_else_is_not_available(body: bytes | RemoteError, told: str) -> None:
    with pytest.raises(RemoteError, match=told):
        KIND.open(REQUEST, Server([body]))


@pytest.mark.parametrize("loaded", [Loaded([]), Loaded([RemoteTimeout("x")])])
def test_a_page_that_did_not_come_is_no_empty_one(loaded: Loaded) -> None:
    with pytest.raises(RemoteError):
        KIND.read(REQUEST, PageRequest({}), loaded)


def test_it_is_recognised_by_what_a_plain_get_answered() -> None:
    first = Answer(URL, 200, {}, saved("geoserver_2_0_0"))
    server = Server([HTML])

    found = KIND.detect(f"{URL}?service=WFS&version=1.1.0&request=GetCapabilities&map=x", first, server)

    assert found == Detection("wfs", f"{URL}?map=x", "Features of Tasmania", {"version": "1.1.0"}, 1.0)
    assert server.asked == []


@pytest.mark.parametrize(("url", "certainty"), [(URL, 0.9), (f"{URL}?SERVICE=WFS", 1.0)])
def test_it_is_recognised_by_asking(url: str, certainty: float) -> None:
    server = Server([capabilities()])

    assert KIND.detect(url, Answer(url, 200, {}, HTML), server) == Detection("wfs", URL, "Features", {}, certainty)
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [HTML, b"{}", exception(), RemoteTimeout("no")])
def test_other_servers_are_none(body: bytes | RemoteError) -> None:
    server = Server([body])

    assert KIND.detect(URL, None, server) is None
    assert len(server.asked) <= 3


def test_settings_that_it_does_not_have_are_refused() -> None:
    jsonschema.validate({"dataset_title_filter": "roads", "downloads": False}, dict(KIND.schema))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"harvest_datasets": True}, dict(KIND.schema))
