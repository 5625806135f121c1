"""Finding: questions put to the catalogue, and its answers sifted by what no index knows, in full pages."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from windrow.errors import BadInput, NotFound
from windrow.faces.stac.asking import COLLECTIONS, ITEMS, Question
from windrow.faces.stac.context import Context
from windrow.faces.stac.naming import kept_collections, key_of, name_of, read_copy, shown_collection
from windrow.model.paging import decode_cursor, encode_cursor
from windrow.ports.catalogue import Document, Entry, Search

MOST_SIFTED = 10_000
"""Items looked at for one page, once it has one of them: it is then answered before it is full."""

MOST_IN_VAIN = 100_000
"""Items looked at without finding any."""

MOST_MEASURED = 250
"""Items from which a collection's extent is told; that of a larger one would cost too much to be exact."""

_LARGEST_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the catalogue under its name in our API; `document` None where it was not kept."""

    name: str
    entry: Entry
    document: Document | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of items. `matched` None says that counting them would cost too much."""

    items: Sequence[Item]
    next: str | None
    matched: int | None


@dataclass(frozen=True, slots=True)
class FoundCollection:
    """A collection: its document where one was harvested, else some of its items, and whether these are all."""

    name: str
    item: Item | None
    measured: Sequence[Entry] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Kept:
    """An entry that passed the tests, and how to come back to it: the chunk it was in, and how far into that."""

    entry: Entry
    cursor: str | None
    used: int


def find_items(ctx: Context, question: Question) -> Found:
    """A page of items. Raises `BadInput`."""
    if question.place is None and question.names is None:
        page = ctx.catalogue.search(ctx.principal, question.search, limit=question.limit, cursor=question.token)
        return Found(_load(ctx, page.items), page.next, _count(ctx, question))
    kept, more = _sift(ctx, question)
    matched = len(kept) if question.token is None and more is None else None
    return Found(_load(ctx, [each.entry for each in kept]), more, matched)


def find_item(ctx: Context, collection: str, name: str) -> Item:
    """The item of this name in a collection. Raises `NotFound`."""
    copy = read_copy(name)
    entry = _first(ctx, collection, identifiers=(copy[0],), ids=(copy[1],)) if copy else None
    entry = entry or _first(ctx, collection, identifiers=(name,))
    if entry is None:
        raise NotFound("item", name)
    return _load(ctx, [entry])[0]


def find_collections(ctx: Context, *, limit: int, token: str | None) -> tuple[list[FoundCollection], str | None]:
    """A page of collections, by name. Raises `BadInput`."""
    records: dict[str, int | None] = {}
    for each in ctx.catalogue.collections(ctx.principal):
        shown = shown_collection(each.name)
        records[shown] = each.record_id or records.get(shown)
    names = sorted(records)
    start = bisect_right(names, str(decode_cursor(token, 1)[0])) if token is not None else 0
    page = names[start : start + limit]
    described = _described(ctx, [number for name in page if (number := records[name])])
    found = [described.get(name) or _measure(ctx, name) for name in page]
    return found, encode_cursor(page[-1]) if start + limit < len(names) else None


def find_collection(ctx: Context, name: str) -> FoundCollection:
    """The collection of this name. Raises `NotFound`."""
    described = Search(standards=(COLLECTIONS,), identifiers=(name,))
    entries = ctx.catalogue.search(ctx.principal, described, limit=1).items
    found = FoundCollection(name, _load_documents(ctx, entries)[0]) if entries else _measure(ctx, name)
    if found.item is None and not found.measured:
        raise NotFound("collection", name)
    return found


def need_collection(ctx: Context, name: str) -> None:
    """Raises `NotFound` when there is neither a collection of this name nor an item in it."""
    if _first(ctx, name) is None:
        find_collection(ctx, name)


def _sift(ctx: Context, question: Question) -> tuple[list[_Kept], str | None]:
    """A full page of what passes the tests, and the cursor of the next one.

    The catalogue is read in chunks until one more is found than the page holds, so that a next page is never empty.
    """
    kept: list[_Kept] = []
    cursor, size, seen = question.token, min(2 * question.limit, _LARGEST_CHUNK), 0
    while len(kept) <= question.limit:
        page = ctx.catalogue.search(ctx.principal, question.search, limit=size, cursor=cursor)
        kept += _passing(ctx, question, page.items, cursor)
        cursor, size, seen = page.next, min(2 * size, _LARGEST_CHUNK), seen + len(page.items)
        if cursor is None:
            break
        if seen >= (MOST_SIFTED if kept else MOST_IN_VAIN):
            return kept[: question.limit], _cursor_past(ctx, question, kept, cursor)
    more = len(kept) > question.limit
    return kept[: question.limit], _cursor_past(ctx, question, kept, cursor) if more else None


def _cursor_past(ctx: Context, question: Question, kept: Sequence[_Kept], cursor: str | None) -> str | None:
    """The cursor behind the last entry of the page; `cursor` is that behind all that was looked at."""
    if not kept:
        parameter = question.place.parameter if question.place else "ids"
        told = f"fits none of the first {MOST_IN_VAIN} items that might match; narrow the search"
        raise BadInput.of(parameter, told)
    if len(kept) <= question.limit:
        return cursor
    last = kept[question.limit - 1]
    # The catalogue gives a cursor with each page: a page that ends with this entry has the one that is wanted.
    return ctx.catalogue.search(ctx.principal, question.search, limit=last.used, cursor=last.cursor).next


def _passing(ctx: Context, question: Question, entries: Sequence[Entry], cursor: str | None) -> list[_Kept]:
    place, names = question.place, question.names
    found = [
        _Kept(entry, cursor, number)
        for number, entry in enumerate(entries, start=1)
        if place is None or place.meets(entry.record)
    ]
    if names is None:
        return found
    named = name_entries(ctx, [each.entry for each in found])
    return [each for each, name in zip(found, named, strict=True) if name in names]


def name_entries(ctx: Context, entries: Sequence[Entry]) -> list[str]:
    """The names of items in our API, in their order."""
    firsts = {key_of(each): each.id for each in sorted(entries, key=lambda each: each.id, reverse=True)}
    rivals = _rivals(entries)
    if entries and ctx.catalogue.count(ctx.principal, rivals, most=len(entries) + 1)[0] > len(entries):
        firsts = _find_firsts(ctx, rivals, set(firsts))
    return [name_of(each, firsts.get(key_of(each), each.id)) for each in entries]


def _rivals(entries: Sequence[Entry]) -> Search:
    """All that could have the name of one of these; the entries themselves are among them."""
    collections = {kept for each in entries for kept in kept_collections(shown_collection(each.record.collection))}
    identifiers = {each.record.identifier for each in entries}
    return Search(
        standards=(ITEMS,),
        collections=sorted(collections) if len(collections) <= _LARGEST_CHUNK else (),
        identifiers=sorted(identifiers),
    )


def _find_firsts(ctx: Context, rivals: Search, keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The lowest record id of each key."""
    firsts: dict[tuple[str, str], int] = {}
    for each in ctx.catalogue.stream(ctx.principal, rivals):
        if key_of(each) in keys:
            firsts.setdefault(key_of(each), each.id)
            if len(firsts) == len(keys):
                break
    return firsts


def _load(ctx: Context, entries: Sequence[Entry]) -> list[Item]:
    """Items with their names and documents, in their order."""
    names = name_entries(ctx, entries)
    return [replace(each, name=name) for each, name in zip(_load_documents(ctx, entries), names, strict=True)]


def _load_documents(ctx: Context, entries: Sequence[Entry]) -> list[Item]:
    if not entries:
        return []
    wanted = Search(ids=[each.id for each in entries])
    documents = {entry.id: document for entry, document in ctx.catalogue.stream_documents(ctx.principal, wanted)}
    return [Item(each.record.identifier, each, documents.get(each.id)) for each in entries]


def _described(ctx: Context, ids: Sequence[int]) -> dict[str, FoundCollection]:
    if not ids:
        return {}
    entries = ctx.catalogue.search(ctx.principal, Search(ids=ids), limit=len(ids)).items
    return {each.name: FoundCollection(each.name, each) for each in _load_documents(ctx, entries)}


def _measure(ctx: Context, name: str) -> FoundCollection:
    """A collection that has no document of its own, by some of its items."""
    items = Search(standards=(ITEMS,), collections=kept_collections(name))
    page = ctx.catalogue.search(ctx.principal, items, limit=MOST_MEASURED)
    return FoundCollection(name, None, page.items, complete=page.next is None)


def _first(ctx: Context, collection: str, *, identifiers: Sequence[str] = (), ids: Sequence[int] = ()) -> Entry | None:
    search = Search(standards=(ITEMS,), collections=kept_collections(collection), identifiers=identifiers, ids=ids)
    return next(iter(ctx.catalogue.search(ctx.principal, search, limit=1).items), None)


def _count(ctx: Context, question: Question) -> int | None:
    """How many match in all, told with the first page where it can be told exactly."""
    if question.token is not None:
        return None
    matched, exactly = ctx.catalogue.count(ctx.principal, question.search)
    return matched if exactly else None
