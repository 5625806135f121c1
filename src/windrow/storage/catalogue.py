"""The catalogue: records found by words, place, time and what they are, for those who may see them.

A search is put in two steps: the ids of one page in their order, then those records whole. So whatever has to be
sorted is small.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Row, Select, func, or_, select

from windrow.errors import BadInput, NotFound
from windrow.model.paging import PageOf, check_limit
from windrow.model.sources import Visibility
from windrow.ports.catalogue import Collection, Document, Entry, Facet, Reader, Search, Shelf, Sort
from windrow.storage import search_plans_postgresql, search_plans_sqlite
from windrow.storage.batches import batches
from windrow.storage.collections import list_collections
from windrow.storage.connections import UNHURRIED
from windrow.storage.database import Database
from windrow.storage.listing import number_of, to_page
from windrow.storage.record_rows import decode
from windrow.storage.records import read_documents
from windrow.storage.search_conditions import Condition, Plan, is_hopeless, is_id
from windrow.storage.search_orders import decode_place, encode_place, stretches_of
from windrow.storage.tables import records, resources, sources

Item = TypeVar("Item")
Loader: TypeAlias = Callable[[Connection, Sequence[int]], list[Item]]

MOST_FACETS = 100
"""Values of one facet that are told; a catalogue may have as many collections as records."""


class SqlCatalogue:
    """The port `Catalogue` on either database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._plan = search_plans_sqlite.plan if database.is_sqlite else search_plans_postgresql.plan

    def search(self, reader: Reader, search: Search, *, limit: int, cursor: str | None = None) -> PageOf[Entry]:
        """One page of what matches."""
        check_limit(limit)
        with self._database.read() as connection:
            found = self._page(connection, reader, search, limit=limit, cursor=cursor)
            entries = self._load(connection, [number for _, number in found[:limit]])
        if len(found) <= limit:
            return PageOf(entries)
        key, number = found[limit - 1]
        return PageOf(entries, encode_place(search.sort, key, number))

    def count(self, reader: Reader, search: Search, *, most: int = 100_000) -> tuple[int, bool]:
        """How many match, up to `most`."""
        with self._database.read() as connection:
            plan = self._plan_for(connection, reader, search, in_order=False)
            if plan is None:
                return 0, True
            found = plan.select("1", tail=f"LIMIT {most + 1}")
            sql = f"SELECT count(*) FROM ({found.sql}) AS matching"  # noqa: S608 - our own words only
            counted = int(self._database.run(connection, sql, found.values).scalar_one())
        return min(counted, most), counted <= most

    def get(self, reader: Reader, record_id: int) -> Entry:
        """One record."""
        with self._database.read() as connection:
            return self._get(connection, reader, record_id)

    def document(self, reader: Reader, record_id: int) -> Document:
        """Its raw document."""
        with self._database.read() as connection:
            self._get(connection, reader, record_id)
            found = read_documents(self._database, connection, [record_id])
        if not found:
            raise NotFound("record", record_id)
        _, media_type, content = found[0]
        return Document(media_type, content)

    def facets(self, reader: Reader, search: Search) -> dict[str, list[Facet]]:
        """The values among what matches, most frequent first, at most a hundred of each."""
        with self._database.read() as connection:
            plan = self._plan_for(connection, reader, search, in_order=False)
            if plan is None:
                return {"type": [], "source": [], "standard": [], "collection": []}
            kinds = self._count_kinds(connection, plan)
            return {
                **{name: _facets(kinds, place) for place, name in enumerate(("source", "standard", "type"))},
                "collection": self._count_collections(connection, plan),
            }

    def stream(self, reader: Reader, search: Search, *, batch: int = 1000) -> Iterator[Entry]:
        """All that matches, by id."""
        for entries in self._stream(reader, search, batch, self._load):
            yield from entries

    def stream_documents(self, reader: Reader, search: Search, *, batch: int = 500) -> Iterator[tuple[Entry, Document]]:
        """All that matches with their raw documents, by id; what has no document is left out."""
        for pairs in self._stream(reader, search, batch, self._load_documents):
            yield from pairs

    def shelves(self, reader: Reader, *, limit: int, cursor: str | None = None) -> PageOf[Shelf]:
        """The sources whose records this reader may see."""
        after = number_of(cursor) if cursor is not None else -1
        query = _seen_by(_SHELVES.where(sources.c.id > after), reader).limit(check_limit(limit) + 1)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return to_page(rows, [_shelf(row) for row in rows], limit)

    def shelf(self, reader: Reader, source_id: int) -> Shelf:
        """One of them."""
        row = None
        if is_id(source_id):
            with self._database.read() as connection:
                row = connection.execute(_seen_by(_SHELVES.where(sources.c.id == source_id), reader)).one_or_none()
        if row is None:
            raise NotFound("source", source_id)
        return _shelf(row)

    def collections(self, reader: Reader) -> list[Collection]:
        """The collections of STAC items that this reader may see."""
        with self._database.read() as connection:
            visible = connection.scalars(_seen_by(_SOURCES, reader)).all()
            return list_collections(self._database, connection, visible)

    def _get(self, connection: Connection, reader: Reader, record_id: int) -> Entry:
        row = None
        if is_id(record_id):
            row = connection.execute(_seen_by(_ENTRIES.where(records.c.id == record_id), reader)).one_or_none()
        if row is None:
            raise NotFound("record", record_id)
        return _entry(row)

    def _page(
        self, connection: Connection, reader: Reader, search: Search, *, limit: int, cursor: str | None
    ) -> list[tuple[Any, int]]:
        """The keys and ids of a page and of the one record behind it."""
        if search.sort is Sort.RELEVANCE and not (search.words.strip() or search.phrases):
            raise BadInput.of("sort", "relevance needs words to search for; choose another order")
        place = decode_place(self._database, search.sort, cursor)
        plan = self._plan_for(connection, reader, search)
        found: list[tuple[Any, int]] = []
        if plan is None:
            return found
        for number, stretch in enumerate(stretches_of(search.sort, plan)):
            if number >= place.stretch and len(found) <= limit:
                after = place.after if number == place.stretch else None
                sql, values = stretch.select(plan, after, limit + 1 - len(found))
                found.extend((row.sort_key, row.id) for row in self._database.run(connection, sql, values))
        return found

    def _plan_for(
        self, connection: Connection, reader: Reader, search: Search, *, in_order: bool = True
    ) -> Plan | None:
        """How to find what this reader may see of what matches; None when that is nothing."""
        visible = _sources_of(connection, reader, search.sources)
        if is_hopeless(search, visible):
            return None
        return self._plan(self._database, connection, search, visible, in_order=in_order)

    def _load(self, connection: Connection, ids: Sequence[int]) -> list[Entry]:
        """Whole records, in the order of their ids here."""
        found = {
            row.id: _entry(row)
            for some in batches(ids)
            for row in connection.execute(_ENTRIES.where(records.c.id.in_(some)))
        }
        return [found[number] for number in ids if number in found]

    def _load_documents(self, connection: Connection, ids: Sequence[int]) -> list[tuple[Entry, Document]]:
        documents = {
            number: Document(media_type, content)
            for number, media_type, content in read_documents(self._database, connection, ids)
        }
        return [(each, documents[each.id]) for each in self._load(connection, ids) if each.id in documents]

    def _count_kinds(self, connection: Connection, plan: Plan) -> list[tuple[tuple[str, str, str], int]]:
        """How many there are of each source, standard and type: few, so that they are added up here."""
        columns = "r.source_id, r.standard, r.type"
        found = plan.select(f"{columns}, count(*) AS many", tail=f"GROUP BY {columns}")
        rows = self._database.run(connection, found.sql, found.values)
        return [((str(row.source_id), row.standard, row.type), row.many) for row in rows]

    def _count_collections(self, connection: Connection, plan: Plan) -> list[Facet]:
        found = plan.select(
            "r.collection, count(*) AS many",
            Condition("r.collection <> ''"),
            tail=f"GROUP BY r.collection ORDER BY many DESC, r.collection LIMIT {MOST_FACETS}",
        )
        rows = self._database.run(connection, found.sql, found.values)
        return [Facet(row.collection, row.many) for row in rows]

    def _stream(self, reader: Reader, search: Search, batch: int, load: Loader[Item]) -> Iterator[list[Item]]:
        search = replace(search, sort=Sort.ID)
        if self._database.is_sqlite:
            return self._stream_pages(reader, search, batch, load)
        return self._stream_statement(reader, search, batch, load)

    def _stream_pages(self, reader: Reader, search: Search, batch: int, load: Loader[Item]) -> Iterator[list[Item]]:
        # Every plan gives a page by id without sorting, or sorts few: so pages are cheap, and while somebody downloads
        # slowly nothing keeps SQLite's log from being moved into the file.
        cursor: str | None = None
        while True:
            with self._database.read() as connection:
                found = self._page(connection, reader, search, limit=batch, cursor=cursor)
                items = load(connection, [number for _, number in found[:batch]])
            yield items
            if len(found) <= batch:
                return
            cursor = encode_place(search.sort, None, found[batch - 1][1])

    def _stream_statement(self, reader: Reader, search: Search, batch: int, load: Loader[Item]) -> Iterator[list[Item]]:
        # PostgreSQL may sort all that matches for each page; once is enough, and the rows stay on the server.
        with self._database.read() as connection, self._database.read() as other:
            plan = self._plan_for(connection, reader, search)
            if plan is None:
                return
            for each in (connection, other):
                each.exec_driver_sql(UNHURRIED)
            streaming = connection.execution_options(stream_results=True, max_row_buffer=batch)
            sql, values = plan.select("r.id", tail="ORDER BY r.id")
            for rows in self._database.run(streaming, sql, values).partitions(batch):
                yield load(other, [row[0] for row in rows])


_ENTRIES = (
    select(
        records,
        resources.c.last_changed,
        sources.c.name.label("source_name"),
        sources.c.visibility,
    )
    .join(resources, resources.c.id == records.c.id)
    .join(sources, sources.c.id == records.c.source_id)
    .where(~records.c.hidden, ~sources.c.deleting)
)


def _facets(kinds: Sequence[tuple[tuple[str, str, str], int]], place: int) -> list[Facet]:
    counts: Counter[str] = Counter()
    for values, many in kinds:
        counts[values[place]] += many
    most_first = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [Facet(value, many) for value, many in most_first if value][:MOST_FACETS]


_SOURCES = select(sources.c.id).where(~sources.c.deleting)

_SHELVES = (
    select(sources.c.id, sources.c.name, sources.c.visibility, sources.c.resources)
    .where(~sources.c.deleting)
    .order_by(sources.c.id)
)


def _seen_by(query: Select[Any], reader: Reader) -> Select[Any]:
    if reader.everything:
        return query
    return query.where(
        or_(sources.c.visibility == Visibility.PUBLIC.value, sources.c.tenant_id == (reader.tenant_id or ""))
    )


def _sources_of(connection: Connection, reader: Reader, wanted: Sequence[int]) -> list[int] | None:
    """The sources that this reader sees, of those that are wanted; None when these are all there are."""
    seen = connection.scalars(_seen_by(_SOURCES, reader)).all()
    if wanted:
        return sorted(set(wanted) & set(seen))
    return None if len(seen) == connection.scalar(select(func.count()).select_from(sources)) else list(seen)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        source_id=row.source_id,
        source_name=row.source_name,
        record=decode(row),
        stored_at=row.last_changed,
        public=row.visibility == Visibility.PUBLIC.value,
    )


def _shelf(row: Row[Any]) -> Shelf:
    return Shelf(row.id, row.name, row.visibility == Visibility.PUBLIC.value, row.resources)
