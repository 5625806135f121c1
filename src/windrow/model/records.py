"""A record: what the catalogue shows of a resource, normalised from whatever standard it came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees (EPSG:4326). West is greater than east where the box crosses the antimeridian."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A responsible party. `role` is the standard's own code, such as `pointOfContact` or `creator`."""

    name: str = ""
    organisation: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An online resource. `rel` is an IANA relation where one is known; `protocol` is the standard's own word."""

    href: str
    rel: str = "related"
    title: str = ""
    description: str = ""
    media_type: str = ""
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Normalised metadata of one resource.

    identifier   the record's own identifier, as its standard gives it (gmd:fileIdentifier, dc:identifier, STAC id)
    type         lower-case word of the standard: dataset, series, service, item, collection, document, ...
    keywords     in the record's order, without repeats
    bbox         the envelope of all extents; None where there is none
    geometry     GeoJSON geometry in EPSG:4326, where there is more than a box
    time_start   start of the temporal extent (UTC); None is open or unknown
    time_end     end of the temporal extent (UTC), not included; None is open or unknown
    modified     when the metadata last changed, says the remote
    language     BCP 47 where it can be told (`en`, `de-AT`), else the standard's own code
    collection   the STAC collection or parent identifier it belongs to; "" where none
    standard     what it was read from: `iso19139`, `iso19115-3`, `dublin-core`, `stac-item`, `stac-collection`,
                 `ogc-record`, `arcgis-rest`, `geonode`, `wms`, `wfs`, `ckan`, `dcat`, `dcat-us`
    """

    identifier: str
    title: str
    abstract: str = ""
    type: str = "dataset"
    keywords: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    licence: str = ""
    links: tuple[Link, ...] = ()
    bbox: Box | None = None
    geometry: Mapping[str, Any] | None = None
    time_start: datetime | None = None
    time_end: datetime | None = None
    created: datetime | None = None
    modified: datetime | None = None
    language: str = ""
    collection: str = ""
    standard: str = ""
