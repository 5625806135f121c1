"""What a layer's document says comes out in the record; what makes no sense is left empty."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.arcgis_rest.directory import ROADS, ROOT, Directory, catalogue, layer, publish, roads
from tests.sources.arcgis_rest.passes import KIND, harvest
from windrow.errors import RemoteError, RemoteUnreadable
from windrow.model.records import Record
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Loaded, PageRequest, PassRequest
from windrow.sources.arcgis_rest.bundles import Bundle
from windrow.sources.arcgis_rest.records import read_moment
from windrow.sources.arcgis_rest.texts import plain_text


def read(service: dict[str, Any] | None = None, **members: Any) -> Record:
    """The record of one layer with these members."""
    documents = {"": catalogue("Roads/MapServer"), **publish("Roads", layer(0, "Roads", **members), **(service or {}))}
    [record] = harvest(ROOT, Directory(documents)).records
    return record.read()


def test_a_bare_layer_is_a_record() -> None:
    record = read()

    assert record == Record(
        identifier=f"{ROADS}/0",
        title="Roads",
        keywords=("ESRI", "ArcGIS REST MapServer"),
        links=record.links,
        bbox=(9.0, 47.0, 10.0, 48.0),
        collection=ROADS,
        standard="arcgis-rest",
    )
    assert [each.rel for each in record.links] == ["related", "preview"]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("plain", "plain"),
        ("3 < 4 & 5 > 2", "3 < 4 & 5 > 2"),
        ("<p>One<br/>two</p><p>three</p>", "One\ntwo\nthree"),
        ("<DIV STYLE='text-align:Left;'>\n<SPAN>a </SPAN><SPAN>b</SPAN></DIV>", "a b"),
        ("Boroughs &amp; districts", "Boroughs & districts"),
        ("<script>alert(1)</script>safe<style>p {}</style>", "safe"),
        ("<b>open", "open"),
        ("</script>x", "x"),
    ],
)
def test_html_becomes_plain_text(given: str, text: str) -> None:
    assert plain_text(given) == text
    assert read(description=given).abstract == text


@pytest.mark.parametrize(
    ("service", "abstract"),
    [
        ({"description": "map", "serviceDescription": "service"}, "map"),
        ({"description": "", "serviceDescription": "service", "documentInfo": {"Comments": "said"}}, "service"),
        ({"documentInfo": {"Comments": "<p></p>", "Subject": "subject"}}, "subject"),
        ({"documentInfo": "none"}, ""),
    ],
)
def test_a_layer_without_a_description_has_its_services(service: dict[str, Any], abstract: str) -> None:
    assert read(service).abstract == abstract
    assert read(service, description="own").abstract == "own"


def test_the_copyright_is_read_where_it_stands() -> None:
    assert read({"copyrightText": "city"}, copyrightText="<i>canton</i>").licence == "canton"
    assert read({"copyrightText": "city"}, copyrightText="").licence == "city"
    assert read({"documentInfo": {"Credits": "all"}}).licence == "all"


def test_keywords_are_the_originals_and_the_services_own_once() -> None:
    told = {"documentInfo": {"Keywords": "roads, ESRI;; roads;bridges", "Category": "transport"}}

    assert read(told).keywords == ("ESRI", "ArcGIS REST MapServer", "roads", "bridges", "transport")


@pytest.mark.parametrize(
    ("extent", "start", "end"),
    [
        ([0, 1000], datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 0, 0, 1, 1, tzinfo=UTC)),
        ([1000, 0], datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 0, 0, 1, 1, tzinfo=UTC)),
        ([-86400000, None], datetime(1969, 12, 31, tzinfo=UTC), None),
        ([None, 0], None, datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        ([0, 253402214400000], datetime(1970, 1, 1, tzinfo=UTC), None),
        ([0, 10**18], datetime(1970, 1, 1, tzinfo=UTC), None),
        (["0", True], None, None),
        ([0], None, None),
        ("0,1", None, None),
    ],
)
def test_time_extents_are_periods(extent: Any, start: datetime | None, end: datetime | None) -> None:
    record = read(timeInfo={"timeExtent": extent})

    assert (record.time_start, record.time_end) == (start, end)


@given(st.floats() | st.integers() | st.none() | st.booleans())
def test_any_number_is_a_moment_or_none(value: Any) -> None:
    moment = read_moment(value)

    assert moment is None or moment.tzinfo is UTC


def test_the_last_edit_of_data_or_fields_counts() -> None:
    edited = read(editingInfo={"lastEditDate": 1000, "schemaLastEditDate": 3000, "dataLastEditDate": None})

    assert edited.modified == datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC)
    assert read(editingInfo=None).modified is None


@pytest.mark.parametrize(
    ("members", "there"),
    [
        ({"supportedQueryFormats": "JSON, geoJSON", "capabilities": "Query", "maxRecordCount": 1000}, True),
        ({"supportedQueryFormats": "JSON, AMF, geoJSON"}, True),
        ({"supportedQueryFormats": "JSON", "capabilities": "Query"}, False),
        ({"supportedQueryFormats": "geoJSON", "capabilities": "Map"}, False),
        ({}, False),
    ],
)
def test_features_can_be_downloaded_where_they_can_be_queried(members: dict[str, Any], there: bool) -> None:
    downloads = [each for each in read(**members).links if each.rel == "enclosure"]

    assert [each.href for each in downloads] == [f"{ROADS}/0/query?where=1%3D1&outFields=*&f=geojson"] * there
    if members.get("maxRecordCount"):
        assert downloads[0].description == "1000 features at most; ask for more with resultOffset."


@pytest.mark.parametrize(
    ("extent", "view"),
    [
        ((9, 47, 9, 47), "bbox=8.995,46.995,9.005,47.005&"),
        ((170, -50, 190, -30), "bbox=170,-50,190,-30&"),
        ((9.1234567, 47, 10, 48), "bbox=9.123457,47,10,48&"),
    ],
)
def test_pictures_show_the_extent(extent: tuple[float, ...], view: str) -> None:
    edges = dict(zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True))

    record = read(extent={**edges, "spatialReference": {"wkid": 4326}})

    [picture] = [each.href for each in record.links if each.rel == "preview"]
    assert view in picture


def test_a_layer_without_a_name_is_quarantined_alone() -> None:
    documents = roads()
    documents["Roads/MapServer/layers"]["layers"][1]["name"] = " "

    [first, second, _] = harvest(ROOT, Directory(documents)).records

    assert first.read().title == "Layer 0"
    with pytest.raises(RemoteUnreadable, match="The layer has no name"):
        second.read()


def test_a_layer_nested_too_deep_is_quarantined_alone() -> None:
    documents = roads()
    deep = b"[" * 300 + b"]" * 300
    others = b',{"id":1,"name":"b"},{"id":2,"name":"c"}]}'
    documents["Roads/MapServer/layers"] = b'{"layers":[{"id":0,"name":"a","x":' + deep + b"}" + others

    found = harvest(ROOT, Directory(documents))

    assert [each.identifier for each in found.broken] == [f"{ROADS}/0"]
    assert [each.read().title for each in found.records] == ["b", "c"]
    assert found.fingerprints == [None]


def answer(document: Any) -> Answer:
    return Answer(ROADS, 200, {"content-type": "application/json"}, orjson.dumps(document))


def test_numbers_that_are_none_in_json_harm_nothing() -> None:
    bare = b'{"id":0,"name":"Roads","type":"Table","extent":{"xmin":NaN,"ymin":-Infinity,"xmax":1,"ymax":1e999}}'
    documents = {"": catalogue("Roads/MapServer"), **publish("Roads", layer(0)), "Roads/MapServer/0": bare}

    [record] = harvest(ROOT, Directory(documents)).records

    assert (record.read().title, record.read().bbox) == ("Roads", None)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "layers",
                        "tables",
                        "id",
                        "name",
                        "type",
                        "extent",
                        "spatialReference",
                        "xmin",
                        "wkid",
                        "subLayerIds",
                    ),
                    *(
                        "parentLayerId",
                        "timeInfo",
                        "timeExtent",
                        "documentInfo",
                        "editingInfo",
                        "capabilities",
                        "error",
                    ),
                    *("services", "folders", "currentVersion", "supportedExtensions", "pixelType", "description"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(root=JSON, details=JSON, twin=JSON, key=st.sampled_from(["MapServer", "ImageServer", ""]))
def test_whatever_comes_is_read_or_refused(root: Any, details: Any, twin: Any, key: str) -> None:
    page = PageRequest({"service": "A", "type": key, "twin": True} if key else {"folder": ""})
    bundle = Bundle.of(answer(root), details=answer(details), twin=answer(twin))

    try:
        reading = KIND.read(PassRequest(ROOT, {}), page, Loaded([bundle]))
    except RemoteError:
        return
    for each in reading.records:
        try:
            assert each.read().title
        except RemoteUnreadable:
            continue
