"""Saved answers of several products and versions come out as the same kind of records, by few requests."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sources.arcgis_rest.directory import ROOT, Directory, saved
from tests.sources.arcgis_rest.passes import Harvest, harvest
from windrow.formats.dates import INSTANT
from windrow.model.records import Contact, Record
from windrow.model.resources import RemoteRecord


def below(found: Harvest) -> dict[str, str]:
    """What was harvested, by path below the catalogue, with the remote's own types."""
    return {each.identifier.removeprefix(f"{ROOT}/"): each.type for each in found.records}


def links(record: Record) -> dict[str, str]:
    """Links by title, as far as they are told apart by it."""
    return {each.title: each.href.removeprefix(ROOT.removesuffix("/rest/services")) for each in record.links}


def test_9_3_is_read_layer_by_layer() -> None:
    server = Directory(saved("server-9.3"))

    found = harvest(ROOT, server)

    service = "Portland/MapServer"
    layers = [f"{service}/{number}" for number in range(4)]
    # One vain request for all layers at once; then each of them, and their service once more for what they share.
    assert server.asked == [
        "",
        "Portland/MapServer",
        "Portland/MapServer/layers",
        "Utilities",
        *layers,
        server.asked[1],
    ]
    assert below(found) == dict.fromkeys(layers[1:], "Feature Layer")
    assert found.left_out == [f"{ROOT}/Portland/MapServer/0"]
    assert [(each.identifier, each.title) for each in found.references][1] == (f"{ROOT}/{layers[1]}", "Neighborhoods")


def test_a_layer_of_9_3_has_its_own_words_and_those_of_its_service() -> None:
    found = harvest(ROOT, Directory(saved("server-9.3"))).read

    own, shared = found["Neighborhoods"], found["Parks"]
    assert own.abstract == "Neighborhoods as the associations report them."
    assert shared.abstract == "Base map of the city"
    assert (found["Zip Codes"].licence, shared.licence) == ("US Postal Service", "City of Portland, 2008")
    assert shared.keywords == ("ESRI", "ArcGIS REST MapServer", "Portland", "parks", "boundaries")
    assert shared.contacts == (Contact(name="Bureau of Planning", role="author"),)
    # Oregon's state plane in feet, which is known by its number only.
    assert shared.bbox == pytest.approx((-122.8558, 45.3982, -122.3774, 45.6810), abs=1e-4)


def test_10_0_tells_all_layers_at_once() -> None:
    server = Directory(saved("server-10.0"))

    found = harvest(ROOT, server)

    service = "Demographics/Census_USA/MapServer"
    assert server.asked == ["", "Elevation/ImageServer", "Demographics", service, f"{service}/layers"]
    assert below(found) == {
        "Elevation/ImageServer": "raster",
        f"{service}/1": "Feature Layer",
        f"{service}/2": "Feature Layer",
        f"{service}/3": "Table",
    }
    assert (found.references, found.failed, found.broken) == ([], [], [])


def test_a_layer_of_10_0_has_time_and_a_table_has_no_place() -> None:
    found = harvest(ROOT, Directory(saved("server-10.0"))).read

    counties, table = found["Counties"], found["Population"]
    assert counties.abstract == "Counties of the 2000 census.\nWith population."
    assert (counties.time_start, counties.time_end) == (
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2001, 1, 1, tzinfo=UTC) + INSTANT,
    )
    assert counties.collection == f"{ROOT}/Demographics/Census_USA/MapServer"
    assert (table.bbox, "Preview" in links(table)) == (None, False)
    assert links(counties)["Legend"] == "/rest/services/Demographics/Census_USA/MapServer/legend"


def test_10_9_has_folders_and_what_two_services_publish_comes_once() -> None:
    server = Directory(saved("server-10.91") | {"Parcels/MapServer": {"layers": []}})

    found = harvest(ROOT, server)

    roads = "Transport/Roads/MapServer"
    assert below(found) == {
        f"{roads}/1": "Feature Layer",
        f"{roads}/3": "Feature Layer",
        f"{roads}/4": "Raster Layer",
        f"{roads}/5": "Table",
        "Imagery/Ortho/ImageServer": "raster",
        "Imagery/Tiles/MapServer/0": "Raster Layer",
        "Transport/Roads/FeatureServer/6": "Table",
    }
    assert [each for each in server.asked if each.startswith("Transport/")] == [
        roads,
        f"{roads}/layers",
        "Transport/Roads/FeatureServer",
        "Transport/Roads/FeatureServer/6",
        "Transport/Roads/FeatureServer",
    ]


def test_a_layer_of_10_9_links_to_all_that_its_service_offers() -> None:
    server = Directory(saved("server-10.91") | {"Parcels/MapServer": {"layers": []}})

    roads = harvest(ROOT, server).read["Roads"]

    service = "/rest/services/Transport/Roads/MapServer"
    assert links(roads) == {
        "Roads": f"{service}/1",
        "Features": "/rest/services/Transport/Roads/FeatureServer/1",
        "Features as GeoJSON": f"{service}/1/query?where=1%3D1&outFields=*&f=geojson",
        "WMS": "/services/Transport/Roads/MapServer/WMSServer?request=GetCapabilities&service=WMS",
        "WFS": "/services/Transport/Roads/MapServer/WFSServer?request=GetCapabilities&service=WFS",
        "Preview": f"{service}/export?layers=show:1&transparent=true&format=png&f=image"
        "&bbox=7.438632,46.861056,7.570103,46.996058&bboxSR=4326&size=400,300",
        "Legend": f"{service}/legend",
        "Metadata": f"{service}/1/metadata",
    }
    assert [each.protocol for each in roads.links[:5]] == [
        "ESRI:ArcGIS:MapServer",
        "ESRI:ArcGIS:FeatureServer",
        "",
        "OGC:WMS",
        "OGC:WFS",
    ]
    assert roads.links[0].description == "Feature Layer (polyline); Map, Query, Data"
    assert (roads.licence, roads.abstract) == ("Civil engineering office", "All roads of the canton.")


def test_an_image_service_is_one_record() -> None:
    server = Directory(saved("server-10.91") | {"Parcels/MapServer": {"layers": []}})

    ortho = harvest(ROOT, server).read["Imagery/Ortho"]

    assert ortho.identifier == f"{ROOT}/Imagery/Ortho/ImageServer"
    assert (ortho.abstract, ortho.licence, ortho.collection) == ("Ortho photos, 10 cm", "Survey office", "")
    assert ortho.keywords == ("ESRI", "ArcGIS REST ImageServer")
    assert (ortho.time_start, ortho.time_end) == (
        datetime(2018, 1, 1, tzinfo=UTC),
        datetime(2022, 1, 1, tzinfo=UTC) - timedelta(milliseconds=1) + INSTANT,
    )
    assert links(ortho) == {
        "Imagery/Ortho": "/rest/services/Imagery/Ortho/ImageServer",
        "WMS": "/services/Imagery/Ortho/ImageServer/WMSServer?request=GetCapabilities&service=WMS",
        "WCS": "/services/Imagery/Ortho/ImageServer/WCSServer?request=GetCapabilities&service=WCS",
        "Preview": "/rest/services/Imagery/Ortho/ImageServer/exportImage?format=jpgpng&f=image"
        "&bbox=7.438632,46.861056,7.570103,46.996058&bboxSR=4326&size=400,300",
    }


def test_a_service_of_tiles_draws_no_single_layer() -> None:
    server = Directory(saved("server-10.91") | {"Parcels/MapServer": {"layers": []}})

    tiles = harvest(ROOT, server).read["Tiles"]

    assert links(tiles)["Thumbnail"] == "/rest/services/Imagery/Tiles/MapServer/info/thumbnail"
    assert tiles.bbox == pytest.approx((-180, -89, 180, 83.6042), abs=1e-4)


def test_extents_of_11_3_are_boxes_wherever_they_lie() -> None:
    found = harvest(ROOT, Directory(saved("server-11.3"))).read

    assert found["Stations"].bbox == pytest.approx((165.0196, -47.8532, -175.1032, -33.9544), abs=1e-4)
    assert found["Antarctica"].bbox == pytest.approx((-180, -90, 180, -52.3171), abs=1e-4)
    assert found["Local"].bbox == pytest.approx((9, 46.9535, 9.1316, 47.0435), abs=1e-4)
    assert found["Empty"].bbox is None


def test_arcgis_online_tells_when_it_was_edited() -> None:
    server = Directory(saved("online"))

    found = harvest(ROOT, server)

    [boroughs, ways] = found.records
    assert boroughs.read().modified == datetime(2024, 3, 1, 0, 0, 0, 123_000, tzinfo=UTC)
    assert (boroughs.version, ways.version) == ("2024-03-01T00:00:00.123000+00:00", "")
    assert boroughs.read().abstract == "Boroughs & districts\nClipped to the shore."
    assert ways.identifier == f"{ROOT}/Stra%C3%9Fen%20und%20Wege/FeatureServer/3"
    # A service with one layer is two requests.
    assert server.asked[1:3] == ["Boroughs/FeatureServer", "Boroughs/FeatureServer/0"]


def test_an_item_of_arcgis_online_links_to_its_page() -> None:
    root = "https://services.arcgis.com/Ab12Cd34/arcgis/rest/services"

    [boroughs, _] = harvest(root, Directory(saved("online"), root=root)).records

    [page] = [each for each in boroughs.read().links if each.rel == "about"]
    assert page.href == "https://www.arcgis.com/home/item.html?id=fedcba9876543210fedcba9876543210"
    assert page.title == "Boroughs"


@pytest.mark.parametrize("name", ["server-9.3", "server-10.0", "server-11.3", "online"])
def test_a_second_pass_shows_nothing_new(name: str) -> None:
    first, second = harvest(ROOT, Directory(saved(name))), harvest(ROOT, Directory(saved(name)))

    assert [marks(each) for each in second.records] == [marks(each) for each in first.records]
    assert second.fingerprints == first.fingerprints
    assert all(each.raw.startswith(b"{") for each in first.records)


def marks(record: RemoteRecord) -> tuple[str, bytes]:
    return record.identifier, record.fingerprint
