"""From the catalogue's entries and the documents they were read from to the documents of our API; pure."""

from collections.abc import Callable, Iterable, Sequence

from windrow.errors import RemoteUnreadable
from windrow.faces.stac.finding import FoundCollection, Item
from windrow.faces.stac.links import Addresses
from windrow.faces.stac.naming import UNCOLLECTED, shown_collection
from windrow.faces.stac.wire import CONFORMANCE, GEOJSON, OPENAPI, STAC_VERSION
from windrow.formats import boxes
from windrow.formats.json import object_of, parse_object, text_of
from windrow.formats.stac_links import Fields, absolute_maker, assets_of, kept_links, link, original_link
from windrow.formats.stac_writing import item_of, moment_text
from windrow.model.records import Record
from windrow.ports.catalogue import Document, Entry

_WORLD = (-180.0, -90.0, 180.0, 90.0)


def to_landing(at: Addresses, title: str) -> Fields:
    """The landing page."""
    return {
        "type": "Catalog",
        "id": "windrow",
        "title": title,
        "description": "The STAC items and collections that this installation of Windrow has harvested.",
        "stac_version": STAC_VERSION,
        "conformsTo": list(CONFORMANCE),
        "links": [
            link("self", at.root),
            link("root", at.root),
            link("conformance", f"{at.root}/conformance"),
            link("data", at.collections),
            {**link("search", at.search, GEOJSON), "method": "GET"},
            {**link("search", at.search, GEOJSON), "method": "POST"},
            link("service-desc", f"{at.root}/api", OPENAPI),
        ],
    }


def to_collections(at: Addresses, found: Sequence[FoundCollection], next_link: Fields | None) -> Fields:
    """A page of collections."""
    links = [link("self", at.collections), link("root", at.root), link("parent", at.root)]
    return {
        "collections": [to_collection(at, each) for each in found],
        "links": [*links, *([next_link] if next_link else [])],
        "numberReturned": len(found),
    }


def to_items(at: Addresses, found: Sequence[Item], links: Sequence[Fields], matched: int | None) -> Fields:
    """A page of items."""
    return {
        "type": "FeatureCollection",
        "features": [to_item(at, each) for each in found],
        "links": list(links),
        "numberReturned": len(found),
        **({} if matched is None else {"numberMatched": matched}),
    }


def to_item(at: Addresses, found: Item) -> Fields:
    """An item: its document as it came, with its name and place in our API and with absolute addresses."""
    record = found.entry.record
    document = _document_of(found.document) or item_of(record)
    collection = shown_collection(record.collection)
    make_absolute = absolute_maker(document, record)
    item = {
        **document,
        "type": "Feature",
        "stac_version": text_of(document.get("stac_version")) or STAC_VERSION,
        "id": found.name,
        "geometry": document.get("geometry"),
        "properties": {"datetime": None, **object_of(document.get("properties"))},
        "collection": collection,
        "links": [
            link("self", at.item(collection, found.name), GEOJSON),
            link("parent", at.collection(collection)),
            link("collection", at.collection(collection)),
            link("root", at.root),
            *original_link(document, record),
            *kept_links(document, make_absolute),
        ],
        "assets": assets_of(document, make_absolute),
    }
    if item["geometry"] is not None and "bbox" not in item and record.bbox is not None:
        item["bbox"] = list(record.bbox)
    return item


def to_collection(at: Addresses, found: FoundCollection) -> Fields:
    """A collection: its document as it came, or what its items tell of it."""
    document, record = _collection_of(found)
    make_absolute: Callable[[str], str] = absolute_maker(document, record) if record else str
    description = text_of(document.get("description")) or text_of(document.get("title")) or found.name
    collection = {
        **document,
        "type": "Collection",
        "stac_version": text_of(document.get("stac_version")) or STAC_VERSION,
        "id": found.name,
        "description": description,
        "license": text_of(document.get("license")) or "proprietary",
        "extent": document.get("extent") or _extent_of([], complete=False),
        "links": [
            link("self", at.collection(found.name)),
            link("root", at.root),
            link("parent", at.root),
            link("items", at.items(found.name), GEOJSON),
            *(original_link(document, record) if record else []),
            *kept_links(document, make_absolute),
        ],
    }
    if "assets" in document:
        collection["assets"] = assets_of(document, make_absolute)
    return collection


def _document_of(document: Document | None) -> Fields | None:
    """The raw document; None where it is missing or in an encoding that only its server had told."""
    try:
        return parse_object(document.content) if document else None
    except RemoteUnreadable:
        return None


def _collection_of(found: FoundCollection) -> tuple[Fields, Record | None]:
    if found.item is None:
        return _collection_around(found), None
    record = found.item.entry.record
    document = _document_of(found.item.document)
    return document or {"title": record.title, "description": record.abstract, "license": record.licence}, record


def _collection_around(found: FoundCollection) -> Fields:
    """A collection whose own document was not harvested."""
    told = (
        "Items that name no collection."
        if found.name == UNCOLLECTED
        else f"Items of the collection {found.name}, whose own description was not harvested."
    )
    return {
        "description": told,
        "license": _licence_of(found.measured, complete=found.complete),
        "extent": _extent_of(found.measured, complete=found.complete),
    }


def _licence_of(entries: Iterable[Entry], *, complete: bool) -> str:
    """The items' licence where it is the same; `various` and `proprietary` are STAC 1.0's words for all else."""
    licences = {each.record.licence for each in entries}
    if len(licences) > 1:
        return "various"
    return (licences.pop() if complete and licences else "") or "proprietary"


def _extent_of(entries: Sequence[Entry], *, complete: bool) -> Fields:
    """The items' extent; the whole world at any time where not all of them were looked at."""
    found = [each.record.bbox for each in entries if each.record.bbox] if complete else []
    starts = [each.record.time_start for each in entries] if complete else []
    ends = [each.record.time_end for each in entries] if complete else []
    start = min((each for each in starts if each), default=None)
    end = max((each for each in ends if each), default=None)
    interval = [
        moment_text(start) if start and None not in starts else None,
        moment_text(end) if end and None not in ends else None,
    ]
    return {
        "spatial": {"bbox": [list(boxes.envelope(found) or _WORLD)]},
        "temporal": {"interval": [interval]},
    }
