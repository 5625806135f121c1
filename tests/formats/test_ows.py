"""The parts that capabilities of OGC's services have in common are read as each version writes them."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from windrow.errors import RemoteUnreadable
from windrow.formats.ows.addresses import argument_of, base_url, choose, public_url, with_arguments
from windrow.formats.ows.boxes import System, corners, in_system, number, system_of
from windrow.formats.ows.documents import capabilities_fingerprint, parse_capabilities
from windrow.formats.ows.elements import href, keywords
from windrow.formats.ows.frames import Frame
from windrow.formats.ows.reports import told
from windrow.formats.ows.services import read_service
from windrow.formats.xml import parse
from windrow.model.records import Contact


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://a.example/ows", "http://a.example/ows"),
        (" http://a.example/ows?Service=WMS&VERSION=1&map=/x/y.map#top ", "http://a.example/ows?map=/x/y.map"),
        ("http://a.example/ows?map=a&map=b&LANGUAGE=ger&", "http://a.example/ows?map=a&map=b&LANGUAGE=ger"),
        ("http://a.example/ows?empty=&q=a%20b%26c", "http://a.example/ows?empty=&q=a%20b%26c"),
    ],
)
def test_a_services_address_is_what_a_request_does_not_add(url: str, base: str) -> None:
    assert base_url(url) == base
    assert base_url(with_arguments(url, {"service": "WMS", "request": "GetCapabilities"})) == base


@given(st.dictionaries(st.sampled_from(["map", "language", "x_own"]), st.text(max_size=10), max_size=3))
def test_own_arguments_come_through_a_request_unharmed(own: dict[str, str]) -> None:
    url = with_arguments(with_arguments("http://a.example/", own), {"request": "GetMap", "layers": "a&b=c"})

    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) == {
        **own,
        "request": "GetMap",
        "layers": "a&b=c",
    }


def test_arguments_are_found_in_any_case() -> None:
    assert argument_of("http://a.example/?SERVICE=wfs&Version=%202.0.0", "version") == "2.0.0"
    assert argument_of("http://a.example/", "version") == ""


def test_secrets_are_not_shown() -> None:
    url = "http://me:mine@a.example/?token=1&apiKey=2&API_KEY=3&map=m&user=me&pwd=4&sig=5&keyword=k"

    assert public_url(url) == "http://a.example/?map=m&keyword=k"


def test_an_address_that_is_none_is_not_taken() -> None:
    assert choose("http://a.example/ows", "http://[broken/ows", trusted=False) == "http://a.example/ows"


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("EPSG:4326", System("EPSG", "4326")),
        (" epsg:25832 ", System("EPSG", "25832")),
        ("urn:ogc:def:crs:EPSG::31467", System("EPSG", "31467")),
        ("urn:ogc:def:crs:EPSG:6.9:4326", System("EPSG", "4326")),
        ("urn:x-ogc:def:crs:EPSG:4326", System("EPSG", "4326")),
        ("http://www.opengis.net/def/crs/EPSG/0/3857", System("EPSG", "3857")),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", System("EPSG", "4326")),
        ("CRS:84", System("CRS", "84")),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", System("OGC", "84")),
        ("EPSG:900913", System("EPSG", "3857")),
        ("CRS:1", None),
        ("AUTO2:42001,1,9,0", None),
        ("+init=file:/etc/passwd", None),
        ("", None),
    ],
)
def test_systems_by_their_names(name: str, system: System | None) -> None:
    assert system_of(name) == system


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("1.5", 1.5),
        (" -7 ", -7),
        ("1,5", 1.5),
        ("1e3", 1000),
        ("inf", None),
        ("nan", None),
        ("", None),
        ("1,2,3", None),
    ],
)
def test_numbers_with_either_decimal_sign(written: str, found: float | None) -> None:
    assert number(written) == found


WEST_EAST = ("5", "47", "6", "48")
SOUTH_NORTH = ("47", "5", "48", "6")


@pytest.mark.parametrize(
    ("written", "system", "by_authority"),
    [
        (WEST_EAST, "EPSG:4326", False),
        (SOUTH_NORTH, "EPSG:4326", True),
        (WEST_EAST, "CRS:84", True),
        (SOUTH_NORTH, "urn:ogc:def:crs:EPSG::4258", False),
        (WEST_EAST, "urn:ogc:def:crs:OGC:1.3:CRS84", False),
    ],
)
def test_axes_stand_in_the_order_that_version_and_name_tell(
    written: tuple[str, ...], system: str, by_authority: bool
) -> None:
    assert in_system(corners(written), system, by_authority=by_authority) == (5, 47, 6, 48)


def test_axes_that_can_only_be_mixed_up_are_put_right() -> None:
    assert in_system(corners(("105", "47", "106", "48")), "EPSG:4326", by_authority=True) == (105, 47, 106, 48)


def test_a_box_in_metres_holds_all_that_its_bent_edges_hold() -> None:
    box = in_system(corners(("400000", "5300000", "600000", "5500000")), "EPSG:25832", by_authority=True)

    to_degrees = Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True).transform
    corner, middle = to_degrees(400_000, 5_500_000), to_degrees(500_000, 5_500_000)
    assert box is not None
    assert box[0] == pytest.approx(corner[0])
    assert box[3] == pytest.approx(middle[1])
    assert middle[1] > corner[1] + 0.005


def test_a_system_that_nobody_knows_has_no_box() -> None:
    assert in_system((1.0, 1.0, 2.0, 2.0), "EPSG:99999", by_authority=True) is None
    assert in_system((9e20, 9e20, 9e21, 9e21), "EPSG:25832", by_authority=True) is None
    assert in_system(None, "EPSG:25832", by_authority=True) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<L><KeywordList><Keyword>a b</Keyword><Keyword/><Keyword> c </Keyword></KeywordList></L>", ("a b", "c")),
        ("<L><Keywords>a b c</Keywords></L>", ("a", "b", "c")),
        ("<L><Keywords>a b, c,</Keywords></L>", ("a b", "c")),
        ("<L><Keywords>\n  a b\n  c\n</Keywords></L>", ("a b", "c")),
        (
            '<L xmlns:o="http://www.opengis.net/ows/1.1"><o:Keywords><o:Keyword>a</o:Keyword></o:Keywords>'
            "<o:Keywords><o:Keyword>b</o:Keyword><o:Keyword>a</o:Keyword></o:Keywords></L>",
            ("a", "b"),
        ),
        ("<L/>", ()),
    ],
)
def test_keywords_of_every_version(text: str, words: tuple[str, ...]) -> None:
    assert keywords(parse(text.encode())) == words


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ('<a xmlns:x="http://www.w3.org/1999/xlink" x:href="http://b.example/"/>', "http://b.example/"),
        ('<a onlineResource="http://b.example/"/>', "http://b.example/"),
        ("<a> http://b.example/ </a>", "http://b.example/"),
        ("<a>other/place</a>", "http://a.example/other/place"),
        ("<a>javascript:alert(1)</a>", ""),
        ("<a>http://[broken</a>", ""),
        ("<a/>", ""),
    ],
)
def test_addresses_of_every_version(text: str, address: str) -> None:
    assert href(parse(text.encode()), "http://a.example/") == address


def test_services_of_both_forms() -> None:
    ows = (
        '<C xmlns:o="http://www.opengis.net/ows"><o:ServiceIdentification><o:Title>T</o:Title><o:Fees>None.</o:Fees>'
        "<o:AccessConstraints>CC0</o:AccessConstraints><o:AccessConstraints>be kind</o:AccessConstraints>"
        "</o:ServiceIdentification><o:ServiceProvider><o:ProviderName>P</o:ProviderName><o:ServiceContact>"
        "<o:ContactInfo><o:Phone><o:Voice>1</o:Voice></o:Phone></o:ContactInfo></o:ServiceContact>"
        "</o:ServiceProvider></C>"
    )

    found = read_service(parse(ows.encode()))

    assert (found.title, found.licence) == ("T", "CC0; be kind")
    assert found.contacts == (Contact(organisation="P", role="pointOfContact", phone="1"),)
    assert read_service(parse(b"<C/>")).contacts == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '<ServiceExceptionReport><ServiceException code="A">b  c</ServiceException></ServiceExceptionReport>',
            "A: b c",
        ),
        ("<ServiceExceptionReport><ServiceException>b</ServiceException></ServiceExceptionReport>", "b"),
        (
            '<ExceptionReport><Exception exceptionCode="A" locator="l"><ExceptionText>b</ExceptionText></Exception>'
            '<Exception exceptionCode="C"/></ExceptionReport>',
            "A (l): b; C",
        ),
        ("<WMTException>no such layer</WMTException>", "no such layer"),
        ("<ServiceExceptionReport/>", "no text"),
    ],
)
def test_exceptions_say_what_the_server_said(text: str, words: str) -> None:
    assert told(parse(text.encode())) == words
    with pytest.raises(RemoteUnreadable, match=r"answered with an exception"):
        parse_capabilities(text.encode(), ("C",), "server")


def test_a_fingerprint_leaves_out_what_says_nothing() -> None:
    first = capabilities_fingerprint(b'<?xml?><!-- at 12:00 --><C version="1" updateSequence="a">x</C>')

    assert capabilities_fingerprint(b"<?xml?><!-- at\n13:00 --><C version=\"1\" updateSequence='b'>x</C>") == first
    assert capabilities_fingerprint(b'<?xml?><C version="1">x</C>') == first
    assert capabilities_fingerprint(b'<?xml?><C version="1">y</C>') != first


def test_a_part_that_cannot_be_written_is_refused() -> None:
    # A second, relative namespace makes the parser forget its objection to the first.
    root = parse(b'<C xmlns:a="&lt;" xmlns="d"/>')

    with pytest.raises(RemoteUnreadable, match="cannot be cut"):
        Frame().within(root, [])


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


@given(TEXTS, TEXTS)
def test_a_part_in_its_frame_is_a_document(common: str, own: str) -> None:
    root = parse(b'<c:C xmlns:c="urn:c" xmlns="urn:d" version="1" other="2"><S/><c:P><Q/></c:P><c:P/></c:C>')
    root[0].text, root[1][0].text = common, own

    framed = Frame().within(root, [root[0]], attributes=["version"]).around(root[1])

    found = parse(framed)
    assert {str(name): value for name, value in found.attrib.items()} == {"version": "1"}
    assert [str(each.tag) for each in found.iter()] == ["{urn:c}C", "{urn:d}S", "{urn:c}P", "{urn:d}Q"]
    assert (found[0].text or "", found[1][0].text or "") == (common, own)
