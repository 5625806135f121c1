"""Records of OGC API Records become ours; what makes no sense in them is left out."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.generator.datasets import make_datasets
from samples.generator.ogc_record import ogc_record
from samples.servers.process import ROOT
from windrow.errors import RemoteUnreadable
from windrow.formats.ogc_record import read
from windrow.model.records import Contact, Link

OZONE = orjson.loads((ROOT / "samples/records/stac_api/woudc-total-column-ozone-totalozone.json").read_bytes())

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = ("title", "type", "keywords", "themes", "contacts", "language", "externalIds", "license", "updated", "extent")


def feature(**members: Any) -> dict[str, Any]:
    properties = {"type": "dataset", "title": "A title", **members.pop("properties", {})}
    return {"type": "Feature", "id": "r", "geometry": None, "properties": properties, **members}


def test_a_real_record_is_read_whole() -> None:
    record = read(OZONE, url="https://woudc.example.org/collections/main/items", collection="main")

    assert (record.identifier, record.title) == (
        "woudc-total-column-ozone-totalozone",
        "Total Ozone - daily observations",
    )
    assert record.abstract.startswith("A measurement of the total amount of atmospheric ozone")
    assert (record.type, record.standard, record.collection, record.language) == (
        "dataset",
        "ogc-record",
        "main",
        "en-CA",
    )
    assert record.keywords[:4] == ("total", "ozone", "level 1.0", "column")
    assert "atmosphericComposition" in record.keywords
    assert (record.bbox, record.geometry) == ((-180.0, -90.0, 180.0, 90.0), None)
    assert (record.time_start, record.time_end) == (datetime(1924, 8, 17, tzinfo=UTC), None)
    assert record.created == record.modified == datetime(2021, 2, 8, tzinfo=UTC)
    assert record.contacts == (
        Contact(
            name="World Ozone and Ultraviolet Radiation Data Centre",
            role="publisher",
            url="https://woudc.org",
        ),
    )
    assert record.licence == "https://woudc.org/about/data-policy.php"
    assert "collection" not in {link.rel for link in record.links}
    assert any(link.rel == "enclosure" and link.media_type == "application/zip" for link in record.links)
    assert any(link.protocol == "URI template" and "{bbox}" in link.href for link in record.links)


@pytest.mark.parametrize("number", range(0, 40, 7))
def test_generated_records_keep_their_words_place_and_time(number: int) -> None:
    dataset = list(make_datasets(40))[number]

    record = read(ogc_record(dataset))

    assert (record.identifier, record.title, record.abstract) == (dataset.identifier, dataset.title, dataset.abstract)
    assert set(dataset.keywords) | {dataset.subject.theme} == set(record.keywords)
    assert record.bbox == pytest.approx(dataset.bbox)
    assert record.contacts == (
        Contact(name=dataset.person, organisation=dataset.organisation, role="publisher", email=dataset.email),
    )


@pytest.mark.parametrize(
    ("time", "start", "end"),
    [
        (None, None, None),
        ({"date": "2020-02-29"}, datetime(2020, 2, 29, tzinfo=UTC), datetime(2020, 3, 1, tzinfo=UTC)),
        (
            {"timestamp": "2020-02-29T12:00:00Z"},
            datetime(2020, 2, 29, 12, tzinfo=UTC),
            datetime(2020, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
        ),
        (
            {"interval": ["2020-01-01", "2020-12-31"]},
            datetime(2020, 1, 1, tzinfo=UTC),
            datetime(2021, 1, 1, tzinfo=UTC),
        ),
        ({"interval": ["..", "2020-12-31"]}, None, datetime(2021, 1, 1, tzinfo=UTC)),
        ({"interval": ["2020-01-01"]}, None, None),
        ("2020-01-01/2020-12-31", datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)),
        ({"interval": "always"}, None, None),
    ],
)
def test_time_is_a_date_a_moment_or_an_interval(time: Any, start: datetime | None, end: datetime | None) -> None:
    record = read(feature(time=time))

    assert (record.time_start, record.time_end) == (start, end)


def test_what_drafts_wrote_elsewhere_is_found() -> None:
    record = read(
        feature(
            properties={
                "recordUpdated": "2021-02-08",
                "language": "deu",
                "extent": {"temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}},
                "themes": [{"concepts": ["snow", "ice"]}],
                "providers": [{"name": "An office", "roles": [{"name": "owner"}], "contactInfo": {"email": "a@b.org"}}],
                "associations": [{"href": "https://example.org/a.zip", "rel": "item", "name": "The data"}],
            }
        )
    )

    assert record.modified == datetime(2021, 2, 8, tzinfo=UTC)
    assert (record.language, record.keywords) == ("de", ("snow", "ice"))
    assert record.time_start == datetime(2020, 1, 1, tzinfo=UTC)
    assert record.contacts == (Contact(name="An office", role="owner", email="a@b.org"),)
    assert record.links == (Link("https://example.org/a.zip", rel="item", title="The data"),)


def test_a_contact_with_several_roles_is_there_in_each() -> None:
    contact = {"organization": "Office", "roles": ["owner", "publisher"], "phones": [{"value": "+43123"}]}

    record = read(feature(properties={"contacts": [contact, {}]}))

    assert record.contacts == (
        Contact(organisation="Office", role="owner", phone="+43123"),
        Contact(organisation="Office", role="publisher", phone="+43123"),
    )


@pytest.mark.parametrize(
    ("properties", "links", "licence"),
    [
        ({"license": "CC-BY-4.0"}, [], "CC-BY-4.0"),
        ({"license": "other"}, [{"rel": "license", "href": "https://example.org/terms"}], "https://example.org/terms"),
        ({"license": "other", "rights": "Ask us."}, [], "Ask us."),
        ({"license": "other"}, [], "other"),
        ({}, [{"rel": "license", "href": "https://example.org/terms"}], "https://example.org/terms"),
        ({}, [], ""),
    ],
)
def test_the_licence_is_a_code_a_link_or_words(properties: dict[str, Any], links: list[Any], licence: str) -> None:
    assert read(feature(properties=properties, links=links)).licence == licence


def test_links_start_at_the_page_and_none_of_them_can_run() -> None:
    links = [
        {"href": "../data/a.zip", "rel": "enclosure"},
        {"href": "javascript:alert(1)"},
        {"href": "http://[broken"},
        {"href": "https://example.org/next", "rel": "next"},
        {"rel": "about"},
    ]

    record = read(feature(links=links), url="https://example.org/c/items?limit=2")

    assert record.links == (Link("https://example.org/data/a.zip", rel="enclosure"),)


def test_an_identifier_that_resolves_is_a_link_too() -> None:
    ids = [{"scheme": "https://doi.org", "value": "doi:10.1000/182"}, {"value": "local-7"}]

    record = read(feature(properties={"externalIds": ids}))

    assert record.links == (Link("https://doi.org/10.1000/182", rel="cite-as", protocol="https://doi.org"),)


def test_a_geometry_that_is_more_than_its_box_is_kept() -> None:
    point = {"type": "Point", "coordinates": [16.4, 48.2]}

    record = read(feature(geometry=point))

    assert (record.bbox, record.geometry) == ((16.4, 48.2, 16.4, 48.2), point)


def test_a_record_without_a_title_is_called_by_its_id() -> None:
    assert read(feature(properties={"title": None})).title == "r"


@pytest.mark.parametrize(
    ("document", "said"),
    [({"id": "r"}, "not none"), ({"type": "Collection", "id": "r"}, "not Collection"), (feature(id=""), "no id")],
)
def test_what_is_no_record_is_refused(document: dict[str, Any], said: str) -> None:
    with pytest.raises(RemoteUnreadable, match=said):
        read(document)


@given(
    properties=st.dictionaries(st.sampled_from(MEMBERS), ANY),
    members=st.dictionaries(st.sampled_from(["time", "geometry", "bbox", "links", "linkTemplates"]), ANY),
)
def test_whatever_the_members_hold_the_record_is_read(properties: dict[str, Any], members: dict[str, Any]) -> None:
    record = read(feature(properties=properties, **members), url="https://example.org/")

    assert (record.identifier, bool(record.title)) == ("r", True)


@given(
    st.sampled_from(("http://", "https://", "https://data.example.org/", "https://data.example.org/a?")),
    st.text(st.sampled_from("/:?#[]@.aé1-_~%;=&+,()'!$* "), max_size=8),
)
def test_absolute_links_are_what_resolving_them_gives(start: str, rest: str) -> None:
    base, href = "https://catalogue.example.org/collections/main/items", f"{start}{rest}".strip()
    try:
        expected = urljoin(base, href).strip()
    except ValueError:
        expected = ""

    record = read(feature(links=[{"href": href, "rel": "about"}]), url=base)

    assert [link.href for link in record.links] == [expected] * bool(expected)
