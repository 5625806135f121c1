"""Packages of several versions and extensions become records; what makes no sense is left empty."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.ckan.portal import package
from windrow.errors import RemoteUnreadable
from windrow.model.records import Contact, Link, Record
from windrow.sources.ckan.packages import read_package

ANSWERS = Path(__file__).parent / "answers"
PORTAL = "https://data.example.org"


def saved(name: str, *languages: str) -> Record:
    found = orjson.loads((ANSWERS / f"{name}.json").read_bytes())["result"]["results"][0]
    return read_package(found, url=PORTAL, languages=languages or ("en",))


def read(**fields: Any) -> Record:
    return read_package(package("p", **fields), url=PORTAL)


def extras(**values: Any) -> dict[str, Any]:
    return {"extras": [{"key": name.replace("__", "-"), "value": value} for name, value in values.items()]}


def test_a_package_harvested_from_iso_metadata() -> None:
    assert saved("ckan-2.8-spatial") == Record(
        identifier="0b1f6a6e-9d4c-4d51-8a41-3c1f0f7a1c11",
        title="River gauges",
        abstract="Water levels, every 15 minutes.",
        type="series",
        keywords=("hydrology", "rivers", "Water"),
        contacts=(
            Contact(name="Hydrology desk", role="maintainer", email="hydrology@environment.example.org"),
            Contact(role="contact", email="data@environment.example.org"),
            Contact(organisation="Environment Department", role="owner"),
            Contact(organisation="Environment Department", role="pointOfContact"),
        ),
        licence="UK Open Government Licence (OGL)",
        links=(
            Link(f"{PORTAL}/dataset/river-gauges", rel="alternate", media_type="text/html"),
            Link(
                "https://environment.example.org/wms?", title="Gauges", description="View service", protocol="OGC:WMS"
            ),
            Link(
                "https://environment.example.org/readings.csv",
                rel="enclosure",
                description="All readings",
                media_type="text/csv",
                protocol="CSV",
            ),
            Link("https://environment.example.org/gauges", rel="about"),
            Link(
                "http://reference.data.gov.uk/id/open-government-licence",
                rel="license",
                title="UK Open Government Licence (OGL)",
            ),
        ),
        bbox=(-6.5, 49.8, 1.8, 55.9),
        time_start=datetime(1990, 1, 1, tzinfo=UTC),
        time_end=datetime(2018, 1, 1, tzinfo=UTC),
        created=datetime(2017, 5, 2, 9, 12, 33, 345678, tzinfo=UTC),
        modified=datetime(2018, 11, 20, 16, 5, 1, 123456, tzinfo=UTC),
        language="en",
        standard="ckan",
    )


def test_a_package_with_dcat_among_its_extras() -> None:
    found = saved("ckan-2.9-dcat")

    assert found.bbox == (9.5, 46.4, 17.2, 49.0)
    assert found.geometry is not None
    assert found.geometry["type"] == "Polygon"
    assert (found.time_start, found.language) == (datetime(2002, 1, 1, tzinfo=UTC), "de")
    assert Contact(name="Help desk", role="contact", email="helpdesk@stat.example.eu") in found.contacts
    assert Contact(name="Statistics Office", role="publisher") in found.contacts
    assert Link("https://stat.example.eu/dataset/population", rel="cite-as") in found.links
    [json] = [each for each in found.links if each.title == "JSON"]
    assert (json.rel, json.media_type, json.protocol) == ("enclosure", "application/json", "JSON")


@pytest.mark.parametrize(
    ("languages", "title", "keywords", "organisation"),
    [
        (("fr",), "Inventaire des glaciers", ("glaciers", "glace", "Géographie"), "Office fédéral de la glace"),
        (("en", "de"), "Gletscherinventar", ("gletscher", "eis", "Geography"), "Federal Office of Ice"),
        (("it",), "Inventario dei ghiacciai", ("gletscher", "eis", "Geografia"), "Office fédéral de la glace"),
    ],
)
def test_texts_come_in_the_language_that_is_wanted(
    languages: tuple[str, ...], title: str, keywords: tuple[str, ...], organisation: str
) -> None:
    found = saved("ckan-2.10-multilingual", *languages)

    assert found.title == title
    assert [each.organisation for each in found.contacts if each.role == "owner"] == [organisation]
    assert found.keywords == keywords


def test_a_portal_with_a_schema_of_its_own() -> None:
    found = saved("ckan-2.10-multilingual", "de")

    assert found.abstract == "Alle Gletscher."
    assert Contact(name="Auskunft", role="contact", email="auskunft@eis.example.ch") in found.contacts
    assert Contact(name="Bundesamt für Eis", role="publisher", url="https://eis.example.ch/") in found.contacts
    assert (found.time_start, found.time_end) == (
        datetime(1850, 1, 1, tzinfo=UTC),
        datetime(2010, 12, 31, 0, 0, 0, 1, tzinfo=UTC),
    )
    assert (found.bbox, found.language) == (None, "de")
    [outlines] = [each for each in found.links if each.href.endswith(".gpkg")]
    assert (outlines.title, outlines.description) == ("Umrisse", "Als GeoPackage")
    assert (outlines.media_type, outlines.protocol) == ("application/geopackage+sqlite3", "GPKG")


def test_a_portal_with_the_dcat_schema() -> None:
    found = saved("ckan-2.11-scheming-dcat", "cy")

    assert (found.title, found.abstract) == ("Ansawdd aer", "Cymedrau NO₂ yr awr.")
    assert found.geometry == {"type": "Point", "coordinates": [-3.2, 51.5]}
    assert found.bbox == (-3.3, 51.4, -3.1, 51.6)
    assert (found.time_start, found.time_end) == (datetime(2019, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    assert Contact(name="Air team", role="contact", email="air@example.net") in found.contacts


@pytest.mark.parametrize(
    ("spatial", "bbox"),
    [
        ('{"type": "Point", "coordinates": [7, 51]}', (7.0, 51.0, 7.0, 51.0)),
        ("5.5, 50, 9.5, 52.5", (5.5, 50.0, 9.5, 52.5)),
        ("POLYGON((5 50, 9 50, 9 52, 5 52, 5 50))", (5.0, 50.0, 9.0, 52.0)),
        ("Germany", None),
        ('{"type": "Polygon", "coordinates": [[[500000, 5600000]]]}', None),
        ("{broken", None),
        ("", None),
    ],
)
def test_spatial_is_read_in_whatever_form_it_has(spatial: str, bbox: Any) -> None:
    assert read(**extras(spatial=spatial)).bbox == bbox
    assert read(spatial=spatial).bbox == bbox


def test_four_corners_are_a_box_where_there_is_no_geometry() -> None:
    corners = {"bbox__west__long": "-5", "bbox__south__lat": "50.5", "bbox__east__long": "2", "bbox__north__lat": "55"}

    assert read(**extras(**corners)).bbox == (-5.0, 50.5, 2.0, 55.0)
    assert read(**extras(**{**corners, "bbox__west__long": "n/a"})).bbox is None


def test_extras_may_be_an_object() -> None:
    assert read(extras={"contact_name": "Desk", "language": "ger"}).contacts[0].name == "Desk"


@pytest.mark.parametrize(
    ("value", "language"),
    [
        ("en,es,ca", "en"),
        ('["de", "fr"]', "de"),
        (["it"], "it"),
        ("http://publications.europa.eu/resource/authority/language/FRA", "fr"),
        ("[]", ""),
    ],
)
def test_languages_are_written_in_many_ways(value: Any, language: str) -> None:
    assert read(**extras(language=value)).language == language


def test_a_list_in_a_text_is_no_text() -> None:
    assert read(**extras(licence="[]")).licence == ""
    assert read(**extras(licence='["Open Licence"]')).licence == "Open Licence"
    assert read(title="[Draft] Rivers").title == "[Draft] Rivers"
    assert read(title="[2019]").title == "2019"


def test_a_field_wins_over_an_extra_of_its_name() -> None:
    assert read(author="Field", **extras(author="Extra")).contacts[0].name == "Field"


def test_what_must_not_become_a_link_does_not() -> None:
    found = read(
        url="javascript:alert(1)",
        resources=[{"url": "javascript:alert(1)"}, {"url": "data:text/html,x"}, {"url": ""}, {}, "odd", {"url": 5}],
    )

    assert [each.rel for each in found.links] == ["alternate"]


def test_a_package_without_an_id_is_refused() -> None:
    with pytest.raises(RemoteUnreadable, match="no id"):
        read_package({"title": "x"}, url=PORTAL)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(package("p"))), JSON_VALUES)
def test_a_field_of_any_other_kind_breaks_nothing(name: str, value: Any) -> None:
    found = read_package({**package("p"), name: value, "id": "p"}, url=PORTAL)

    assert found.identifier == "p"
    assert found.title


@given(
    st.dictionaries(
        st.sampled_from(["spatial", "temporals", "tags", "groups", "publisher", "contact", "extras", "resources"]),
        JSON_VALUES,
    )
)
def test_extensions_may_put_anything_anywhere(values: dict[str, Any]) -> None:
    assert read_package({**package("p"), **values}, url=PORTAL).identifier == "p"
