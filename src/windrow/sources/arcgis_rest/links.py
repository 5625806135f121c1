"""Links of a record: the layer itself, its service's other interfaces, downloads, pictures, legend and metadata."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from windrow.formats.json import text_of
from windrow.model.records import Box, Link
from windrow.sources.arcgis_rest.places import soap_url
from windrow.sources.arcgis_rest.services import Service, words_of

_OGC = {"WMSServer": "WMS", "WFSServer": "WFS", "WCSServer": "WCS"}
_PICTURE = "400,300"
_MARGIN = 0.005
"""Degrees around a box that is only a point or a line, which no picture can be drawn of."""


def layer_links(document: Mapping[str, Any], url: str, service: Service, box: Box | None) -> tuple[Link, ...]:
    """The links of a layer or table."""
    return (
        Link(
            href=url,
            title=text_of(document.get("name")),
            description=_describe(document, service),
            protocol=f"ESRI:ArcGIS:{service.type}",
        ),
        *_twin(document, service),
        *_download(document, url),
        *_interfaces(service),
        *_pictures(document, service, box),
        *_more(document, url, service),
    )


def image_links(document: Mapping[str, Any], service: Service, box: Box | None) -> tuple[Link, ...]:
    """The links of an image service."""
    own = Link(
        href=service.url,
        title=text_of(document.get("name")) or service.name,
        description=", ".join(service.capabilities),
        protocol="ESRI:ArcGIS:ImageServer",
    )
    asked = "exportImage?format=jpgpng&f=image"
    picture = [_preview(f"{service.url}/{asked}{_view(box)}")] if service.draws and box else [_thumbnail(service)]
    return (own, *_interfaces(service), *picture, *_more(document, service.url, service))


def _describe(document: Mapping[str, Any], service: Service) -> str:
    """Such as `Feature Layer (polygon); Map, Query, Data`."""
    shape = text_of(document.get("geometryType")).removeprefix("esriGeometry").lower()
    kind = f"{text_of(document.get('type'))}{f' ({shape})' if shape else ''}"
    able = words_of(document.get("capabilities")) or service.capabilities
    return "; ".join(each for each in (kind, ", ".join(able)) if each)


def _twin(document: Mapping[str, Any], service: Service) -> Iterator[Link]:
    if service.twin:
        href = f"{service.twin}/{document.get('id')}"
        yield Link(href=href, title="Features", protocol="ESRI:ArcGIS:FeatureServer")


def _download(document: Mapping[str, Any], url: str) -> Iterator[Link]:
    """All features as GeoJSON, as many as the server gives at a time."""
    formats = [each.lower() for each in words_of(document.get("supportedQueryFormats"))]
    capabilities = words_of(document.get("capabilities"))
    if "geojson" not in formats or (capabilities and "Query" not in capabilities):
        return
    most = document.get("maxRecordCount")
    yield Link(
        href=f"{url}/query?where=1%3D1&outFields=*&f=geojson",
        rel="enclosure",
        title="Features as GeoJSON",
        description=f"{most} features at most; ask for more with resultOffset." if isinstance(most, int) else "",
        media_type="application/geo+json",
    )


def _interfaces(service: Service) -> Iterator[Link]:
    for extension in service.extensions:
        word = _OGC.get(extension)
        if word:
            href = f"{soap_url(service.url)}/{extension}?request=GetCapabilities&service={word}"
            yield Link(href=href, title=word, media_type="application/xml", protocol=f"OGC:{word}")


def _pictures(document: Mapping[str, Any], service: Service, box: Box | None) -> Iterator[Link]:
    if box is None:
        return
    if not service.draws:
        yield _thumbnail(service)
        return
    asked = f"export?layers=show:{document.get('id')}&transparent=true&format=png&f=image"
    yield _preview(f"{service.url}/{asked}{_view(box)}")
    if service.legend and document.get("drawingInfo"):
        yield Link(href=f"{service.url}/legend", rel="describedby", title="Legend", media_type="text/html")


def _preview(href: str) -> Link:
    return Link(href=href, rel="preview", title="Preview")


def _thumbnail(service: Service) -> Link:
    return Link(href=f"{service.url}/info/thumbnail", rel="preview", title="Thumbnail")


def _view(box: Box) -> str:
    west, south, east, north = box
    if west > east:  # across the antimeridian
        east += 360
    if west == east or south == north:
        west, south, east, north = west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN
    edges = ",".join(f"{each:.6f}".rstrip("0").rstrip(".") for each in (west, south, east, north))
    return f"&bbox={edges}&bboxSR=4326&size={_PICTURE}"


def _more(document: Mapping[str, Any], url: str, service: Service) -> Iterator[Link]:
    """Its metadata document, and its page in ArcGIS Online; which portal another server belongs to is not told."""
    if document.get("hasMetadata") is True:
        place = f"{url}/metadata" if service.type != "ImageServer" else f"{url}/info/metadata"
        yield Link(href=place, rel="describedby", title="Metadata", media_type="application/xml")
    host = urlsplit(service.url).hostname or ""
    item = service.item or text_of(document.get("serviceItemId"))
    if item.isalnum() and host.endswith(".arcgis.com"):
        href = f"https://www.arcgis.com/home/item.html?id={item}"
        yield Link(href=href, rel="about", title=service.title or service.name, media_type="text/html")
