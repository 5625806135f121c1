"""Dublin Core: free text is understood where it can be, and left alone where it cannot."""

from datetime import UTC, datetime

import pytest

from windrow.errors import RemoteUnreadable
from windrow.formats import metadata
from windrow.formats.xml import parse
from windrow.model.records import Box, Contact, Link, Record

SPACES = (
    'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ows="http://www.opengis.net/ows" '
    'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dct="http://purl.org/dc/terms/"'
)
IDENTIFIER = "<dc:identifier>i</dc:identifier>"


def read(content: str, root: str = "csw:Record") -> Record:
    return metadata.read(parse(f"<{root} {SPACES}>{content}</{root}>".encode()))


def cornered(low: str, high: str, crs: str | None, name: str = "BoundingBox") -> Record:
    attribute = f' crs="{crs}"' if crs is not None else ""
    corners = f"<ows:LowerCorner>{low}</ows:LowerCorner><ows:UpperCorner>{high}</ows:UpperCorner>"
    return read(f"{IDENTIFIER}<ows:{name}{attribute}>{corners}</ows:{name}>")


def test_everything_of_a_catalogue_record() -> None:
    record = read(
        """
        <dc:identifier> i-1 </dc:identifier><dc:identifier>https://doi.org/10.1/x</dc:identifier>
        <dc:title>Lakes
          of the world</dc:title><dct:abstract>All.</dct:abstract><dc:description>Not read.</dc:description>
        <dc:type>http://purl.org/dc/dcmitype/Dataset</dc:type><dc:subject>water</dc:subject><dc:subject/>
        <dc:creator>Doe, Jane</dc:creator><dc:publisher>Office</dc:publisher>
        <dc:contributor>a@example.org</dc:contributor>
        <dct:license>CC0</dct:license><dc:rights>not read</dc:rights><dc:language>ger</dc:language>
        <dct:references scheme="WWW:DOWNLOAD-1.0-http--download">https://example.org/a.zip</dct:references>
        <dc:URI protocol="image/png" name="n" description="d">https://example.org/a.png</dc:URI>
        <dc:relation>urn:uuid:1</dc:relation><dct:isPartOf>c-1</dct:isPartOf>
        <dct:spatial>Alps</dct:spatial><dct:temporal>2001/2003</dct:temporal>
        <dct:created>2004</dct:created><dct:modified>2005-06-07</dct:modified><dc:date>2006</dc:date>
        <ows:BoundingBox crs="urn:x-ogc:def:crs:EPSG:6.11:4326"><ows:LowerCorner>45 5</ows:LowerCorner>
        <ows:UpperCorner>48 10</ows:UpperCorner></ows:BoundingBox>
        """
    )

    assert record == Record(
        identifier="i-1",
        title="Lakes of the world",
        abstract="All.",
        type="dataset",
        keywords=("water", "Alps"),
        contacts=(
            Contact("Doe, Jane", role="creator"),
            Contact(organisation="Office", role="publisher"),
            Contact(email="a@example.org", role="contributor"),
        ),
        licence="CC0",
        links=(
            Link("https://example.org/a.zip", rel="enclosure", protocol="WWW:DOWNLOAD-1.0-http--download"),
            Link("https://example.org/a.png", "related", "n", "d", "image/png", "image/png"),
            Link("https://doi.org/10.1/x", rel="about"),
        ),
        bbox=(5, 45, 10, 48),
        time_start=datetime(2001, 1, 1, tzinfo=UTC),
        time_end=datetime(2004, 1, 1, tzinfo=UTC),
        created=datetime(2004, 1, 1, tzinfo=UTC),
        modified=datetime(2005, 6, 7, tzinfo=UTC),
        language="de",
        collection="c-1",
        standard="dublin-core",
    )


@pytest.mark.parametrize("root", ["csw:BriefRecord", "csw:SummaryRecord", "oai_dc:dc", "dc:dc", "dc"])
def test_the_other_roots(root: str) -> None:
    record = read(f"{IDENTIFIER}<dc:title>T</dc:title>", root)

    assert (record.identifier, record.title) == ("i", "T")
    assert record.type == ("dataset" if root.startswith("csw") else "document")


def test_a_record_without_a_title_goes_by_its_identifier() -> None:
    assert read(IDENTIFIER).title == "i"


def test_a_record_without_an_identifier_is_refused() -> None:
    with pytest.raises(RemoteUnreadable, match="no identifier"):
        read("<dc:title>T</dc:title>")


@pytest.mark.parametrize(
    ("low", "high", "crs", "expected"),
    [
        ("45 5", "48 10", "urn:ogc:def:crs:EPSG::4326", (5, 45, 10, 48)),
        ("45 5", "48 10", "http://www.opengis.net/def/crs/EPSG/0/4326", (5, 45, 10, 48)),
        ("5 45", "10 48", "urn:ogc:def:crs:OGC:1.3:CRS84", (5, 45, 10, 48)),
        ("5 45", "10 48", "EPSG:4326", (5, 45, 10, 48)),
        ("5 45", "10 48", None, (5, 45, 10, 48)),
        ("120 45", "130 48", "urn:ogc:def:crs:EPSG::4326", (120, 45, 130, 48)),
        ("10 45", "5 48", "urn:ogc:def:crs:EPSG::4326", (5, 45, 10, 48)),
        ("170 -20", "-170 -10", "urn:ogc:def:crs:OGC:2:84", (170, -20, -170, -10)),
        ("500000 4000000", "600000 5000000", "urn:ogc:def:crs:EPSG::25832", None),
        ("5 45", "10 48", "urn:ogc:def:crs:EPSG::25832", None),
        ("5", "10", None, None),
        ("x y", "10 48", None, None),
    ],
)
def test_the_axes_follow_the_spelling_of_the_system(low: str, high: str, crs: str | None, expected: Box | None) -> None:
    assert cornered(low, high, crs).bbox == expected


def test_a_wgs84_box_has_its_longitude_first() -> None:
    assert cornered("5 45", "10 48", None, "WGS84BoundingBox").bbox == (5, 45, 10, 48)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("northlimit=48; southlimit=45; westlimit=5; eastlimit=10; units=signed decimal degrees", (5, 45, 10, 48)),
        ("name=Berne; east=7.4; north=46.9", (7.4, 46.9, 7.4, 46.9)),
        ("North 48.0, South 45.0, East 10.0, West -5.0. (Somewhere)", (-5, 45, 10, 48)),
        ("North Sea", None),
        ("northlimit=4800; southlimit=45; westlimit=5; eastlimit=10", None),
    ],
)
def test_boxes_written_out(text: str, expected: Box | None) -> None:
    assert read(f"{IDENTIFIER}<dc:coverage>{text}</dc:coverage>", "oai_dc:dc").bbox == expected


def test_coverage_may_be_a_time_or_a_name() -> None:
    record = read(f"{IDENTIFIER}<dc:coverage>2001-05</dc:coverage><dc:coverage>Alps</dc:coverage>", "oai_dc:dc")

    assert (record.time_start, record.time_end) == (datetime(2001, 5, 1, tzinfo=UTC), datetime(2001, 6, 1, tzinfo=UTC))
    assert record.keywords == ("Alps",)
