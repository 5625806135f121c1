"""A static catalogue's documents to values: catalogues and collections that lead on, and items one by one."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from windrow.errors import RemoteUnreadable
from windrow.formats.json import fingerprint, text_of
from windrow.formats.stac import is_collection, read_collection, read_item
from windrow.model.resources import RemoteRecord
from windrow.ports.fetching import Answer
from windrow.ports.source_kinds import Broken, Loaded, PageKey, PageRequest, Reading, Reference
from windrow.sources.stac.hrefs import is_endless, is_followed, name_of, normalise
from windrow.sources.stac.links import Link, items_link, links_of
from windrow.sources.stac.pages import CataloguePage, ItemsPage, key_of
from windrow.sources.stac.reading import read_document, read_items
from windrow.sources.stac.records import COLLECTION, ITEM, essence, is_wanted
from windrow.sources.stac.searches import first_items
from windrow.sources.stac.settings import Settings

_IDENTIFIER = 1_000
_ENDLESS = "The link goes deeper than any catalogue: the server seems to answer every address with the same document."


def read_catalogue(page: CataloguePage, answer: Answer, settings: Settings) -> Reading:
    """A catalogue or collection, and where it leads; or an item or list of items that stands in its place.

    Records come from documents only, a collection's own too: it is asked for once more, and with its validators.
    """
    document = read_document(answer)
    if document.get("type") == "FeatureCollection":
        return read_items(ItemsPage(page.url), document, answer.url, settings)
    if document.get("type") == "Feature":
        return Reading(references=[_reference(page.url, page.root)] if settings.items else [])
    if not is_collection(document) and "links" not in document:
        raise RemoteUnreadable("JSON, but neither a catalogue nor a collection nor an item: it has no links.")
    return _read_node(page, document, answer, settings)


def read_documents(page: PageRequest, loaded: Loaded, settings: Settings) -> Reading:
    """Items that were fetched one by one."""
    readings = [_read_answer(*each, settings) for each in zip(page.documents, loaded.answers, strict=True)]
    return Reading(
        records=[record for each in readings for record in each.records],
        unchanged=[identifier for each in readings for identifier in each.unchanged],
        left_out=[identifier for each in readings for identifier in each.left_out],
        broken=[broken for each in readings for broken in each.broken],
        failed=[failed for each in readings for failed in each.failed],
    )


def _read_node(page: CataloguePage, document: Mapping[str, Any], answer: Answer, settings: Settings) -> Reading:
    is_one = is_collection(document)
    chosen = page.inside or not settings.only or (is_one and text_of(document.get("id")) in settings.only)
    links = list(_followed(document, page, answer, settings))
    deep = [link for link in links if is_endless(link.href)]
    children = [link for link in links if link.rel == "child" and link not in deep]
    items = [link for link in links if link.rel == "item" and link not in deep]
    own = [_reference(page.url, page.root)] if is_one and chosen and settings.collections else []
    return Reading(
        references=own + ([_reference(link.href, page.root) for link in items] if chosen and settings.items else []),
        next=[
            *(key_of(CataloguePage(link.href, page.root, chosen and bool(settings.only))) for link in children),
            *(_listed(page, document, answer, settings) if is_one and chosen and not items else []),
        ],
        failed=[(name_of(link.href, page.root)[:_IDENTIFIER], _ENDLESS) for link in deep],
    )


def _followed(document: Mapping[str, Any], page: CataloguePage, answer: Answer, settings: Settings) -> Iterator[Link]:
    """Links to children and items, each once and in its one spelling, as far as they may be followed."""
    met = set()
    for link in links_of(document, answer.url):
        if link.rel in ("child", "item"):
            found = _spelled(link)
            if found is not None and found not in met and is_followed(found.href, page.root, settings.follow):
                met.add(found)
                yield found


def _spelled(link: Link) -> Link | None:
    try:
        return Link(link.rel, normalise(link.href))
    except ValueError:
        return None


def _listed(page: CataloguePage, document: Mapping[str, Any], answer: Answer, settings: Settings) -> list[PageKey]:
    """The list of a collection's items, where it links to that instead of to each of them."""
    link = items_link(document, answer.url)
    if not link or not settings.items or not is_followed(link, page.root, settings.follow):
        return []
    return [key_of(first_items(link, settings))]


def _reference(href: str, root: str) -> Reference:
    return Reference(name_of(href, root), href)


def _read_answer(reference: Reference, answer: Answer | Exception, settings: Settings) -> Reading:
    if isinstance(answer, Exception):
        return Reading(failed=[(reference.identifier, str(answer))])
    if answer.not_modified:
        return Reading(unchanged=[reference.identifier])
    try:
        document = read_document(answer)
    except RemoteUnreadable as problem:
        return _read_unreadable(reference, answer, problem)
    return _read_document(reference, document, answer, settings)


def _read_unreadable(reference: Reference, answer: Answer, problem: RemoteUnreadable) -> Reading:
    """Broken JSON is this item's own fault. Anything else is the server's: it says nothing about the item."""
    if answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return Reading(broken=[Broken(reference.identifier, answer.body, str(problem), reference.version)])
    return Reading(failed=[(reference.identifier, str(problem))])


def _read_document(reference: Reference, document: Mapping[str, Any], answer: Answer, settings: Settings) -> Reading:
    try:
        record = _record(reference, document, answer)
    except RemoteUnreadable as problem:
        return Reading(broken=[Broken(reference.identifier, answer.body, str(problem), reference.version)])
    included = settings.collections if is_collection(document) else settings.items and is_wanted(record, settings)
    # What lies outside what is set is not of this source, though its catalogue has it.
    return Reading(records=[record]) if included else Reading(left_out=[reference.identifier])


def _record(reference: Reference, document: Mapping[str, Any], answer: Answer) -> RemoteRecord:
    read, media_type = (read_collection, COLLECTION) if is_collection(document) else (read_item, ITEM)
    return RemoteRecord(
        identifier=reference.identifier,
        fingerprint=fingerprint(essence(document)),
        raw=answer.body,
        media_type=media_type,
        read=partial(read, document, answer.url),
        version=reference.version,
        etag=answer.validators.etag,
        last_modified=answer.validators.last_modified,
    )
