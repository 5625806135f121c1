"""A URL is understood however it was copied, and what is made of it leads back to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.arcgis_rest.directory import ROOT
from windrow.errors import BadInput
from windrow.sources.arcgis_rest.places import TYPES, Place, candidates, join, soap_url


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (ROOT, Place(ROOT)),
        (f"{ROOT}/?f=pjson", Place(ROOT)),
        (f"{ROOT}?token=a%20b&f=html", Place(ROOT, query="token=a+b")),
        (f"{ROOT}/Transport", Place(ROOT, folder="Transport")),
        (f"{ROOT}/Transport/", Place(ROOT, folder="Transport")),
        (f"{ROOT}/A/B%20C", Place(ROOT, folder="A/B C")),
        (f"{ROOT}/Roads/MapServer", Place(ROOT, service="Roads", type="MapServer")),
        (f"{ROOT}/Transport/Roads/mapserver/", Place(ROOT, service="Transport/Roads", type="MapServer")),
        (f"{ROOT}/Roads/FeatureServer/7", Place(ROOT, service="Roads", type="FeatureServer", layer=7)),
        (f"{ROOT}/A/B/MapServer/7/query?where=1&token=t", Place(ROOT, "", "A/B", "MapServer", 7, "token=t")),
        (f"{ROOT}/Roads/MapServer/layers?dynamicLayers=x", Place(ROOT, service="Roads", type="MapServer")),
        (f"{ROOT}/Ortho/ImageServer", Place(ROOT, service="Ortho", type="ImageServer")),
        (f"{ROOT}/MyServer/MapServer", Place(ROOT, service="MyServer", type="MapServer")),
        ("http://h/ArcGIS/REST/Services/A", Place("http://h/ArcGIS/REST/Services", folder="A")),
        ("http://h/k/rest/services/x/FeatureServer/0", Place("http://h/k/rest/services", "", "x", "FeatureServer", 0)),
        ("http://h/maps/roads/FeatureServer", Place("http://h/maps", service="roads", type="FeatureServer")),
    ],
)
def test_a_url_says_what_it_points_at(url: str, place: Place) -> None:
    assert Place.of(url) == place


def test_a_service_without_data_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="url: a GPServer holds nothing to harvest; give a MapServer, ImageServer or"):
        Place.of(f"{ROOT}/Tools/GPServer")


NAMES = st.lists(st.text(min_size=1, max_size=8).map(lambda text: f"n{text}n"), min_size=1, max_size=3)


@given(names=NAMES, kind=st.sampled_from(TYPES), layer=st.none() | st.integers(0, 10**6))
def test_what_is_made_of_a_place_leads_back_to_it(names: list[str], kind: str, layer: int | None) -> None:
    place = Place(ROOT, service="/".join(name.replace("/", "") for name in names), type=kind, layer=layer)

    assert Place.of(place.url) == place
    assert layer is None or place.layer_at(place.url) == place


@pytest.mark.parametrize(
    ("folder", "name", "whole"),
    [
        ("", "Roads", "Roads"),
        ("Transport", "Transport/Roads", "Transport/Roads"),
        ("Transport", "transport/Roads", "transport/Roads"),
        ("Transport", "Roads", "Transport/Roads"),
        ("", "../../admin", ""),
        ("A", "..", ""),
        ("A", "", ""),
        ("", "a//b", ""),
    ],
)
def test_names_are_whole_and_lead_nowhere_else(folder: str, name: str, whole: str) -> None:
    assert join(folder, name) == whole


@pytest.mark.parametrize(
    ("url", "places"),
    [
        ("https://gis.example.org", ["/arcgis/rest/services", "/server/rest/services"]),
        ("https://gis.example.org/arcgis/", ["/arcgis/rest/services"]),
        ("https://gis.example.org/server/rest#top", ["/server/rest/services"]),
        ("https://gis.example.org/csw?request=GetCapabilities", []),
        ("https://gis.example.org/x/Roads/MapServer", ["/x/Roads/MapServer"]),
    ],
)
def test_a_directory_is_looked_for_in_few_places(url: str, places: list[str]) -> None:
    assert [each.url for each in candidates(url)] == [f"https://gis.example.org{place}" for place in places]


def test_ogc_interfaces_lie_beside_the_rest() -> None:
    assert soap_url("https://h/arcgis/rest/services/A/B/MapServer") == "https://h/arcgis/services/A/B/MapServer"
