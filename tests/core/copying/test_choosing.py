"""Which links lead to files: decided for real links of real records, and never for a service or a page."""

import json
from pathlib import Path

import pytest

from windrow.core.copying.choosing import MOST_FILES, choose
from windrow.formats import ogc_record, stac
from windrow.formats.metadata import read
from windrow.formats.xml import parse
from windrow.model.copies import FORMATS, Copying, Role, Wanted
from windrow.model.records import Link, Record

RECORDS = Path(__file__).parents[3] / "samples" / "records"
ALL = Copying.DATA_AND_PICTURES

TAKEN = {
    "a GeoTIFF": (Link("https://a.test/x.tif", "enclosure"), Role.DATA),
    "a cloud-optimised one": (
        Link("https://a.test/x", "enclosure", media_type="image/tiff; application=geotiff", protocol="data"),
        Role.DATA,
    ),
    "a GeoPackage": (Link("https://a.test/x.gpkg", "enclosure"), Role.DATA),
    "a zipped shapefile, in GeoNetwork's words": (
        Link("https://a.test/x.zip", "enclosure", protocol="WWW:DOWNLOAD-1.0-http--download"),
        Role.DATA,
    ),
    "a file, in older words": (Link("https://a.test/x.zip", protocol="FILE:GEO"), Role.DATA),
    "a CKAN resource": (
        Link("https://a.test/dataset/1/resource/2/download/rivers.csv", media_type="text/csv", protocol="CSV"),
        Role.DATA,
    ),
    "a document of a GeoNode": (
        Link("https://a.test/documents/1/download", "enclosure", title="PDF", media_type="application/pdf"),
        Role.DATA,
    ),
    "a download of which nothing is told": (Link("https://a.test/datasets/1/download", "enclosure"), Role.DATA),
    "a download with a query": (Link("https://a.test/export?format=csv", "enclosure"), Role.DATA),
    "a spreadsheet": (Link("https://a.test/a%20table.XLSX", "related"), Role.DATA),
    "a thumbnail": (Link("https://a.test/x.png", "preview"), Role.THUMBNAIL),
    "a thumbnail of a STAC item": (
        Link("https://a.test/x", "preview", media_type="image/jpeg", protocol="thumbnail"),
        Role.THUMBNAIL,
    ),
    "an icon": (Link("https://a.test/x.gif", "icon"), Role.THUMBNAIL),
    "a legend": (Link("https://a.test/legend.png", "preview", title="Legend"), Role.LEGEND),
    "a map that a service draws": (
        Link("https://a.test/wms?service=WMS&request=GetMap", "preview", media_type="image/png", protocol="OGC:WMS"),
        Role.THUMBNAIL,
    ),
    "a legend that a service draws": (
        Link("https://a.test/wms?request=GetLegendGraphic", "legend", media_type="image/png"),
        Role.LEGEND,
    ),
    "a legend by its role": (Link("https://a.test/x.png", "enclosure", protocol="legend"), Role.LEGEND),
}

LEFT = {
    "a map service": Link("https://a.test/geoserver/wms?SERVICE=WMS&", protocol="OGC:WMS-1.1.1-http-get-map"),
    "a map service that does not say so": Link("http://a.test/geoserver/wms", "enclosure"),
    "features of a service": Link("https://a.test/?service=WFS&request=GetFeature&outputFormat=csv", "enclosure"),
    "an ArcGIS layer": Link("https://a.test/arcgis/rest/services/x/MapServer/0", "enclosure"),
    "an ArcGIS service": Link("https://a.test/arcgis/rest/services/x", protocol="ESRI:REST"),
    "a picture that a service draws, of which nobody says what it is for": Link(
        "https://a.test/wms?request=GetLegendGraphic&format=image/png", media_type="image/png", protocol="image/png"
    ),
    "OPeNDAP": Link("http://a.test/thredds/dodsC/x/y", "enclosure", title="OPeNDAP"),
    "a page": Link("https://a.test/x.html?dataset=y", "enclosure"),
    "a page by its type": Link("https://a.test/archive/x", "enclosure", media_type="text/html"),
    "a programme": Link("http://a.test/wq.php", "enclosure"),
    "a link": Link("http://a.test/model/otway", protocol="WWW:LINK-1.0-http--link"),
    "the licence": Link("https://a.test/terms.pdf", "license"),
    "the document itself": Link("https://a.test/items/1.json", "self", media_type="application/geo+json"),
    "metadata": Link("https://a.test/manifest.xml", "describedby", protocol="metadata"),
    "tiles": Link("https://a.test/tilejson.json", "enclosure", media_type="application/json", protocol="tiles"),
    "an interface of which nobody says that it is a file": Link("https://a.test/api", media_type="application/json"),
    "a template": Link("https://a.test/{z}/{x}/{y}.tif", "enclosure"),
    "another scheme": Link("s3://bucket/x.tif", "enclosure"),
    "another format": Link("https://a.test/x.jp2", "enclosure", media_type="image/jp2"),
    "no address": Link("https://[a.test/x.tif", "enclosure"),
    "a preview as large as data": Link("https://a.test/x.tif", "preview", media_type="image/tiff"),
}


def record(*links: Link) -> Record:
    return Record("1", "A record", links=links)


def hrefs(found: Record, copying: Copying = ALL, formats: tuple[str, ...] = FORMATS) -> list[tuple[str, str]]:
    return [(each.role.value, each.href) for each in choose(found, copying, formats)]


def sample(name: str) -> Record:
    path = RECORDS / name
    if path.suffix == ".xml":
        return read(parse(path.read_bytes()))
    document = json.loads(path.read_text())
    if "assets" in document and document["type"] == "Feature":
        return stac.read_item(document)
    return stac.read_collection(document) if document["type"] == "Collection" else ogc_record.read(document)


@pytest.mark.parametrize("what", TAKEN)
def test_taken(what: str) -> None:
    link, role = TAKEN[what]

    assert hrefs(record(link)) == [(role.value, link.href)]


@pytest.mark.parametrize("what", LEFT)
def test_left(what: str) -> None:
    assert hrefs(record(LEFT[what])) == []


def test_the_files_of_a_planet_scene() -> None:
    base = "https://storage.googleapis.com/open-cogs/stac-examples/20201211_223832_CS2"

    assert hrefs(sample("stac_api/20201211_223832_CS21.json")) == [
        ("data", f"{base}_analytic.tif"),
        ("thumbnail", f"{base}.jpg"),
        ("data", f"{base}.tif"),
    ]


def test_the_files_of_an_ozone_dataset() -> None:
    found = hrefs(sample("stac_api/woudc-total-column-ozone-totalozone.json"), Copying.DATA)

    assert found == [("data", "https://woudc.org/archive/Summaries/dataset-snapshots/totalozone.zip")]


def test_a_record_of_services_has_none() -> None:
    assert hrefs(sample("iso19115p3/metawal.wallonie.be-srv.xml"), Copying.DATA) == []
    assert hrefs(sample("iso19115p3/auscope-iso19139-geoprovinces.xml")) == []


def test_the_picture_of_a_record_in_iso_19115_3() -> None:
    pictures = choose(sample("iso19115p3/metawal.wallonie.be-catchments.xml"), ALL, FORMATS)

    assert [(each.role, each.name, each.media_type) for each in pictures] == [
        (Role.THUMBNAIL, "PROTECT_CAPT.png", "image/png"),
        (Role.THUMBNAIL, "PROTECT_CAPT_s.png", "image/png"),
    ]


def test_pictures_only_where_they_are_wanted_and_nothing_where_nothing_is() -> None:
    links = (Link("https://a.test/x.png", "preview"), Link("https://a.test/x.tif", "enclosure"))

    assert hrefs(record(*links), Copying.DATA) == [("data", "https://a.test/x.tif")]
    assert hrefs(record(*links), Copying.NONE) == []


def test_the_owner_may_want_other_formats() -> None:
    links = (Link("https://a.test/x.jp2", "enclosure"), Link("https://a.test/y", "enclosure", media_type="image/jp2"))

    assert hrefs(record(*links), ALL, ("jp2",)) == [("data", "https://a.test/x.jp2")]
    assert hrefs(record(*links), ALL, ("image/jp2",)) == [("data", "https://a.test/y")]


def test_each_address_once_and_not_without_end() -> None:
    links = [Link(f"https://a.test/{number}.tif", "enclosure") for number in range(MOST_FILES + 10)]

    assert choose(record(links[0], links[0]), ALL, FORMATS) == [Wanted(links[0].href, Role.DATA, "0.tif", "")]
    assert len(choose(record(*links), ALL, FORMATS)) == MOST_FILES
