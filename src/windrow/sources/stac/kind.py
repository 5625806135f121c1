"""The STAC source kind: which requests a pass makes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urljoin, urlsplit

from windrow.errors import RemoteError, RemoteUnreadable
from windrow.formats.json import serialise
from windrow.ports.fetching import Answer, Fetcher, Validators
from windrow.ports.source_kinds import Detection, Loaded, Opening, PageKey, PageRequest, PassRequest, Reading, Reference
from windrow.sources.stac import reading, tree
from windrow.sources.stac.changes import Changes, Spelling
from windrow.sources.stac.hrefs import folder_of, normalise
from windrow.sources.stac.pages import CataloguePage, CollectionsPage, ItemsPage, Page, key_of, page_of
from windrow.sources.stac.roots import Form, Root, read_root
from windrow.sources.stac.searches import Search, first_items, whole
from windrow.sources.stac.settings import SCHEMA, Settings

_ACCEPT = "application/geo+json, application/json;q=0.9, */*;q=0.1"

_FILES = ("catalog.json", "collection.json")
"""What the document at the top of a static catalogue is called (STAC best practices, catalog layout)."""

_INDEXING = timedelta(hours=1)
"""How long an item may take from its `updated` until a search finds it; asked for again at the next pass."""

_REST = "passes_until_changes_are_tried"
_PASSES = 10


class StacKind:
    """STAC 1.0 and 1.1, by API or as static files.

    An API's collections are walked side by side, the pages within each one after the other; a search by `updated`
    replaces that where the API can filter and all its items say when they were updated. The documents of a static
    catalogue are walked by their links, and its items fetched one by one, with validators.
    """

    name: ClassVar[str] = "stac"
    title: ClassVar[str] = "STAC (SpatioTemporal Asset Catalog)"
    schema: ClassVar[Mapping[str, Any]] = SCHEMA

    def detect(self, url: str, first: Answer | None, fetcher: Fetcher) -> Detection | None:
        """Looks at what is there, and at the usual files of a folder that is no catalogue itself."""
        root = _recognise(first) if first is not None else None
        if root is not None:
            return _detection(url, root)
        for file in _FILES if _is_folder(url) else ():
            found = _recognise_at(urljoin(url, file), fetcher)
            if found is not None:
                return _detection(urljoin(url, file), found)
        return None

    def open(self, request: PassRequest, fetcher: Fetcher) -> Opening:
        """Asks for the document at the URL and, where an API may tell changes, whether it can be trusted to."""
        settings = Settings.of(request.settings)
        answer = _get(fetcher, request.url)
        root = read_root(reading.read_document(answer), answer.url)
        changes, cursor = _try_changes(root, settings, request, fetcher)
        partly = changes is not None and request.since is not None
        pages = _changed(root, settings, changes, request.since) if changes and request.since else _all(root, settings)
        return Opening(
            pages=[key_of(page) for page in pages],
            listing=not partly,
            cursor=cursor,
            since=_told_at(answer) if changes is not None else None,
            title=root.title,
        )

    def load(self, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Loaded:
        """Fetches one page, or the documents of a static catalogue."""
        if page.documents:
            return Loaded([_document(each, request, page, fetcher) for each in page.documents])
        match page_of(page.key):
            case ItemsPage(body=None) as items:
                return Loaded([_get(fetcher, items.url, items.headers)])
            case ItemsPage() as items:
                return Loaded([_post(fetcher, items)])
            case CataloguePage() | CollectionsPage() as other:
                return Loaded([_get(fetcher, other.url)])

    def read(self, request: PassRequest, page: PageRequest, loaded: Loaded) -> Reading:
        """Reads what was loaded."""
        settings = Settings.of(request.settings)
        if page.documents:
            return tree.read_documents(page, loaded, settings)
        answer = loaded.answer
        match page_of(page.key):
            case CataloguePage() as catalogue:
                return tree.read_catalogue(catalogue, answer, settings)
            case CollectionsPage() as collections:
                return reading.read_collections(collections, reading.read_document(answer), answer.url, settings)
            case ItemsPage() as items:
                return reading.read_items(items, reading.read_document(answer), answer.url, settings)

    def leads_to(self, page: PageRequest, loaded: Loaded) -> list[PageKey]:
        """The page of items after this one."""
        if page.documents or not isinstance(items := page_of(page.key), ItemsPage):
            return []
        return reading.read_leads(items, reading.read_document(loaded.answer), loaded.answer.url)

    def page_fingerprint(self, loaded: Loaded) -> bytes | None:
        """None for a static catalogue's documents: their items change without them."""
        match loaded.answers:
            case [Answer() as answer]:
                return reading.page_fingerprint(answer)
            case _:
                return None


def _recognise(answer: Answer) -> Root | None:
    try:
        return read_root(reading.read_document(answer), answer.url)
    except RemoteUnreadable:
        return None


def _recognise_at(url: str, fetcher: Fetcher) -> Root | None:
    try:
        return _recognise(_get(fetcher, url))
    except RemoteError:
        return None


def _is_folder(url: str) -> bool:
    return urlsplit(url).path.endswith("/") or not urlsplit(url).path


def _detection(url: str, root: Root) -> Detection:
    return Detection(kind=StacKind.name, url=url, title=root.title, certainty=root.sure)


def _all(root: Root, settings: Settings) -> list[Page]:
    """The first pages of a walk over everything."""
    match root.form:
        case Form.TREE:
            return [CataloguePage(normalise(root.url), folder_of(normalise(root.url)))]
        case Form.ITEMS:
            return [whole(first_items(root.url, settings, paged=root.paged))]
        case Form.COLLECTION:
            return [CollectionsPage(root.url, single=True)]
        case Form.COLLECTIONS:
            return _collections(replace(root, collections=root.url), settings, items=settings.items)
        case Form.API:
            return _all_of_api(root, settings)


def _all_of_api(root: Root, settings: Settings) -> list[Page]:
    """By its collections; by one search where it does not list them."""
    if root.collections:
        return _collections(root, settings, items=settings.items)
    if root.search is None or not settings.items:
        raise RemoteUnreadable(
            "The API lists no collections (a link with the relation data), and items are not wanted."
        )
    return [whole(root.search.first(settings))]


def _collections(root: Root, settings: Settings, *, items: bool) -> list[Page]:
    search = root.search or Search("")
    if not settings.only:
        return [CollectionsPage(root.collections, items, False, search.url, search.posts)]
    return [
        CollectionsPage(_below(root.collections, collection), items, True, search.url, search.posts)
        for collection in settings.only
    ]


def _changed(root: Root, settings: Settings, changes: Changes, since: datetime) -> list[Page]:
    """The first pages of a walk over what was updated; collections cannot be searched by that, so all are read."""
    items = changes.first(settings, since)
    if not settings.collections or not root.collections:
        return [whole(items)]
    return [*_collections(root, settings, items=False), items]


def _try_changes(
    root: Root, settings: Settings, request: PassRequest, fetcher: Fetcher
) -> tuple[Changes | None, dict[str, int]]:
    """A search that tells changes, and the cursor. One that failed is left alone for some passes: it may be costly."""
    rest = request.cursor.get(_REST, 0)
    if rest:
        return None, {_REST: rest - 1} if rest > 1 else {}
    try:
        return _find_changes(root, settings, fetcher), {}
    except RemoteError:
        return None, {_REST: _PASSES}


def _find_changes(root: Root, settings: Settings, fetcher: Fetcher) -> Changes | None:
    """A search that tells changes: it finds items by their date, and none that have no date.

    Raises `RemoteError` when the API cannot do what it says, in whatever spelling, or takes too long over it.
    """
    if root.changes is None or not settings.items or not settings.incremental:
        return None
    for spelling in Spelling:
        changes = Changes(root.changes, spelling)
        try:
            trusted = not _finds(changes.undated(), fetcher) and _finds(changes.dated(), fetcher)
        except RemoteError:
            if spelling is Spelling.TIMESTAMP:
                raise
        else:
            return changes if trusted else None
    return None


def _finds(page: ItemsPage, fetcher: Fetcher) -> bool:
    answer = _post(fetcher, page) if page.body is not None else _get(fetcher, page.url)
    return bool(reading.features_of(reading.read_document(answer)))


def _told_at(answer: Answer) -> datetime | None:
    """What the server's clock said, with time for its index to catch up."""
    return None if answer.answered_at is None else answer.answered_at - _INDEXING


def _below(url: str, name: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{quote(name, safe='')}", fragment="").geturl()


def _document(reference: Reference, request: PassRequest, page: PageRequest, fetcher: Fetcher) -> Answer | RemoteError:
    """One item; its failure is its own. A narrowed source reads every item again: a 304 does not tell where it lies."""
    settings = Settings.of(request.settings)
    validators = None if settings.narrows else page.validators.get(reference.identifier)
    try:
        return _get(fetcher, reference.href, validators=validators)
    except RemoteError as problem:
        return problem


def _get(
    fetcher: Fetcher, url: str, headers: Mapping[str, str] | None = None, *, validators: Validators | None = None
) -> Answer:
    return fetcher.get(url, headers={"Accept": _ACCEPT, **(headers or {})}, validators=validators)


def _post(fetcher: Fetcher, page: ItemsPage) -> Answer:
    headers = {"Accept": _ACCEPT, **(page.headers or {})}
    return fetcher.post(page.url, serialise(page.body), media_type="application/json", headers=headers)
