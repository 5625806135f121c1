"""STAC answers to values: pages of items and collections of an API, and lists that are files."""

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats.json import fingerprint, object_of, parse_object, serialise, text_of
from windrow.formats.stac import is_collection
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Broken, PageKey, Reading
from windrow.sources.stac.links import items_link, next_collections, next_items
from windrow.sources.stac.pages import CollectionsPage, ItemsPage, Page, key_of
from windrow.sources.stac.records import essence, has_id, identifier_of, is_wanted, record_of
from windrow.sources.stac.searches import Search, first_items
from windrow.sources.stac.settings import Settings

_EXACT = 100_000
"""Counts from here on may be the database planner's estimate (pgstac does so)."""

_ELASTIC = 10_000
"""Elasticsearch's word for "this many or more", unless it is told to count."""

_IDENTIFIER = 1_000


def read_document(answer: Answer) -> dict[str, Any]:
    """The answer's JSON object. Raises `RemoteUnreadable`, which says what came instead."""
    return parse_object(answer.body, charset_of(answer))


def charset_of(answer: Answer) -> str:
    """The encoding that the content type declares; "" where it declares none."""
    _, _, found = answer.headers.get("content-type", "").lower().partition("charset=")
    return found.partition(";")[0].strip(" \"'")


def read_items(page: ItemsPage, document: Mapping[str, Any], url: str, settings: Settings) -> Reading:
    """A page of items."""
    features = features_of(document)
    matched = _matched(document)
    _refuse_short(document, features, matched, first=page.walk.page == 0)
    found = [_read_one(feature, url) for feature in features]
    following = next_items(page, document, url, [each.identifier for each in found])
    seen = page.walk.seen + len(found)
    records = [each for each in found if isinstance(each, RemoteRecord)] if settings.items else []
    return Reading(
        records=[each for each in records if is_wanted(each, settings, by_collection=page.whole)],
        broken=[each for each in found if isinstance(each, Broken)] if settings.items else [],
        next=[key_of(following)] if following else [],
        total=matched if page.whole and not settings.narrows and not settings.only and _is_exact(matched) else None,
        failed=[] if following else _missing(page, seen, matched),
    )


def read_leads(page: ItemsPage, document: Mapping[str, Any], url: str) -> list[PageKey]:
    """The page after one of items; none where only reading the items tells what they are called."""
    features = features_of(document)
    if not all(_is_named(each) for each in features):
        return []
    following = next_items(page, document, url, [identifier_of(each) for each in features])
    return [key_of(following)] if following else []


def features_of(document: Mapping[str, Any]) -> list[Any]:
    """The items of a page. Raises `RemoteUnreadable`, which quotes what came instead."""
    features = document.get("features")
    if not isinstance(features, list):
        raise RemoteUnreadable(f"No list of items but {_describe(document)}.")
    return features


def read_collections(page: CollectionsPage, document: Mapping[str, Any], url: str, settings: Settings) -> Reading:
    """A page of collections, or a single one; leads on to their items and to the next page."""
    collections = [document] if page.single else document.get("collections")
    if not isinstance(collections, list) or (page.single and not is_collection(document)):
        raise RemoteUnreadable(f"No list of collections but {_describe(document)}.")
    found = [_read_one(each, url) for each in collections]
    following = next_collections(page, document, url, [each.identifier for each in found])
    pages: list[Page] = [following] if following else []
    if page.items and settings.items:
        pages += [first for each in collections if (first := _items_of(page, each, url, settings))]
    return Reading(
        records=[each for each in found if isinstance(each, RemoteRecord)] if settings.collections else [],
        broken=[each for each in found if isinstance(each, Broken)] if settings.collections else [],
        next=[key_of(each) for each in pages],
    )


def page_fingerprint(answer: Answer) -> bytes | None:
    """A hash of an API's page: its records, how many there are in all, and which page comes next.

    The next page and the count belong to it because both are kept with it for the next pass: a server whose paging
    tokens change has its pages read each time, which finds the same records. None for a catalogue's documents, which
    lead to others that change without them.
    """
    try:
        document = read_document(answer)
    except RemoteUnreadable:
        return None
    members = document.get("features", document.get("collections"))
    if not isinstance(members, list):
        return None
    around = {name: document.get(name) for name in ("links", "numberMatched", "context")}
    # What a page of collections leads to is in their links, which are not of their essence.
    leads = [object_of(each).get("links") for each in members] if "collections" in document else []
    return _fingerprint([[essence(object_of(each)) or each for each in members], around, leads])


def _fingerprint(value: Any) -> bytes | None:
    try:
        return fingerprint(value)
    except RemoteUnreadable:
        return None


def _read_one(document: Any, url: str) -> RemoteRecord | Broken:
    """The record, or why it is none; one that is broken does not hold up the others of its page."""
    if not isinstance(document, dict):
        return _broken(document, f"A {type(document).__name__} instead of an object.")
    if not has_id(document):
        return _broken(document, "It has no id.")
    if not _is_named(document):
        return _broken(document, f"Its id is longer than {_IDENTIFIER} characters.")
    try:
        return record_of(document, url)
    except RemoteUnreadable as problem:
        return Broken(identifier_of(document), _excerpt(document), str(problem))


def _is_named(document: Any) -> bool:
    return isinstance(document, dict) and has_id(document) and len(identifier_of(document)) <= _IDENTIFIER


def _broken(value: Any, problem: str) -> Broken:
    """A record without identity goes by its content's hash: the same one is the same again at the next pass."""
    try:
        raw = serialise(value)
    except RemoteUnreadable:
        raw = _excerpt(value)
    return Broken(f"(without id) {fingerprint(raw.decode()).hex()}", raw, problem)


def _excerpt(value: Any) -> bytes:
    """Of a value that cannot be kept whole, the beginning as it would be printed."""
    return reprlib.repr(value).encode("utf-8", "replace")


def _items_of(page: CollectionsPage, collection: Any, url: str, settings: Settings) -> ItemsPage | None:
    """Where a collection's items begin: where it says so, or where they can be searched for."""
    if not isinstance(collection, dict) or not has_id(collection):
        return None
    link = items_link(collection, url)
    if link:
        return first_items(link, settings)
    if page.search:
        return Search(page.search, page.posts).first(settings, collection=text_of(collection["id"]))
    return None


def _matched(document: Mapping[str, Any]) -> int | None:
    """How many items there are in all: OGC API Features' word, or that of the old context extension."""
    return _count(document, "numberMatched", "matched")


def _count(document: Mapping[str, Any], name: str, old_name: str) -> int | None:
    values = (document.get(name), object_of(document.get("context")).get(old_name))
    return next((each for each in values if isinstance(each, int) and not isinstance(each, bool) and each >= 0), None)


def _refuse_short(document: Mapping[str, Any], features: Sequence[Any], matched: int | None, *, first: bool) -> None:
    returned = _count(document, "numberReturned", "returned")
    if returned is not None and returned > len(features):
        raise RemoteUnreadable(f"A page that says it has {returned} items but holds {len(features)}.")
    if first and matched and not features:
        raise RemoteUnreadable(f"An empty list, although {matched} items match.")


def _is_exact(matched: int | None) -> bool:
    return matched is not None and matched < _EXACT and matched != _ELASTIC


def _missing(page: ItemsPage, seen: int, matched: int | None) -> list[tuple[str, str]]:
    """What a walk that ended early leaves unseen; large counts may be estimates, but not wrong by half."""
    if matched is None or seen >= (matched if matched < _EXACT else matched // 2):
        return []
    return [(page.url[:_IDENTIFIER], f"The list ended after {seen} items, although {matched} match.")]


def _describe(document: Mapping[str, Any]) -> str:
    said = (text_of(document.get(name)) for name in ("description", "detail", "message", "title", "error", "type"))
    return next((text[:200] for text in said if text), "") or f"an object with {', '.join(list(document)[:5])}"
