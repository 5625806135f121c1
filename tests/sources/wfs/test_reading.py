"""Capabilities of several products and versions are read for what they are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.wfs.server import URL, capabilities, feature_type, saved
from windrow.errors import RemoteUnreadable
from windrow.model.records import Contact, Link, Record
from windrow.sources.wfs.downloads import downloads
from windrow.sources.wfs.reading import read_document, read_outline, read_types
from windrow.sources.wfs.settings import Settings

PLAIN = Settings()
SAVED = ["geoserver_2_0_0", "deegree_1_1_0", "arcgis_2_0_0", "oldest_1_0_0"]


def records(body: bytes, settings: Settings = PLAIN, url: str = URL) -> dict[str, Record]:
    return {each.identifier: each.read() for each in read_types(body, url, settings).records}


def only(body: bytes, settings: Settings = PLAIN, url: str = URL) -> Record:
    [record] = records(body, settings, url).values()
    return record


def hrefs(record: Record, rel: str) -> list[str]:
    return [each.href for each in record.links if each.rel == rel]


def test_a_type_of_geoserver_is_read_whole() -> None:
    asked = f"{URL}?service=WFS&version=2.0.0&request=GetFeature&typeNames=topp:tasmania_roads&outputFormat="
    described = f"{URL}?service=WFS&request=GetCapabilities&acceptversions=2.0.0&version=2.0.0"

    def download(title: str, media_type: str, word: str) -> Link:
        return Link(f"{asked}{word}", "enclosure", title, media_type=media_type, protocol="OGC:WFS")

    found = records(saved("geoserver_2_0_0"))["topp:tasmania_roads"]

    assert found == Record(
        identifier="topp:tasmania_roads",
        title="Tasmania roads",
        abstract="Main Tasmania roads",
        keywords=("Roads", "Tasmania"),
        contacts=(
            Contact(
                name="Claudius Ptolomaeus",
                organisation="The Ancient Geographers",
                role="pointOfContact",
                email="claudius@geoserver.example",
                phone="+20 3 1234",
                url="https://geographers.example/",
            ),
        ),
        licence="CC BY 4.0",
        links=(
            Link(URL, "service", "topp:tasmania_roads", "Features of Tasmania", protocol="OGC:WFS"),
            Link(described, "service-desc", "Capabilities", media_type="text/xml", protocol="OGC:WFS"),
            download("GeoJSON", "application/geo+json", "application/json"),
            download("Shapefile", "application/zip", "SHAPE-ZIP"),
            download("CSV", "text/csv", "csv"),
            download("GML", "application/gml+xml", "application/gml%2Bxml%3B%20version%3D3.2"),
            download("KML", "application/vnd.google-earth.kml+xml", "KML"),
            Link("https://features.example/records/roads.xml", "describedby"),
        ),
        bbox=(145.19754, -43.423512, 148.27298, -40.852802),
        standard="wfs",
    )


def test_a_type_without_a_name_is_broken_and_holds_up_no_other() -> None:
    found = read_types(saved("geoserver_2_0_0"), URL, PLAIN)
    again = read_types(saved("geoserver_2_0_0"), URL, PLAIN)

    [broken] = found.broken
    assert broken.identifier.startswith("Nobody knows what to call it (without a name: ")
    assert broken.problem == "The feature type has no name."
    assert again.broken == found.broken
    assert (len(found.records), found.total, read_outline(saved("geoserver_2_0_0")).types) == (2, 3, 3)


def test_an_empty_type_has_no_box_and_goes_by_its_name() -> None:
    found = records(saved("geoserver_2_0_0"))["sf:archsites"]

    assert (found.title, found.bbox, found.keywords) == ("archsites", None, ())


def test_deegree_of_version_1_1_0() -> None:
    found = only(saved("deegree_1_1_0"))

    assert (found.identifier, found.title, found.keywords) == ("ps:ProtectedSite", "Protected sites", ("nature",))
    assert found.bbox == (6.1, 49.9, 8.4, 51.0)
    assert hrefs(found, "service") == ["https://features.example/services/sites"]
    assert hrefs(found, "enclosure") == [
        "https://features.example/services/sites?service=WFS&version=1.1.0&request=GetFeature"
        "&typeName=ps:ProtectedSite&outputFormat=application/gml%2Bxml%3B%20version%3D3.2"
    ]
    assert [each for each in found.links if each.rel == "describedby"] == [
        Link("https://features.example/md/sites.xml", "describedby", media_type="text/xml", protocol="TC211")
    ]


def test_arcgis() -> None:
    found = only(saved("arcgis_2_0_0"))

    assert (found.identifier, found.contacts, found.licence) == ("Census:Block_points", (), "")
    assert [href.rpartition("=")[2] for href in hrefs(found, "enclosure")] == ["GEOJSON", "GML32"]


def test_the_oldest_version() -> None:
    found = records(saved("oldest_1_0_0"))

    boundaries, stones = found["boundaries"], found["stones"]
    assert (boundaries.keywords, boundaries.bbox) == (("borders", "treaties"), (5.8, 47.2, 15.1, 55.1))
    assert hrefs(boundaries, "describedby") == ["http://old.example/boundaries.xml"]
    assert [href.rpartition("=")[2] for href in hrefs(boundaries, "enclosure")] == ["JSON", "GML2"]
    assert stones.bbox == pytest.approx((7.6148, 47.8456, 10.3852, 49.6525), abs=1e-4)
    assert hrefs(only_trusted(), "service") == ["http://old.example/wfs?map=/srv/old.map"]


def only_trusted() -> Record:
    return records(saved("oldest_1_0_0"), Settings(trust_addresses=True))["stones"]


@pytest.mark.parametrize("name", SAVED)
def test_a_types_own_document_says_all_of_it(name: str) -> None:
    for each in read_types(saved(name), URL, PLAIN).records:
        assert read_document(each.raw, URL, PLAIN) == each.read()
        assert [found.identifier for found in read_types(each.raw, URL, PLAIN).records] == [each.identifier]


def test_titles_are_filtered_in_any_case() -> None:
    body = capabilities(feature_type("a", "Main ROADS"), feature_type("b", "Lakes"), "<FeatureType/>")

    found = read_types(body, URL, Settings(dataset_title_filter="roads"))

    assert [each.identifier for each in found.records] == ["a"]
    assert (found.left_out, len(found.broken), found.total) == (["b"], 1, 3)


def test_downloads_can_be_left_out() -> None:
    assert hrefs(only(saved("arcgis_2_0_0"), Settings(downloads=False)), "enclosure") == []


def test_links_show_no_keys_and_passwords() -> None:
    url = "https://me:mine@features.example/wfs?api_key=1&map=a&token=3"

    found = only(capabilities(feature_type("a")), url=url)

    assert {each.href.partition("&service")[0] for each in found.links} == {f"{URL}?map=a"}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("  a:b\n ", "a:b"),
        ("b", "b"),
        ("{urn:a}b", "a:b"),
        ("{urn:other}b", "b"),
        ("a : b", "a:b"),
    ],
)
def test_names_have_the_prefix_that_the_server_gave_them(written: str, name: str) -> None:
    found = read_types(capabilities(feature_type(written, "T"), spaces='xmlns:a="urn:a"'), URL, PLAIN)

    assert [each.identifier for each in found.records] == [name]


def test_the_namespace_of_a_name_stays_with_it_and_others_do_not() -> None:
    body = capabilities(feature_type("a:x"), spaces='xmlns:a="urn:a" xmlns:b="urn:b"')

    [found] = read_types(body, URL, PLAIN).records

    assert b'xmlns:a="urn:a"' in found.raw
    assert b"urn:b" not in found.raw


def test_a_change_elsewhere_changes_no_record() -> None:
    def prints(body: bytes, settings: Settings = PLAIN, url: str = URL) -> dict[str, bytes]:
        return {each.identifier: each.fingerprint for each in read_types(body, url, settings).records}

    before = prints(capabilities(feature_type("a"), feature_type("b")))

    changed = capabilities(feature_type("a"), feature_type("b", "New"), sequence=2, spaces='xmlns:n="urn:new"')
    assert prints(changed)["a"] == before["a"]
    assert prints(changed)["b"] != before["b"]
    assert prints(capabilities(feature_type("a"), licence="secret"))["a"] != before["a"]
    assert prints(capabilities(feature_type("a")), replace(PLAIN, downloads=False))["a"] != before["a"]
    assert prints(capabilities(feature_type("a")), url="https://new.example/wfs")["a"] != before["a"]


@pytest.mark.parametrize(
    ("offered", "found"),
    [
        (["text/xml; subtype=gml/3.1.1", "application/json; subtype=geojson"], [1, 0]),
        (["GeoJSON", "application/vnd.geo+json", "gml3"], [0, 2]),
        (["application/x-zip-shapefile", "application/geopackage+sqlite3"], [1, 0]),
        (["gml2", "GML3", "text/xml; subtype=gml/3.2"], [2]),
        (["text/xml"], [0]),
        (["application/pdf", "", "x" * 5000 + "json"], []),
    ],
)
def test_one_download_of_each_family(offered: list[str], found: list[int]) -> None:
    assert [each.asked_for for each in downloads(offered)] == [offered[place] for place in found]


def test_what_would_grow_beyond_measure_is_refused() -> None:
    types = [feature_type(str(number)) for number in range(300)]

    with pytest.raises(RemoteUnreadable, match="too long"):
        read_types(capabilities(*types, licence="x" * 1_000_000), URL, PLAIN)


def test_a_service_without_types_is_read_as_one() -> None:
    assert read_types(capabilities(), URL, PLAIN).total == 0


@given(st.binary(max_size=300))
def test_garbage_is_refused_for_what_it_is(body: bytes) -> None:
    with pytest.raises(RemoteUnreadable):
        read_types(body, URL, PLAIN)
