"""Saved answers of several versions become whole records; what makes no sense is left empty."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.geonode.resources import dataset
from windrow.errors import RemoteUnreadable
from windrow.model.records import Contact, Link, Record
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Reference
from windrow.sources.geonode import legacy, pages
from windrow.sources.geonode.records import read_record
from windrow.sources.geonode.settings import Settings

ANSWERS = Path(__file__).parent / "answers"
PORTAL = "https://portal.example.org"


def saved(name: str) -> Answer:
    return Answer(PORTAL, 200, {"content-type": "application/json"}, (ANSWERS / name).read_bytes())


def read_v2(name: str, pk: str, word: str = "datasets", base: str = PORTAL) -> Record:
    return pages.read_resource(Reference(pk, f"{base}/api/v2/{word}/{pk}/"), saved(name)).read()


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # parts of a date in their order


def test_a_dataset_of_4_0() -> None:
    assert read_v2("v4-0-dataset.json", "412") == Record(
        identifier="6a1b7a52-5c2e-4f3b-9a39-0b9a5cf0f001",
        title="Flood zones",
        abstract="Zones flooded once in a hundred years.",
        type="dataset",
        keywords=("flood", "hazard", "Germany", "Netherlands", "environment"),
        contacts=(
            Contact(name="Marta Weber", role="pointOfContact"),
            Contact(name="aowens", role="author"),
            Contact(name="Marta Weber", role="owner"),
        ),
        licence="public_domain",
        links=(
            Link(f"{PORTAL}/catalogue/#/dataset/412", "alternate", "Page in the GeoNode", media_type="text/html"),
            Link(
                f"{PORTAL}/geoserver/ows",
                title="geonode:flood_zones",
                description="OGC WMS: geonode Service",
                protocol="OGC:WMS",
            ),
            Link(
                f"{PORTAL}/geoserver/ows",
                title="geonode:flood_zones",
                description="OGC WFS: geonode Service",
                protocol="OGC:WFS",
            ),
            Link(f"{PORTAL}/datasets/geonode:flood_zones/dataset_download", "enclosure", "Download"),
            Link(f"{PORTAL}/datasets/geonode:flood_zones/embed", "alternate", "Embedded view", media_type="text/html"),
            Link(f"{PORTAL}/api/v2/datasets/412", "via", "GeoNode API", media_type="application/json"),
            Link(
                f"{PORTAL}/geoserver/wms?format=image%2Fpng", "related", "PNG", media_type="image/png", protocol="image"
            ),
            Link(f"{PORTAL}/geoserver/ows?outputFormat=SHAPE-ZIP", "enclosure", "Zipped Shapefile", protocol="data"),
            Link(
                f"{PORTAL}/catalogue/csw?id=6a1b7a52",
                "describedby",
                "ISO",
                media_type="text/xml",
                protocol="metadata",
            ),
            Link(
                f"{PORTAL}/catalogue/#/dataset/412",
                "alternate",
                "geonode:flood_zones",
                media_type="text/html",
                protocol="html",
            ),
            Link(f"{PORTAL}/uploaded/thumbs/dataset-6a1b7a52-thumb.png?v=8e1b", "preview", "Thumbnail"),
        ),
        bbox=(6.5, 50.25, 8.0, 52.0),
        time_start=moment(2020, 1, 1),
        time_end=datetime(2021, 12, 31, 0, 0, 0, 1, tzinfo=UTC),
        created=moment(2022, 5, 3, 10),
        modified=datetime(2022, 8, 9, 7, 6, 5, 432100, tzinfo=UTC),
        language="en",
        standard="geonode",
    )


def test_a_dataset_of_4_4_has_lists_of_people_and_a_box_of_numbers() -> None:
    record = read_v2("v4-4-dataset.json", "388")

    assert (record.title, record.abstract, record.licence, record.language) == ("Flood depth", "", "", "de")
    assert record.contacts == (
        Contact("Ann Owens", "River Office", "pointOfContact", phone="+49 30 1234"),
        Contact("Marta Weber", role="pointOfContact"),
        Contact("Marta Weber", role="author"),
        Contact("Ann Owens", role="owner", email="ann@portal.example.org"),
        Contact("riveroffice", "River Office", "publisher"),
    )
    assert record.keywords == ("Flood", "Natural risk zones")
    assert (record.bbox, record.geometry) == ((6.85, 50.53, 8.29, 51.46), None)
    assert (record.time_start, record.time_end) == (moment(2023, 6, 1), None)
    assert (record.created, record.modified) == (moment(2023, 11, 1), moment(2024, 10, 10, 10, 10, 10))
    assert [each.rel for each in record.links].count("enclosure") == 1


def test_a_document_of_5_0_leads_to_its_file() -> None:
    record = read_v2("v5-0-document.json", "201", "documents")

    assert (record.type, record.abstract, record.bbox) == ("document", "Report, with a link", None)
    assert record.keywords == ("Global", "planningCadastre")
    assert [(each.href.removeprefix(PORTAL), each.rel, each.media_type) for each in record.links] == [
        ("/catalogue/#/document/201", "alternate", "text/html"),
        ("/documents/201/link", "enclosure", "application/pdf"),
        ("/documents/201/download", "enclosure", ""),
        ("/documents/201/embed", "alternate", "text/html"),
        ("/documents/201/download", "enclosure", "application/pdf"),
        ("/uploaded/thumbs/document-b2a9a6c4-thumb.jpg", "preview", ""),
    ]


def test_a_layer_of_3_3_has_no_raw_abstract_and_wkt() -> None:
    record = read_v2("v3-3-layer.json", "71", "layers", "https://old.example.org")

    assert record.abstract == "Wells & springs.\nSecond paragraph."
    assert record.keywords == ("wells", "groundwater", "Jordan", "inlandWaters")
    assert record.bbox == (34.9, 29.1, 39.3, 33.4)
    assert {each.name for each in record.contacts} == {"karim"}
    assert (record.created, record.modified) == (
        datetime(2021, 3, 1, 8, 0, 1, 118219, tzinfo=UTC),
        datetime(2021, 6, 2, 11, 12, 13, 500000, tzinfo=UTC),
    )
    assert (record.licence, record.language) == ("cc-by", "ar")
    assert record.links[0].href == "https://old.example.org/layers/geonode:wells"


def test_a_list_of_4_2_carries_datasets_whole_and_refers_to_documents() -> None:
    key = pages.first_key(PORTAL, size=2, sort=True)

    reading = pages.read_page(key, saved("v4-2-list.json"), Settings.of({}))

    assert [each.identifier for each in reading.records] == ["412"]
    assert reading.records[0].read() == read_v2("v4-0-dataset.json", "412")
    assert [each.href for each in reading.references] == [f"{PORTAL}/api/v2/documents/201/"]
    assert (reading.total, len(reading.next)) == (57, 28)


def test_a_legacy_layer_is_read_from_its_iso_document() -> None:
    answer = legacy.LegacyAnswer(
        "", 200, {}, (ANSWERS / "legacy-layer.json").read_bytes(), (ANSWERS / "legacy-csw.xml").read_bytes()
    )

    remote = legacy.read_resource(Reference("52", "https://island.example.org/api/layers/52/"), answer)
    record = remote.read()

    assert (remote.type, record.standard, record.type) == ("layers", "iso19139", "dataset")
    assert (record.identifier, record.title) == ("c4a0f0d2-7d45-11e8-a0b1-0242ac110004", "Roads")
    assert record.keywords == ("roads", "transport", "Saint Lucia", "transportation")
    assert record.bbox == (-61.2, 13.7, -60.8, 14.12)
    assert [each.href.removeprefix("https://island.example.org") for each in record.links].count(
        "/uploaded/thumbs/layer-thumb.png"
    ) == 1
    assert any(each.protocol == "OGC:WMS" and each.title == "geonode:roads" for each in record.links)


def test_a_legacy_layer_without_iso_is_read_from_its_json() -> None:
    empty = b'<csw:GetRecordByIdResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"/>'
    answer = legacy.LegacyAnswer("", 200, {}, (ANSWERS / "legacy-layer.json").read_bytes(), empty)

    record = legacy.read_resource(Reference("52", "https://island.example.org/api/layers/52/"), answer).read()

    assert (record.type, record.abstract, record.bbox) == (
        "dataset",
        "Roads of the island.",
        (-61.2, 13.7, -60.8, 14.12),
    )
    assert record.keywords == ("roads", "transport", "Saint Lucia", "transportation")
    assert [each.name for each in record.contacts] == ["Jo Pierre"]


# Where it lies.

UTM = {"type": "Polygon", "coordinates": [[[500000, 0], [500000, 110000], [610000, 110000], [610000, 0], [500000, 0]]]}
SHAPE = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [2, 3], [0, 0]]]}


@pytest.mark.parametrize(
    ("place", "box"),
    [
        ({"ll_bbox_polygon": SHAPE}, (0, 0, 4, 3)),
        ({"ll_bbox_polygon": None, "bbox_polygon": SHAPE}, (0, 0, 4, 3)),
        ({"ll_bbox_polygon": "POLYGON ((1 2, 1 4, 3 4, 3 2, 1 2))"}, (1, 2, 3, 4)),
        ({"ll_bbox_polygon": "SRID=3857;POLYGON ((1 2, 1 4, 3 4, 3 2, 1 2))", "bbox_polygon": None}, None),
        ({"ll_bbox_polygon": None, "bbox_polygon": UTM, "srid": "EPSG:4326"}, None),
        ({"ll_bbox_polygon": None, "bbox_polygon": UTM, "srid": "EPSG:987654"}, None),
        ({"ll_bbox_polygon": None, "bbox_polygon": UTM, "srid": "+proj=utm +zone=32 +nadgrids=/etc/passwd"}, None),
        ({"ll_bbox_polygon": None, "bbox_polygon": None, "extent": {"coords": [1, 2, 3]}}, None),
        ({"ll_bbox_polygon": None, "bbox_polygon": None, "bbox_x0": "nan"}, None),
        ({"ll_bbox_polygon": "POLYGON EMPTY", "bbox_polygon": {"coordinates": [[["a"], []]]}}, None),
        ({"ll_bbox_polygon": None, "bbox_polygon": {"coordinates": 5}}, None),
    ],
)
def test_places_in_every_form(place: dict[str, Any], box: Any) -> None:
    record = read_record(dataset(1, **place), PORTAL)

    assert record.bbox == box
    assert record.geometry == (SHAPE if box == (0, 0, 4, 3) else None)


@pytest.mark.parametrize("srid", ["EPSG:32632", "epsg:32632", 32632, {"code": "EPSG:32632"}])
def test_a_box_in_its_own_projection_is_turned_into_degrees(srid: Any) -> None:
    record = read_record(dataset(1, ll_bbox_polygon=None, bbox_polygon=UTM, srid=srid), PORTAL)

    assert record.bbox is not None
    assert record.bbox == pytest.approx((9, 0, 9.99, 0.995), abs=0.01)


# What makes no sense.

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from([*dataset(1), "extent", "tkeywords", "download_urls", "href", "extension", "bbox_x0"])


@given(st.dictionaries(FIELDS, ANYTHING, max_size=6))
def test_whatever_its_fields_hold_a_record_is_read(changes: dict[str, Any]) -> None:
    record = read_record({**dataset(7), **changes}, PORTAL)

    assert record.title
    assert record.identifier or "uuid" in changes


@given(st.dictionaries(FIELDS, ANYTHING, max_size=4))
def test_whatever_a_document_holds_it_is_read_or_refused(changes: dict[str, Any]) -> None:
    body = orjson.dumps({"dataset": {**dataset(7), **changes}})

    try:
        remote = pages.read_resource(Reference("7", f"{PORTAL}/api/v2/datasets/7/"), Answer("", 200, {}, body))
    except RemoteUnreadable:
        return
    assert remote.identifier == "7"


def test_a_record_of_next_to_nothing_goes_by_its_number() -> None:
    assert read_record({"pk": 7}, PORTAL) == Record(identifier="7", title="7", standard="geonode")
