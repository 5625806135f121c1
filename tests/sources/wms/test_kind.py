"""A pass over a map server makes one request, and knows a server that answers well from one that does not."""

import gc
import pickle

import jsonschema
import pytest

from tests.sources.wms.server import KIND, URL, Server, capabilities, exception, harvest, layer, saved
from windrow.errors import RemoteError, RemoteStatus, RemoteTimeout, RemoteUnreadable
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Detection, Loaded, PageRequest, PassRequest
from windrow.sources.wms import kind as module

REQUEST = PassRequest(URL, {})
ASKED = f"{URL}?service=WMS&version=1.3.0&request=GetCapabilities"
HTML = b"<!doctype html><html><head><title>Sign in</title></head></html>"


def test_a_pass_makes_one_request() -> None:
    server = Server([capabilities(layer("a"), layer("b"))])

    opening, reading = harvest(REQUEST, server)

    assert server.asked == [ASKED]
    assert (opening.total, opening.title, opening.listing, opening.unchanged) == (2, "Maps", True, False)
    assert [(each.identifier, each.type) for each in reading.records] == [("a", "layers"), ("b", "layers")]
    assert reading.total == 2


def test_a_pass_that_goes_on_after_an_interruption_asks_anew() -> None:
    first, second = Server([capabilities(layer("a"))]), Server([capabilities(layer("a"))])
    page = PageRequest(KIND.open(REQUEST, first).pages[0])

    KIND.load(REQUEST, page, second)
    KIND.load(REQUEST, page, first)
    KIND.load(REQUEST, page, first)

    assert (second.asked, first.asked) == ([ASKED], [ASKED, ASKED])


def test_what_was_opened_for_one_source_is_not_taken_by_another() -> None:
    server = Server([capabilities(layer("a")), capabilities(layer("b"))])
    KIND.open(REQUEST, server)
    other = PassRequest("https://other.example/wms", {})

    loaded = KIND.load(other, PageRequest({}), server)

    assert [each.identifier for each in KIND.read(other, PageRequest({}), loaded).records] == ["b"]


def test_an_answer_that_nobody_takes_goes_with_its_fetcher() -> None:
    server = Server([capabilities(layer("a"))])
    KIND.open(REQUEST, server)
    before = len(module._opened)

    del server
    gc.collect()

    assert len(module._opened) == before - 1


def test_a_fetcher_that_nothing_can_be_tied_to_is_asked_twice() -> None:
    class Plain(Server):
        __hash__ = None  # type: ignore[assignment]  # what a dataclass is by default

    server = Plain([capabilities(layer("a"))])

    assert [each.identifier for each in harvest(REQUEST, server)[1].records] == ["a"]
    assert server.asked == [ASKED, ASKED]


def test_the_kind_goes_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(KIND)).name == "wms"


def test_the_next_pass_ends_with_a_304_where_there_are_validators() -> None:
    server = Server([capabilities(layer("a"))], etag='"7"')
    opening, _ = harvest(REQUEST, server)

    again = KIND.open(PassRequest(URL, {}, cursor=opening.cursor), server)

    assert opening.cursor == {"etag": '"7"'}
    assert (again.unchanged, again.cursor, again.pages) == (True, opening.cursor, [])
    assert len(server.asked) == 2


def test_validators_of_a_document_made_this_very_second_are_not_kept() -> None:
    now = "Fri, 14 Mar 2025 09:26:53 GMT"
    server = Server([capabilities(layer("a"))], etag='"7"', headers={"date": now, "last-modified": now})

    assert KIND.open(REQUEST, server).cursor == {}


def test_without_validators_the_fingerprint_tells_that_nothing_changed() -> None:
    def printed(body: bytes) -> bytes | None:
        return KIND.page_fingerprint(Loaded([Answer(URL, 200, {}, body)]))

    first = printed(capabilities(layer("a"), sequence=1))

    assert printed(capabilities(layer("a"), sequence=2)) == first
    assert printed(capabilities(layer("a")).replace(b"<Service>", b"<!-- 12:31:07 --><Service>")) == first
    assert printed(capabilities(layer("b"), sequence=1)) != first


@pytest.mark.parametrize(
    ("url", "settings", "asked"),
    [
        (f"{URL}?map=/a b&SERVICE=wms&Request=GetMap&LAYERS=x", {}, f"{URL}?map=/a%20b&{ASKED.partition('?')[2]}"),
        (f"{URL}?", {"version": "1.1.1"}, ASKED.replace("1.3.0", "1.1.1")),
        (f"{URL}?VERSION=1.1.0&token=t", {}, f"{URL}?token=t&{ASKED.partition('?')[2].replace('1.3.0', '1.1.0')}"),
        (f"{URL}?VERSION=1.1.0", {"version": "1.3.0"}, ASKED),
        (f"{URL}?SERVICE=WFS&VERSION=1.1.0", {}, ASKED),
        (URL, {"version": "1.0.0"}, f"{URL}?wmtver=1.0.0&request=capabilities"),
    ],
)
def test_the_servers_own_arguments_are_kept(url: str, settings: dict[str, str], asked: str) -> None:
    server = Server([capabilities(layer("a"))])

    KIND.open(PassRequest(url, settings), server)

    assert server.asked == [asked]


@pytest.mark.parametrize("refusal", [exception(), RemoteStatus("400", status=400, body=exception())])
def test_a_server_that_refuses_the_newest_version_is_asked_for_an_older_one(refusal: bytes | RemoteError) -> None:
    server = Server([refusal, capabilities(layer("a"), version="1.1.1")])

    opening, _ = harvest(REQUEST, server)

    assert opening.total == 1
    assert server.asked == [ASKED, ASKED.replace("1.3.0", "1.1.1")]


def test_a_version_that_was_asked_for_is_not_changed() -> None:
    server = Server([exception("not this one")])

    with pytest.raises(RemoteUnreadable, match=r"an exception: InvalidVersion: not this one"):
        KIND.open(PassRequest(URL, {"version": "1.1.1"}), server)

    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (exception("no"), "exception: InvalidVersion: no"),
        (HTML, "HTML page instead of XML: Sign in"),
        (b"", "empty answer"),
        (b'{"error": 1}', "JSON instead of XML"),
        (b"<a/>", "<a> instead of the capabilities of a map server"),
        (b'<WMS_Capabilities version="1.3.0"/>', "<Capability> is missing"),
        (capabilities(layer("a"))[:-30], "Truncated XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><WMS_Capabilities><Capability/></WMS_Capabilities>', "entities"),
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
    first = Answer(URL, 200, {}, saved("geoserver_1_3_0"))
    server = Server([HTML])

    found = KIND.detect(f"{URL}?service=WMS&version=1.1.1&request=GetCapabilities&map=x", first, server)

    assert found == Detection("wms", f"{URL}?map=x", "Maps of Tasmania", {"version": "1.1.1"}, 1.0)
    assert server.asked == []


@pytest.mark.parametrize(("url", "certainty"), [(URL, 0.9), (f"{URL}?SERVICE=WMS", 1.0)])
def test_it_is_recognised_by_asking(url: str, certainty: float) -> None:
    server = Server([capabilities(layer("a"))])

    assert KIND.detect(url, Answer(url, 200, {}, HTML), server) == Detection("wms", URL, "Maps", {}, certainty)
    assert server.asked == [ASKED]


def test_the_version_of_another_service_is_none_of_this_one() -> None:
    found = KIND.detect(f"{URL}?service=WFS&version=1.1.0", None, Server([capabilities(layer("a"))]))

    assert found == Detection("wms", URL, "Maps", {}, 0.9)


@pytest.mark.parametrize("body", [HTML, b"{}", exception(), RemoteStatus("no", status=404)])
def test_other_servers_are_none(body: bytes | RemoteError) -> None:
    server = Server([body])

    assert KIND.detect(URL, None, server) is None
    assert len(server.asked) <= 3


def test_the_settings_of_the_original_are_taken() -> None:
    jsonschema.validate({"dataset_title_filter": "roads"}, dict(KIND.schema))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"harvest_datasets": True}, dict(KIND.schema))
