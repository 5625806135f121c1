"""From a source's URL to the collections of records behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from windrow.errors import BadInput, RemoteUnreadable
from windrow.formats.json import objects_of
from windrow.ports.fetching import Fetcher
from windrow.sources.ogc_records.asking import conformance_of, get
from windrow.sources.ogc_records.catalogues import (
    Catalogue,
    Form,
    conforms_to_records,
    form_of,
    link_of,
    read_catalogue,
    read_catalogues,
    read_conformance,
    those_of_records,
    title_of,
)
from windrow.sources.ogc_records.reading import read_document
from windrow.sources.ogc_records.settings import below, plain

_DATA = ("data", "http://www.opengis.net/def/rel/ogc/1.0/data")
_LIST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Place:
    """A document at a URL, before anything else was asked."""

    url: str
    document: Mapping[str, Any]

    @property
    def form(self) -> Form:
        """What it is."""
        return form_of(self.document)

    @property
    def title(self) -> str:
        """For people."""
        return title_of(self.document)

    @property
    def collection(self) -> str:
        """The address of the collection whose items these are; "" where it cannot be told."""
        parts = urlsplit(plain(self.url))
        path = parts.path.rstrip("/")
        guess = urlunsplit(parts._replace(path=path[: -len("/items")])) if path.endswith("/items") else ""
        return plain(link_of(self.document, self.url, "collection")) or guess

    def root(self) -> "Place":
        """The landing page's address; its document is this one's where this is the landing page."""
        if self.form is Form.LANDING:
            return self
        linked = link_of(self.document, self.url, "root")
        parts = urlsplit(plain(self.url))
        above = parts.path.partition("/collections")[0] or "/"
        return Place(linked or urlunsplit(parts._replace(path=above)), {})


def find(place: Place, wanted: Sequence[str], fetcher: Fetcher) -> list[Catalogue]:
    """The collections to harvest: those wanted, else all that hold records.

    Raises `BadInput` where a wanted one is not there, `RemoteUnreadable` where there is none.
    """
    match place.form:
        case Form.ITEMS:
            return _choose([_of_items(place)], wanted)
        case Form.COLLECTION:
            return _choose([read_catalogue(place.document, place.url)], wanted)
        case Form.COLLECTIONS | Form.LANDING:
            return _find_listed(place, wanted, fetcher)
        case Form.OTHER:
            raise RemoteUnreadable(
                "Neither a landing page nor a collection nor its items; is this the address of OGC API Records?"
            )


def holds_records(place: Place, fetcher: Fetcher) -> bool:
    """Whether there are records behind a document. Asks at most two requests."""
    match place.form:
        case Form.ITEMS:
            features = objects_of(place.document.get("features"))
            said = any(conforms_to_records(read_conformance(each)) for each in features)
            return said or (bool(place.collection) and _is_catalogue(place.collection, fetcher))
        case Form.COLLECTION:
            return _says_records(place)
        case Form.COLLECTIONS | Form.LANDING:
            return bool(_of_records(place, _listed(place, fetcher), fetcher))
        case Form.OTHER:
            return False


def _is_catalogue(url: str, fetcher: Fetcher) -> bool:
    answer = get(fetcher, url)
    return _says_records(Place(answer.url, read_document(answer)))


def _says_records(place: Place) -> bool:
    catalogue = read_catalogue(place.document, place.url)
    return bool(those_of_records([catalogue], records_api=conforms_to_records(read_conformance(place.document))))


def _find_listed(place: Place, wanted: Sequence[str], fetcher: Fetcher) -> list[Catalogue]:
    listed = _listed(place, fetcher)
    if wanted:
        return _choose(listed, wanted)
    found = _of_records(place, listed, fetcher)
    if not found:
        there = ", ".join(f"{each.identifier} ({each.item_type or 'unknown'})" for each in listed) or "none at all"
        raise RemoteUnreadable(f"No collection of records, but {there}.")
    return found


def _of_records(place: Place, listed: Sequence[Catalogue], fetcher: Fetcher) -> list[Catalogue]:
    silent = any(not each.item_type for each in listed) and not any(each.item_type == "record" for each in listed)
    root = place.root()
    conforms = silent and conforms_to_records(conformance_of(root.document, root.url, fetcher))
    return those_of_records(listed, records_api=conforms)


def _choose(there: Sequence[Catalogue], wanted: Sequence[str]) -> list[Catalogue]:
    known = {each.identifier: each for each in there}
    missing = [each for each in wanted if each not in known]
    if missing:
        raise BadInput.of(
            "settings.collections",
            f"there is no collection {', '.join(missing)} at this URL; there are: {', '.join(known) or 'none'}",
        )
    return [known[each] for each in wanted] if wanted else list(there)


def _listed(place: Place, fetcher: Fetcher) -> list[Catalogue]:
    """All collections of the API, page by page."""
    if place.form is Form.LANDING:
        place = _place_at(link_of(place.document, place.url, *_DATA) or below(place.url, "collections"), fetcher)
    found, seen = read_catalogues(place.document, place.url), {place.url}
    while following := link_of(place.document, place.url, "next"):
        if following in seen or len(seen) >= _LIST_PAGES:
            raise RemoteUnreadable(f"The list of collections does not end after {len(seen)} pages.")
        seen.add(following)
        place = _place_at(following, fetcher)
        found += read_catalogues(place.document, place.url)
    return found


def _place_at(url: str, fetcher: Fetcher) -> Place:
    answer = get(fetcher, url)
    return Place(answer.url, read_document(answer))


def _of_items(place: Place) -> Catalogue:
    items, collection = plain(place.url), place.collection
    identifier = unquote(urlsplit(collection).path.rpartition("/")[2])
    return Catalogue(
        identifier=identifier,
        title=place.title or identifier,
        item_type="record",
        items=items,
        queryables=below(collection, "queryables") if collection else "",
    )
