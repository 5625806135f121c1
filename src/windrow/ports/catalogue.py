"""The catalogue, as the store keeps it: records with search."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from windrow.model.paging import PageOf
from windrow.model.records import Box, Record


class Sort(StrEnum):
    """The orders that a search can have. Relevance needs words."""

    RELEVANCE = "relevance"
    NEWEST = "-modified"
    OLDEST = "modified"
    TITLE = "title"
    TITLE_DOWN = "-title"
    ID = "id"
    ID_DOWN = "-id"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a tenant's members see its records and public ones; nobody signed in sees public ones only."""

    tenant_id: str | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; empty does not narrow. All conditions must hold.

    words        all must occur (in title, abstract, keywords, contacts); "a phrase" in quotes
    phrases      one of them must occur, its words side by side
    bbox         west, south, east, north in degrees; meets the record's own box; west > east crosses the antimeridian
    start, end   the record's time extent meets this half-open interval (UTC)
    keywords     every one must be among the record's keywords, in any case
    types        one of them
    standards    one of them (`stac-item` for the STAC face)
    collections  one of them; "" stands for those in none
    ids          one of these record ids
    identifiers  one of these identifiers of the records' own
    """

    words: str = ""
    phrases: Sequence[str] = ()
    bbox: Box | None = None
    start: datetime | None = None
    end: datetime | None = None
    keywords: Sequence[str] = ()
    types: Sequence[str] = ()
    standards: Sequence[str] = ()
    collections: Sequence[str] = ()
    sources: Sequence[int] = ()
    ids: Sequence[int] = ()
    identifiers: Sequence[str] = ()
    modified_after: datetime | None = None
    sort: Sort = Sort.ID


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in the catalogue: its id (shared with its resource), whose it is, when it was last written."""

    id: int
    source_id: int
    source_name: str
    record: Record
    stored_at: datetime
    public: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A record's raw document as it came."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Facet:
    """A value and how many records have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """A source, as readers of its records see it; `records` is how many it had after its last harvest."""

    id: int
    name: str
    public: bool
    records: int


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection of STAC items: its name, and the record that describes it where one was harvested."""

    name: str
    record_id: int | None


class Catalogue(Protocol):
    """Records and the search over them. What a reader may not see does not exist for it."""

    def search(self, reader: Reader, search: Search, *, limit: int, cursor: str | None = None) -> PageOf[Entry]:
        """One page of what matches, keyset-paged in the search's order."""
        ...

    def count(self, reader: Reader, search: Search, *, most: int = 100_000) -> tuple[int, bool]:
        """How many match, and whether that is exact; counting stops at `most`."""
        ...

    def get(self, reader: Reader, record_id: int) -> Entry:
        """One record. Raises `NotFound`."""
        ...

    def document(self, reader: Reader, record_id: int) -> Document:
        """Its raw document. Raises `NotFound`."""
        ...

    def facets(self, reader: Reader, search: Search) -> dict[str, list[Facet]]:
        """For `type`, `source`, `standard` and `collection`: the values among what matches, most frequent first."""
        ...

    def stream(self, reader: Reader, search: Search, *, batch: int = 1000) -> Iterator[Entry]:
        """All that matches, by id, in memory that does not grow."""
        ...

    def stream_documents(self, reader: Reader, search: Search, *, batch: int = 500) -> Iterator[tuple[Entry, Document]]:
        """All that matches with their raw documents, by id, in memory that does not grow."""
        ...

    def shelves(self, reader: Reader, *, limit: int, cursor: str | None = None) -> PageOf[Shelf]:
        """The sources whose records this reader may see, by id."""
        ...

    def shelf(self, reader: Reader, source_id: int) -> Shelf:
        """One of them. Raises `NotFound`."""
        ...

    def collections(self, reader: Reader) -> list[Collection]:
        """The collections of STAC items that this reader may see, by name; the name "" holds the items of none.

        Costs by the number of collections, not of items. Where several sources have one of the same name it is listed
        once.
        """
        ...
