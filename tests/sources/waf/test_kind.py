"""A pass over a folder fetches what it must and stays inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import jsonschema
import pytest

from samples.servers.process import ROOT as PROJECT
from windrow.errors import HostResting, RemoteError, RemoteStatus, RemoteTimeout, RemoteUnreadable
from windrow.ports.fetching import Answer, Validators
from windrow.ports.source_kinds import Detection, PageRequest, PassRequest, Reading, Reference
from windrow.sources.waf import WafKind

KIND = WafKind()
URL = "http://waf.example/waf/"
RECORD = (PROJECT / "samples" / "records" / "apiso" / "test.xml").read_bytes()
REQUEST = PassRequest(URL, {})


@dataclass
class Folder:
    """Answers from a dictionary: bytes, or an error."""

    pages: Mapping[str, bytes | RemoteError]
    asked: list[tuple[str, Validators | None]] = field(default_factory=list)

    def get(self, url: str, *, validators: Validators | None = None, **_: object) -> Answer:
        self.asked.append((url, validators))
        found = self.pages.get(url, RemoteStatus("gone", status=404))
        if isinstance(found, RemoteError):
            raise found
        if validators is not None:
            return Answer(url, 304, {}, b"")
        return Answer(url, 200, {"etag": '"1"', "last-modified": "then"}, found)

    def post(self, url: str, body: bytes, **_: object) -> Answer:
        raise AssertionError("folders are only read")


def listing(*hrefs: str, title: str = "Index of /waf/") -> bytes:
    return f"<title>{title}</title>{''.join(f'<li><a href={each!r}>x</a></li>' for each in hrefs)}".encode()


def document(name: str, version: str = "") -> Reference:
    return Reference(name, URL + name, version)


def load_and_read(server: Folder, *documents: Reference, validators: Mapping[str, Validators] | None = None) -> Reading:
    page = PageRequest({}, documents, validators or {})
    return KIND.read(REQUEST, page, KIND.load(REQUEST, page, server))


@pytest.mark.parametrize(
    ("body", "certainty"),
    [
        (listing("a.xml"), 0.8),
        (listing("a.xml", title="Our metadata"), 0.5),
        (listing("more/"), 0.3),
    ],
)
def test_detection_is_as_sure_as_the_page_is_clear(body: bytes, certainty: float) -> None:
    first = Answer("http://waf.example/waf", 200, {}, body)

    found = KIND.detect("http://waf.example/waf", first, Folder({}))

    assert found == Detection("waf", URL, certainty=certainty)


@pytest.mark.parametrize("body", [listing("more/", title="Shop"), listing("a.txt"), b"{}", b"<csw/>", b""])
def test_other_pages_are_no_folders(body: bytes) -> None:
    assert KIND.detect(URL, Answer(URL, 200, {}, body), Folder({})) is None


def test_detection_asks_where_nothing_came_before() -> None:
    assert KIND.detect(URL, None, Folder({URL: listing("a.xml")})) is not None
    assert KIND.detect(URL, None, Folder({})) is None


def test_a_pass_begins_with_the_folder_and_lists_everything() -> None:
    server = Folder({URL: listing("a.xml", "more/"), f"{URL}more/": listing("b.xml", "../", "deep/")})

    opening = KIND.open(REQUEST, server)
    page = PageRequest(opening.pages[0])
    found = KIND.read(REQUEST, page, KIND.load(REQUEST, page, server))
    below = PageRequest(found.next[0])
    deeper = KIND.read(REQUEST, below, KIND.load(REQUEST, below, server))

    assert opening.listing
    assert [each.identifier for each in (*found.references, *deeper.references)] == ["a.xml", "more/b.xml"]
    assert deeper.next == [{"folder": "more/deep/"}]
    assert KIND.page_fingerprint(KIND.load(REQUEST, page, server)) is None


def test_a_file_becomes_a_record_under_its_path() -> None:
    [found] = load_and_read(Folder({f"{URL}a.xml": RECORD}), document("a.xml", "v1")).records

    assert (found.identifier, found.raw, found.version) == ("a.xml", RECORD, "v1")
    assert (found.etag, found.last_modified) == ('"1"', "then")
    assert found.read().identifier == "437ae0a2-06e2-4015-b296-a66e7f407bf2"


def test_a_file_that_is_no_record_fails_alone_when_it_is_read() -> None:
    found = load_and_read(
        Folder({f"{URL}a.xml": b"<urlset/>", f"{URL}b.xml": RECORD}), document("a.xml"), document("b.xml")
    )

    with pytest.raises(RemoteUnreadable, match="<urlset> is no metadata record"):
        found.records[0].read()
    assert found.records[1].read().title == "Aerial Photos"


def test_validators_are_sent_where_the_listing_tells_nothing() -> None:
    server = Folder({f"{URL}a.xml": RECORD, f"{URL}b.xml": RECORD})
    known = {"a.xml": Validators('"1"'), "b.xml": Validators('"1"')}

    found = load_and_read(server, document("a.xml"), document("b.xml", "new date"), validators=known)

    assert found.unchanged == ["a.xml"]
    assert [each.identifier for each in found.records] == ["b.xml"]
    assert server.asked == [(f"{URL}a.xml", Validators('"1"')), (f"{URL}b.xml", None)]


def test_empty_validators_are_not_sent() -> None:
    found = load_and_read(Folder({f"{URL}a.xml": RECORD}), document("a.xml"), validators={"a.xml": Validators()})

    assert [each.identifier for each in found.records] == ["a.xml"]


def test_a_file_that_cannot_be_fetched_fails_alone() -> None:
    found = load_and_read(Folder({f"{URL}a.xml": RECORD}), document("a.xml"), document("gone.xml"))

    assert [each.identifier for each in found.records] == ["a.xml"]
    assert found.refused == [("gone.xml", "gone")]


def test_a_page_of_files_is_tried_again_where_the_server_fails_as_a_whole() -> None:
    slow = RemoteTimeout("slow")

    with pytest.raises(RemoteTimeout):
        load_and_read(Folder({f"{URL}a.xml": slow, f"{URL}b.xml": slow}), document("a.xml"), document("b.xml"))
    with pytest.raises(HostResting):
        load_and_read(
            Folder({f"{URL}a.xml": RECORD, f"{URL}b.xml": HostResting("rest")}), document("a.xml"), document("b.xml")
        )


def test_a_file_alone_on_its_page_that_is_gone_is_refused() -> None:
    assert load_and_read(Folder({}), document("gone.xml")).refused == [("gone.xml", "gone")]


def test_a_file_that_does_not_come_has_failed() -> None:
    pages: dict[str, bytes | RemoteError] = {f"{URL}a.xml": RECORD, f"{URL}b.xml": RemoteTimeout("slow")}

    assert load_and_read(Folder(pages), document("a.xml"), document("b.xml")).failed == [("b.xml", "slow")]


def test_the_schema_describes_every_setting_and_its_defaults_fit_it() -> None:
    validator = jsonschema.Draft202012Validator(dict(KIND.schema))
    validator.check_schema(dict(KIND.schema))
    properties = KIND.schema["properties"]

    validator.validate({name: each["default"] for name, each in properties.items()})
    assert all({"title", "description", "default"} <= set(each) for each in properties.values())
