"""Shapes of catalogue records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from windrow.wire.shapes import Input, Moment, Number, Partial, Shape

ExportName = Literal["geojsonl", "csv", "geoparquet"]
FieldName = Literal[
    "title",
    "abstract",
    "type",
    "keywords",
    "contacts",
    "licence",
    "links",
    "bbox",
    "time_start",
    "time_end",
    "language",
    "collection",
]
"""The fields of a record that people may change."""

RuleName = Literal["remote", "local", "merge"]
OriginName = Literal["remote", "local", "merged"]

Word = Annotated[str, Field(max_length=1_000)]
MOST = 1_000


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


class ContactInput(Input):
    """A responsible party: needs a name, an organisation or an e-mail address."""

    name: str = Field("", examples=["Ada Lovelace"])
    organisation: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""


class LinkInput(Input):
    """An online resource."""

    href: str = Field(min_length=1, examples=["https://data.example.org/rivers.zip"])
    rel: str = "related"
    title: str = ""
    description: str = ""
    media_type: str = ""
    protocol: str = ""


class RecordChange(Partial):
    """What to change of a record; what is left out stays, null empties a field."""

    removable: ClassVar[frozenset[str]] = frozenset(
        {"abstract", "keywords", "contacts", "licence", "links", "bbox", "time_start", "time_end"}
        | {"language", "collection"}
    )

    title: str | None = Field(None, min_length=1, examples=["Rivers of the north"])
    abstract: str | None = None
    type: str | None = Field(None, min_length=1)
    keywords: Sequence[Word] | None = Field(None, max_length=MOST)
    contacts: Sequence[ContactInput] | None = Field(None, max_length=MOST)
    licence: str | None = None
    links: Sequence[LinkInput] | None = Field(None, max_length=MOST)
    bbox: Sequence[Number] | None = Field(
        None, min_length=4, max_length=4, description="West, south, east, north in degrees."
    )
    time_start: Moment | None = None
    time_end: Moment | None = Field(None, description="Not included.")
    language: str | None = None
    collection: str | None = None
    rules: Mapping[FieldName, RuleName] | None = Field(
        None, description="What becomes of these edits when the source changes the field; else the source's own rule."
    )
    seen: Moment | None = Field(
        None, description="The record's `stored_at` that this was made from: answers 409 if it was written since."
    )


class Edit(Shape):
    """What somebody made of a field."""

    value: Any = Field(description="What they put there; with the rule `merge`, of a list only what was not there.")
    rule: RuleName
    base: Any = Field(description="The source's value that it was put in place of, or confirmed against.")
    user_id: str
    user_name: str = Field(description="Empty where that is no longer known.")
    at: datetime


class FieldProvenance(Shape):
    """Where the value of a field comes from."""

    field: str = Field(examples=["title"])
    origin: OriginName = Field(description="The source alone, an edit alone, or both.")
    value: Any = Field(description="As the catalogue shows it.")
    remote: Any = Field(description="As the source has it.")
    conflict: bool = Field(description="Whether the source changed it since the edit, and nobody has confirmed that.")
    changed_at: datetime = Field(description="When the source's value came here.")
    changed_exactly: bool = Field(description="False where it is only known that it came then or before.")
    run_id: str | None = Field(None, description="The harvest that brought it, where that is known.")
    kept: Sequence[str] = Field((), description="Keywords that the source has dropped, and that are kept here.")
    edit: Edit | None = None


class RecordProvenance(Shape):
    """Where the values of a record come from, field by field."""

    record_id: int
    source_id: int
    source_name: str = Field(examples=["National catalogue"])
    standard: str = Field(examples=["iso19139"])
    fields: Sequence[FieldProvenance]


class EditedRecord(Shape):
    """A record with local edits."""

    record_id: int
    identifier: str = Field(examples=["urn:uuid:6f2b"])
    title: str = Field(examples=["Rivers of the north"])
    edited: Sequence[str] = Field(description="The fields that were edited.", examples=[["title", "keywords"]])
    conflicts: Sequence[str] = Field(description="Those of them that the source changed since.", examples=[["title"]])
    edited_at: datetime = Field(description="When the last of these edits was made.")
