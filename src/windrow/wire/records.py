"""Shapes of catalogue records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from windrow.wire.shapes import Shape

ExportName = Literal["geojsonl", "csv", "geoparquet"]


class Contact(Shape):
    """A responsible party."""

    name: str = ""
    organisation: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""


class Link(Shape):
    """An online resource."""

    href: str = Field(examples=["https://data.example.org/rivers.zip"])
    rel: str = "related"
    title: str = ""
    description: str = ""
    media_type: str = ""
    protocol: str = ""


class RecordBody(Shape):
    """Normalised metadata, whatever standard it came in."""

    identifier: str = Field(examples=["urn:uuid:6f2b"])
    title: str = Field(examples=["Rivers of the north"])
    abstract: str = ""
    type: str = "dataset"
    keywords: Sequence[str] = ()
    contacts: Sequence[Contact] = ()
    licence: str = ""
    links: Sequence[Link] = ()
    bbox: Sequence[float] | None = Field(None, description="West, south, east, north in degrees.")
    geometry: Mapping[str, Any] | None = Field(None, description="GeoJSON, where there is more than a box.")
    time_start: datetime | None = None
    time_end: datetime | None = Field(None, description="Not included.")
    created: datetime | None = None
    modified: datetime | None = None
    language: str = ""
    collection: str = ""
    standard: str = ""


class Record(RecordBody):
    """A record of the catalogue."""

    id: int
    source_id: int
    source_name: str = Field(examples=["National catalogue"])
    stored_at: datetime
    public: bool


class Records(Shape):
    """One page of a search."""

    items: Sequence[Record]
    next: str | None = None
    matched: int | None = Field(None, description="How many match, when asked for with `count=true`.")
    matched_exactly: bool | None = Field(None, description="False when counting stopped early: then at least so many.")


class Facet(Shape):
    """A value and how many records have it."""

    value: str = Field(examples=["dataset"])
    count: int


class Facets(Shape):
    """What the matching records are like."""

    type: Sequence[Facet] = ()
    source: Sequence[Facet] = ()
    standard: Sequence[Facet] = ()
    collection: Sequence[Facet] = ()
