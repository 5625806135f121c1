"""What is gathered while an ISO record is walked, and the record made of it."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats import geojson
from windrow.formats.boxes import envelope
from windrow.formats.codes import type_word
from windrow.formats.dates import Period
from windrow.formats.gml import collect
from windrow.formats.iso.contacts import Card
from windrow.formats.iso.identifiers import read_code
from windrow.formats.xml import Element
from windrow.model.records import Box, Contact, Link, Record


class Draft:
    """A record in the making. Of a thing that may be said once only, what comes first stands."""

    __slots__ = (
        "abstract",
        "boxes",
        "citation_identifiers",
        "collection",
        "contacts",
        "created",
        "geometries",
        "identifier",
        "keywords",
        "language",
        "licences",
        "links",
        "metadata_contacts",
        "modified",
        "periods",
        "published",
        "resource_language",
        "restrictions",
        "title",
        "topics",
        "type",
        "use_limitations",
    )

    def __init__(self) -> None:
        self.identifier = self.title = self.abstract = self.type = self.collection = ""
        self.language = self.resource_language = ""
        self.keywords: list[str] = []
        self.topics: list[str] = []
        self.citation_identifiers: list[Element] = []
        self.contacts: list[Card] = []
        self.metadata_contacts: list[Card] = []
        self.licences: list[str] = []
        self.use_limitations: list[str] = []
        self.restrictions: list[str] = []
        self.links: list[tuple[str, str, str, str, str, str]] = []
        self.boxes: list[Box] = []
        self.geometries: list[Mapping[str, Any]] = []
        self.periods: list[Period] = []
        self.created: datetime | None = None
        self.published: datetime | None = None
        self.modified: datetime | None = None

    def add_contact(self, card: Card | None) -> None:
        """Adds a party of the resource itself; those of its metadata come after them."""
        if card:
            self.contacts.append(card)

    def record(self, standard: str) -> Record:
        """The record. One without a title goes by its identifier: catalogues that translate to ISO write empty ones.

        Raises `RemoteUnreadable` when it has no identifier.
        """
        identifier = self.identifier or next(filter(None, map(read_code, self.citation_identifiers)), "")
        if not identifier:
            raise RemoteUnreadable("The record has no identifier, neither its own nor one in its citation.")
        start, end = self._time()
        geometry = collect(self.geometries) if self.geometries else None
        return Record(
            identifier=identifier,
            title=self.title or identifier,
            abstract=self.abstract,
            type=type_word(self.type) or "dataset",
            keywords=tuple(dict.fromkeys(self.keywords + self.topics)),
            contacts=tuple(map(_contact, dict.fromkeys(self.contacts + self.metadata_contacts))),
            licence=self._licence(),
            links=tuple([Link(*link) for link in dict.fromkeys(self.links)]),
            bbox=envelope(self.boxes) or (geojson.envelope(geometry) if geometry else None),
            geometry=geometry,
            time_start=start,
            time_end=end,
            created=self.created or self.published,
            modified=self.modified,
            language=self.language or self.resource_language,
            collection=self.collection,
            standard=standard,
        )

    def _licence(self) -> str:
        """What says most of: terms of use in words, limitations of use, a bare restriction code."""
        texts = self.licences or self.use_limitations or self.restrictions
        return texts[0] if len(texts) == 1 else "; ".join(dict.fromkeys(texts))

    def _time(self) -> tuple[datetime | None, datetime | None]:
        """The envelope of all periods; open where one of them is."""
        if len(self.periods) < 2:
            return self.periods[0] if self.periods else (None, None)
        starts = [each.start for each in self.periods if each.start]
        ends = [each.end for each in self.periods if each.end]
        whole = len(self.periods)
        return (min(starts) if len(starts) == whole else None, max(ends) if len(ends) == whole else None)


# The same few people stand behind thousands of records of a catalogue, and frozen values can be shared.
@lru_cache(maxsize=2048)
def _contact(card: Card) -> Contact:
    return Contact(*card)
