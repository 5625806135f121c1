"""The documents around the records: landing pages, collections, conformance and queryables, read for what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urljoin

from windrow.formats.json import object_of, objects_of, text_of
from windrow.sources.ogc_records.settings import below, plain

_RELATIONS = "http://www.opengis.net/def/rel/ogc/1.0/"
_RECORDS = "/ogcapi-records-1/"
_CQL2_TEXT = "/conf/cql2-text"


class Form(Enum):
    """What a document is."""

    LANDING = "landing page"
    COLLECTIONS = "list of collections"
    COLLECTION = "collection"
    ITEMS = "page of items"
    OTHER = "something else"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A collection of records: its identifier, its title, and where its items and queryables are.

    `item_type` is `record` for a catalogue of this standard, and empty where the server does not say.
    """

    identifier: str
    title: str
    item_type: str
    items: str
    queryables: str


def form_of(document: Mapping[str, Any]) -> Form:
    """Told by what it holds: servers agree on no more."""
    relations = {text_of(link.get("rel")) for link in objects_of(document.get("links"))}
    if document.get("type") == "FeatureCollection" or isinstance(document.get("features"), list):
        return Form.ITEMS
    if isinstance(document.get("collections"), list):
        return Form.COLLECTIONS
    if text_of(document.get("id")) and (relations & {"items", f"{_RELATIONS}items"} or "itemType" in document):
        return Form.COLLECTION
    if relations & {"data", "conformance", f"{_RELATIONS}data", f"{_RELATIONS}conformance"}:
        return Form.LANDING
    return Form.OTHER


def link_of(document: Mapping[str, Any], url: str, *relations: str) -> str:
    """Where the document leads by the first of these relations, JSON before anything else; "" where it does not."""
    links = objects_of(document.get("links"))
    for relation in relations:
        found = [link for link in links if _has_relation(link, relation) and text_of(link.get("href"))]
        if found:
            return urljoin(url, text_of(min(found, key=_preference)["href"]))
    return ""


def read_catalogue(document: Mapping[str, Any], url: str) -> Catalogue:
    """One collection, whose own address is `url`, or what its `self` says."""
    identifier = text_of(document.get("id"))
    own = plain(link_of(document, url, "self") or url)
    return Catalogue(
        identifier=identifier,
        title=text_of(document.get("title")) or identifier,
        item_type=text_of(document.get("itemType")).lower(),
        items=plain(link_of(document, url, "items", f"{_RELATIONS}items") or below(own, "items")),
        queryables=plain(link_of(document, url, f"{_RELATIONS}queryables", "queryables") or below(own, "queryables")),
    )


def read_catalogues(document: Mapping[str, Any], url: str) -> list[Catalogue]:
    """The collections of a list whose address is `url`."""
    return [
        read_catalogue(each, below(plain(url), text_of(each.get("id"))))
        for each in objects_of(document.get("collections"))
        if text_of(each.get("id"))
    ]


def those_of_records(catalogues: Sequence[Catalogue], *, records_api: bool) -> list[Catalogue]:
    """The collections that hold records.

    Those that say so; where none does, and the API as a whole conforms to Records, those that say nothing.
    """
    said = [each for each in catalogues if each.item_type == "record"]
    return said or [each for each in catalogues if records_api and not each.item_type]


def title_of(document: Mapping[str, Any]) -> str:
    """For people."""
    return text_of(document.get("title")) or text_of(document.get("id"))


def conforms_to_records(conformance: Sequence[str]) -> bool:
    """Whether an API declares any class of OGC API Records."""
    return any(_RECORDS in each for each in conformance)


def filters_by_text(conformance: Sequence[str]) -> bool:
    """Whether an API declares that it can filter by CQL2 text."""
    return any(each.rstrip("/").endswith(_CQL2_TEXT) for each in conformance)


def read_conformance(document: Mapping[str, Any]) -> list[str]:
    """The conformance classes that a landing page or a conformance declaration lists."""
    listed = document.get("conformsTo")
    return [text_of(each) for each in listed] if isinstance(listed, list) else []


def updated_format(queryables: Mapping[str, Any]) -> str:
    """How `updated` may be compared in a filter: `date-time` or `date`; "" where it cannot be asked for."""
    updated = object_of(queryables.get("properties")).get("updated")
    if not isinstance(updated, dict):
        return ""
    return "date" if text_of(updated.get("format")) == "date" else "date-time"


def _preference(link: Mapping[str, Any]) -> int:
    """Each representation has a link of its own; one without a type is negotiated."""
    media_type = text_of(link.get("type")).partition(";")[0].strip().lower()
    return 0 if media_type.endswith("json") and "ld+json" not in media_type else 1 if not media_type else 2


def _has_relation(link: Mapping[str, Any], relation: str) -> bool:
    return relation in text_of(link.get("rel")).split()
