"""Capabilities of several products and versions are read for what they are."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.sources.wms.server import URL, capabilities, layer, saved
from windrow.errors import RemoteUnreadable
from windrow.model.records import Contact, Link, Record
from windrow.sources.wms.reading import read_document, read_layers, read_outline
from windrow.sources.wms.settings import Settings
from windrow.sources.wms.times import read_times

ALL = Settings(groups=True)
INSIDE_OUT = '<BoundingBox CRS="CRS:84" minx="0" miny="0" maxx="-1" maxy="-1"/>'


def records(body: bytes, settings: Settings = ALL, url: str = f"{URL}?map=a") -> dict[str, Record]:
    return {each.identifier: each.read() for each in read_layers(body, url, settings).records}


def only(body: bytes, settings: Settings = ALL, url: str = URL) -> Record:
    [record] = records(body, settings, url).values()
    return record


def hrefs(record: Record, rel: str) -> list[str]:
    return [each.href for each in record.links if each.rel == rel]


def test_a_layer_of_geoserver_is_read_whole() -> None:
    base = f"{URL}?map=a"
    asked = f"{base}&service=WMS&version=1.3.0&request="
    picture = (
        "GetMap&layers=topp:tasmania_roads&styles=&crs=EPSG:4326&bbox=-43.423512,145.19754,-40.852802,148.27298"
        "&width=300&height=251&format=image/png&transparent=TRUE"
    )
    legend = "https://geoserver.example/geoserver/ows?service=WMS&request=GetLegendGraphic&layer=topp%3Atasmania_roads"

    found = records(saved("geoserver_1_3_0"))["topp:tasmania_roads"]

    assert found == Record(
        identifier="topp:tasmania_roads",
        title="Tasmania roads",
        abstract="Main Tasmania roads\nof 1999",
        keywords=("Roads", "Tasmania"),
        contacts=(
            Contact(organisation="Land Information", role="attribution", url="https://land.example/"),
            Contact(
                name="Claudius Ptolomaeus",
                organisation="The Ancient Geographers",
                role="pointOfContact",
                email="claudius@geoserver.example",
                phone="+20 3 1234",
            ),
        ),
        links=(
            Link(base, "service", "topp:tasmania_roads", "Maps of Tasmania", protocol="OGC:WMS"),
            Link(f"{asked}GetCapabilities", "service-desc", "Capabilities", media_type="text/xml", protocol="OGC:WMS"),
            Link(f"{asked}{picture}", "preview", "Preview", media_type="image/png", protocol="OGC:WMS"),
            Link(legend, "legend", "Simple roads", media_type="image/png"),
            Link(
                "https://maps.example/records/roads.xml",
                "describedby",
                media_type="text/xml",
                protocol="ISO19115:2003",
            ),
            Link("https://data.example/roads.zip", "enclosure", media_type="application/zip"),
            Link("https://land.example/logo.gif", "icon", "Land Information", media_type="image/gif"),
        ),
        bbox=(145.19754, -43.423512, 148.27298, -40.852802),
        time_start=datetime(1999, 1, 1, tzinfo=UTC),
        time_end=datetime(2001, 5, 3, 12, 0, 0, 1, tzinfo=UTC),
        standard="wms",
    )


def test_layers_are_leaves_unless_groups_are_wanted() -> None:
    body = saved("geoserver_1_3_0")

    leaves, all_of_them = records(body, Settings()), records(body)

    assert list(leaves) == ["topp:tasmania_roads", "topp:tasmania_cities", "topp:empty"]
    assert list(all_of_them) == ["topp:tasmania_roads", "tasmania", "topp:tasmania_cities", "topp:empty"]
    assert (read_outline(body).layers, read_outline(body, groups=True).layers) == (3, 4)


def test_a_layer_without_a_title_goes_by_its_name_without_the_prefix() -> None:
    assert records(saved("geoserver_1_3_0"))["topp:tasmania_cities"].title == "tasmania_cities"


def test_boxes_are_inherited_unless_the_layer_says_that_it_has_none() -> None:
    found = records(saved("geoserver_1_3_0"))

    assert found["topp:tasmania_cities"].bbox == (143.8, -43.7, 148.5, -39.5)
    assert (found["topp:empty"].bbox, hrefs(found["topp:empty"], "preview")) == (None, [])


def test_keywords_and_words_are_not_inherited() -> None:
    found = records(saved("geoserver_1_3_0"))["topp:tasmania_cities"]

    assert (found.keywords, found.abstract, hrefs(found, "describedby")) == ((), "", [])


def test_of_many_inherited_systems_the_common_ones_are_kept_with_a_layer() -> None:
    [first, *_] = read_layers(saved("geoserver_1_3_0"), URL, ALL).records

    assert b"EPSG:2010" not in first.raw
    assert b"<CRS>EPSG:3857</CRS>" in first.raw
    assert b"tasmania_cities" not in first.raw
    assert b"updateSequence" not in first.raw


def test_mapserver_of_version_1_1_1() -> None:
    found = records(saved("mapserver_1_1_1"))

    levels = found["levels"]
    assert (levels.title, levels.keywords, levels.bbox) == ("Pegelstände", ("Pegel", "Hydrologie"), (6.5, 48, 14, 54.9))
    assert (levels.time_start, levels.time_end) == (datetime(1990, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))
    assert levels.licence == "Only for study; Fees: 50 EUR"
    assert hrefs(levels, "preview") == [
        f"{URL}?map=a&service=WMS&version=1.1.1&request=GetMap&layers=levels&styles=&srs=EPSG:4326&bbox=6.5,48,14,54.9"
        "&width=300&height=276&format=image/png&transparent=TRUE"
    ]
    assert found["nowhere"].bbox is None


def test_projected_boxes_of_version_1_1_1_are_east_north_whatever_the_authority_says() -> None:
    weirs = records(saved("mapserver_1_1_1"))["weirs"]

    assert weirs.bbox == pytest.approx((7.6148, 47.8305, 10.3831, 49.6367), abs=1e-4)
    assert "time=2003-06-30" in hrefs(weirs, "preview")[0], "there is no default time"


def test_projected_boxes_of_version_1_3_0_are_in_the_authoritys_order() -> None:
    found = records(saved("qgis_1_3_0"))

    assert found["Straßen & Wege"].bbox == pytest.approx((9.0, 48.7529, 9.1363, 48.8430), abs=1e-4)
    assert found["Gleise"].bbox == pytest.approx((8.9990, 48.7375, 9.1352, 48.8275), abs=1e-4)


def test_pictures_are_asked_for_as_the_server_wrote_its_box_where_it_has_no_degrees() -> None:
    [picture] = hrefs(records(saved("qgis_1_3_0"))["Gleise"], "preview")

    assert "crs=EPSG:31467&bbox=5400000,3500000,5410000,3510000" in picture


def test_qgis_with_decimal_commas_and_inspires_extension() -> None:
    found = records(saved("qgis_1_3_0"))

    assert list(found) == ["stadt", "Verkehr", "Straßen & Wege", "Gleise", "Bäume"]
    assert (found["Bäume"].bbox, found["Bäume"].language) == ((8.9, 48.7, 9.2, 48.9), "de")
    assert found["Bäume"].licence == "https://creativecommons.org/licenses/by/4.0/"


def test_arcgis_with_crs_84_alone() -> None:
    found = records(saved("arcgis_1_3_0"))

    assert (found["0"].title, found["0"].contacts) == ("Block points", ())
    assert "crs=CRS:84&bbox=-100.2505,40.4995,-100.2495,40.5005&width=300&height=300" in hrefs(found["0"], "preview")[0]
    assert found["1"].bbox == (132.5, 18.9, -132.5, 71.4), "across the antimeridian"
    assert "bbox=-180,18.9,180,71.4" in hrefs(found["1"], "preview")[0]


def test_the_oldest_version() -> None:
    found = only(saved("oldest_1_0_0"))

    assert (found.title, found.keywords, found.bbox) == ("Elevation", ("heights", "old surveys"), (-140, 40, -50, 85))
    assert hrefs(found, "enclosure") == ["http://old.example/elevation.html"]
    assert "wmtver=1.0.0&request=map&layers=elevation" in hrefs(found, "preview")[0]
    assert "format=PNG" in hrefs(found, "preview")[0]


@pytest.mark.parametrize("name", ["geoserver_1_3_0", "mapserver_1_1_1", "qgis_1_3_0", "arcgis_1_3_0", "oldest_1_0_0"])
def test_a_layers_own_document_says_all_of_it(name: str) -> None:
    for each in read_layers(saved(name), URL, ALL).records:
        assert read_document(each.raw, URL, ALL) == each.read()
        assert [found.raw for found in read_layers(each.raw, URL, ALL).records if found.identifier == each.identifier]


def test_titles_are_filtered_as_the_original_does() -> None:
    body = capabilities(layer("a", "Main ROADS"), layer("b", "Lakes"), layer("x:roads", " "))

    found = read_layers(body, URL, Settings(dataset_title_filter="roads"))

    assert [each.identifier for each in found.records] == ["a", "x:roads"]
    assert (found.left_out, found.total) == (["b"], 3)


@pytest.mark.parametrize(
    ("advertised", "trusted", "address"),
    [
        ("https://maps.example/elsewhere?map=b&amp;SERVICE=WMS&amp;", False, "https://maps.example/elsewhere?map=b"),
        ("http://localhost:8080/wms", False, URL),
        ("http://localhost:8080/wms", True, "http://localhost:8080/wms"),
        ("/proxied/wms?", False, "https://maps.example/proxied/wms"),
        ("javascript:alert(1)", True, URL),
    ],
)
def test_advertised_addresses_are_taken_where_they_can_be_right(advertised: str, trusted: bool, address: str) -> None:
    get = f'<DCPType><HTTP><Get><OnlineResource xlink:href="{advertised}"/></Get></HTTP></DCPType></GetMap>'
    body = capabilities(layer("a")).replace(b"</GetMap>", get.encode())

    assert hrefs(only(body, Settings(trust_addresses=trusted)), "service") == [address]


def test_links_show_no_keys_and_passwords() -> None:
    found = only(capabilities(layer("a")), url="https://me:mine@maps.example/wms?api_key=1&AuthKey=2&map=a&password=3")

    assert {each.href.partition("&service")[0] for each in found.links} == {f"{URL}?map=a"}


def test_thumbnails_can_be_left_out() -> None:
    box = '<BoundingBox CRS="CRS:84" minx="1" miny="2" maxx="3" maxy="4"/>'

    assert hrefs(only(capabilities(layer("a", inside=box)), Settings(thumbnail_size=0)), "preview") == []
    assert (
        "width=50&height=50"
        in hrefs(only(capabilities(layer("a", inside=box)), Settings(thumbnail_size=50)), "preview")[0]
    )


def test_styles_add_up_and_the_nearest_attribution_counts() -> None:
    def legend(name: str) -> str:
        return (
            f"<Style><Name>{name}</Name><LegendURL><Format>image/png</Format>"
            f'<OnlineResource xlink:href="https://maps.example/{name}.png"/></LegendURL></Style>'
        )

    def attribution(title: str) -> str:
        return f"<Attribution><Title>{title}</Title></Attribution>"

    body = capabilities(layer("a", inside=legend("own") + attribution("near")), root=legend("all") + attribution("far"))

    found = only(body)

    assert hrefs(found, "legend") == ["https://maps.example/all.png", "https://maps.example/own.png"]
    assert found.contacts == (Contact(organisation="near", role="attribution"),)


@pytest.mark.parametrize(
    "box",
    [
        INSIDE_OUT,
        '<BoundingBox CRS="CRS:84" minx="0" miny="0" maxx="0" maxy="0"/>',
        '<BoundingBox CRS="CRS:84" minx="nan" miny="0" maxx="inf" maxy="1"/>',
        '<BoundingBox CRS="EPSG:4326" minx="400000" miny="5300000" maxx="600000" maxy="5500000"/>',
        '<BoundingBox CRS="EPSG:0" minx="1" miny="1" maxx="2" maxy="2"/>',
        '<BoundingBox CRS="+proj=utm +zone=32" minx="1" miny="1" maxx="2" maxy="2"/>',
        '<BoundingBox CRS="CRS:1" minx="1" miny="1" maxx="2" maxy="2"/>',
        '<BoundingBox minx="1" miny="1" maxx="2" maxy="2"/>',
        "<EX_GeographicBoundingBox/>",
    ],
)
def test_absurd_boxes_are_dropped(box: str) -> None:
    assert only(capabilities(layer("a", inside=box))).bbox is None


def test_a_box_in_degrees_comes_before_one_that_must_be_reckoned() -> None:
    boxes = (
        '<BoundingBox CRS="EPSG:3857" minx="0" miny="0" maxx="1" maxy="1"/>'
        '<BoundingBox CRS="EPSG:4326" minx="47" miny="5" maxx="48" maxy="6"/>'
    )

    assert only(capabilities(layer("a", inside=boxes))).bbox == (5, 47, 6, 48)


def test_a_change_elsewhere_changes_no_record() -> None:
    def prints(body: bytes, settings: Settings = ALL, url: str = URL) -> dict[str, bytes]:
        return {each.identifier: each.fingerprint for each in read_layers(body, url, settings).records}

    before = prints(capabilities(layer("a"), layer("b")))

    assert prints(capabilities(layer("a"), layer("b", "New"), layer("c"), sequence=2))["a"] == before["a"]
    assert prints(capabilities(layer("a", "New"), layer("b")))["a"] != before["a"]
    assert prints(capabilities(layer("a"), service="<Fees>1 EUR</Fees>"))["a"] != before["a"]
    assert prints(capabilities(layer("a"), layer("b")), replace(ALL, thumbnail_size=9)) != before
    assert prints(capabilities(layer("a"), layer("b")), url="https://new.example/wms") != before


def day(*words: int) -> datetime:
    year, month, number = words
    return datetime(year, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "start", "end", "last"),
    [
        ("2001", day(2001, 1, 1), day(2002, 1, 1), "2001"),
        ("2003-05,2001-01-02", day(2001, 1, 2), day(2003, 6, 1), "2001-01-02"),
        ("2001/2003/P1Y, 2010", day(2001, 1, 1), day(2011, 1, 1), "2010"),
        ("2001-01-01/current/PT1H", day(2001, 1, 1), None, "current"),
        ("nonsense,2001", day(2001, 1, 1), day(2002, 1, 1), "2001"),
        ("", None, None, ""),
    ],
)
def test_times(values: str, start: datetime | None, end: datetime | None, last: str) -> None:
    assert read_times(values) == (start, end, last)


def test_a_document_type_that_is_not_fetched_leaves_no_trace_of_its_entities() -> None:
    body = capabilities(layer("a", "Caf&eacute;"), version="1.1.1").replace(
        b'<?xml version="1.0"?>',
        b'<?xml version="1.0"?><!DOCTYPE WMT_MS_Capabilities SYSTEM "http://nowhere.example/a.dtd">',
    )

    assert only(body).title == "Caf"


def test_deep_nesting_is_walked_to_its_end() -> None:
    deep = "<Layer><Title>g</Title>" * 200 + layer("deep") + "</Layer>" * 200

    assert list(records(capabilities(deep))) == ["deep"]


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(RemoteUnreadable):
        read_layers(capabilities("<Layer>" * 5000 + "</Layer>" * 5000), URL, ALL)


def test_what_would_grow_beyond_measure_is_refused() -> None:
    heavy = f"<Style><Name>s</Name><Title>{'x' * 1_000_000}</Title></Style>"

    with pytest.raises(RemoteUnreadable, match="too long"):
        read_layers(capabilities(*(layer(str(number)) for number in range(300)), root=heavy), URL, ALL)


def test_what_would_grow_with_every_level_is_refused() -> None:
    heavy = f"<Style><Name>s</Name><Title>{'x' * 1_000_000}</Title></Style>"
    nested = "<Layer>" * 200 + layer("deep") + "</Layer>" * 200

    with pytest.raises(RemoteUnreadable, match="too long"):
        read_layers(capabilities(nested, root=heavy), URL, ALL)


def test_a_service_without_layers_is_read_as_one() -> None:
    found = read_layers(capabilities(), URL, ALL)

    assert (found.records, found.total) == ([], 0)


LONGITUDES = st.floats(-180, 180).map(lambda number: round(number, 5))
LATITUDES = st.floats(-90, 90).map(lambda number: round(number, 5))


@given(st.tuples(LONGITUDES, LONGITUDES).map(sorted), st.tuples(LATITUDES, LATITUDES).map(sorted))
def test_a_box_is_the_same_however_a_version_writes_it(longitudes: list[float], latitudes: list[float]) -> None:
    (west, east), (south, north) = longitudes, latitudes
    assume(any((west, south, east, north)))

    def of(system: str, minx: float, miny: float, maxx: float, maxy: float, version: str) -> object:
        name = "SRS" if version == "1.1.1" else "CRS"
        box = f'<BoundingBox {name}="{system}" minx="{minx}" miny="{miny}" maxx="{maxx}" maxy="{maxy}"/>'
        return only(capabilities(layer("a", inside=box), version=version)).bbox

    assert (
        of("EPSG:4326", west, south, east, north, "1.1.1")
        == of("EPSG:4326", south, west, north, east, "1.3.0")
        == of("CRS:84", west, south, east, north, "1.3.0")
        == (west, south, east, north)
    )


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)


@given(st.recursive(st.lists(NAMES, max_size=3), lambda inner: st.lists(inner, max_size=3), max_leaves=20))
def test_every_named_leaf_is_found_once_wherever_it_stands(tree: list[object]) -> None:
    def written(node: object) -> str:
        if isinstance(node, str):
            plain = node.replace("&", "&amp;").replace("<", "&lt;")
            return f"<Layer><Name>{plain}</Name></Layer>"
        assert isinstance(node, list)
        return f"<Layer><Title>g</Title>{''.join(map(written, node))}</Layer>"

    def leaves(node: object) -> list[str]:
        if isinstance(node, str):
            name = " ".join(node.split())
            return [name] if name else []
        assert isinstance(node, list)
        return [name for each in node for name in leaves(each)]

    found = read_layers(capabilities(written(tree)), URL, Settings())

    assert [each.identifier for each in found.records] == leaves(tree)
    assert all(each.read().identifier == each.identifier for each in found.records)


@given(st.binary(max_size=300))
def test_garbage_is_refused_for_what_it_is(body: bytes) -> None:
    with pytest.raises(RemoteUnreadable):
        read_layers(body, URL, ALL)
