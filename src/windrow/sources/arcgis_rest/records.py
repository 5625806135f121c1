"""Layers, tables and image services to our record."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats.dates import INSTANT
from windrow.formats.json import fingerprint, object_of, text_of
from windrow.model.records import Contact, Record
from windrow.sources.arcgis_rest.extents import read_extent
from windrow.sources.arcgis_rest.links import image_links, layer_links
from windrow.sources.arcgis_rest.services import Service
from windrow.sources.arcgis_rest.texts import plain_text

STANDARD = "arcgis-rest"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_YEAR = 9998
"""Dates beyond stand for "no end"."""

_VOLATILE = frozenset(("currentVersion", "cimVersion", "sourceCimVersion", "drawingInfo", "serverGens"))
"""What changes without the data: the server's software, and names of pictures that it makes up at each start."""


def read_layer(document: Mapping[str, Any], url: str, service: Service) -> Record:
    """The record of a layer or table. Raises `RemoteUnreadable` without a name."""
    name = text_of(document.get("name"))
    if not name:
        raise RemoteUnreadable("The layer has no name.")
    box = read_extent(document.get("extent"))
    start, end = _read_time(document)
    return Record(
        identifier=url,
        title=name,
        abstract=plain_text(text_of(document.get("description"))) or service.abstract,
        keywords=_keywords(service),
        contacts=_contacts(service),
        licence=plain_text(text_of(document.get("copyrightText"))) or service.licence,
        links=layer_links(document, url, service, box),
        bbox=box,
        time_start=start,
        time_end=end,
        modified=read_edited(document),
        collection=service.url,
        standard=STANDARD,
    )


def read_image(document: Mapping[str, Any], service: Service) -> Record:
    """The record of an image service."""
    box = read_extent(document.get("extent")) or read_extent(document.get("fullExtent"))
    start, end = _read_time(document)
    return Record(
        identifier=service.url,
        title=service.title or text_of(document.get("name")) or service.name,
        abstract=service.abstract,
        keywords=_keywords(service),
        contacts=_contacts(service),
        licence=service.licence,
        links=image_links(document, service, box),
        bbox=box,
        time_start=start,
        time_end=end,
        modified=read_edited(document),
        standard=STANDARD,
    )


def essence(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without what changes while the data stays, in its layers too."""
    return {
        name: [essence(each) if isinstance(each, dict) else each for each in value]
        if name in ("layers", "tables") and isinstance(value, list)
        else value
        for name, value in document.items()
        if name not in _VOLATILE
    }


def fingerprint_of(document: Mapping[str, Any], service: Service) -> bytes:
    """A hash of what matters of a layer, its service included."""
    shared = [getattr(service, name) for name in Service.__slots__]
    return fingerprint([essence(document), shared])


def read_edited(document: Mapping[str, Any]) -> datetime | None:
    """When its data or its fields were last edited, as far as it keeps account of that (UTC)."""
    told = object_of(document.get("editingInfo"))
    dates = [read_moment(told.get(name)) for name in ("lastEditDate", "schemaLastEditDate", "dataLastEditDate")]
    return max((date for date in dates if date is not None), default=None)


def read_moment(value: Any) -> datetime | None:
    """A moment in milliseconds since 1970 (UTC); None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        moment = _EPOCH + timedelta(milliseconds=value)
    except (OverflowError, ValueError):
        return None
    return moment if moment.year <= _LAST_YEAR else None


def _read_time(document: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """The time extent, its end not included; turned round where it stands in the wrong order."""
    extent = object_of(document.get("timeInfo")).get("timeExtent")
    if not isinstance(extent, list) or len(extent) != 2:
        return None, None
    start, end = map(read_moment, extent)
    if start and end and start > end:
        start, end = end, start
    return start, end + INSTANT if end else None


def _keywords(service: Service) -> tuple[str, ...]:
    """As GeoNode's harvester gives them, and the service's own."""
    return tuple(dict.fromkeys(("ESRI", f"ArcGIS REST {service.type}", *service.keywords)))


def _contacts(service: Service) -> tuple[Contact, ...]:
    return (Contact(name=service.author, role="author"),) if service.author else ()
