"""Paging the catalogue: page after page is the whole list, sorted, whatever the order and however many ties."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.storage.making import add_basics
from tests.storage.shelves import PRIVATE, PUBLIC, add_source, at, put
from windrow.model.records import Record
from windrow.ports.catalogue import Entry, Reader, Search, Sort
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.database import Database
from windrow.storage.record_rows import title_key
from windrow.storage.records import remove_records

ADMIN = Reader(everything=True)

few_records = st.builds(
    Record,
    identifier=st.just("x"),
    title=st.sampled_from(["alpha", "Alpha", "beta", "Älpha", "gamma delta", ""]),
    abstract=st.sampled_from(["water", "water water", "land", ""]),
    modified=st.none() | st.integers(0, 3).map(lambda days: at(2020) + timedelta(days=days, microseconds=days)),
    bbox=st.none() | st.just((1.0, 1.0, 2.0, 2.0)),
)


@pytest.fixture
def shelf(database: Database) -> Database:
    add_basics(database)
    add_source(database, PUBLIC, public=True)
    add_source(database, PRIVATE)
    return database


def pages_of(catalogue: SqlCatalogue, search: Search, limit: int) -> list[list[Entry]]:
    pages: list[list[Entry]] = []
    cursor = None
    while not pages or cursor is not None:
        page = catalogue.search(ADMIN, search, limit=limit, cursor=cursor)
        pages.append(list(page.items))
        cursor = page.next
    return pages


def in_order(entries: Sequence[Entry], sort: Sort) -> list[Entry]:
    """The entries as the order has them: ties by id in the same direction, undated ones last."""
    down = sort.value.startswith("-")
    match sort:
        case Sort.TITLE | Sort.TITLE_DOWN:
            return sorted(entries, key=lambda each: (title_key(each.record.title), each.id), reverse=down)
        case Sort.NEWEST | Sort.OLDEST:
            dated = [each for each in entries if each.record.modified]
            undated = [each for each in entries if not each.record.modified]
            by_date = sorted(dated, key=lambda each: (each.record.modified, each.id), reverse=down)
            return by_date + sorted(undated, key=lambda each: each.id, reverse=down)
        case _:
            return sorted(entries, key=lambda each: each.id, reverse=down)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(
    st.lists(few_records, max_size=12),
    st.lists(few_records, max_size=3),
    st.integers(1, 5),
    st.sampled_from([Search(), Search(words="water "), Search(bbox=(0.0, 0.0, 3.0, 3.0)), Search(sources=(PUBLIC,))]),
)
def test_pages_put_together_are_the_whole_list_sorted(
    shelf: Database, here: list[Record], there: list[Record], limit: int, search: Search
) -> None:
    catalogue = SqlCatalogue(shelf)
    ids = [*put(shelf, *here), *put(shelf, *there, source=PRIVATE)]

    for sort in Sort:
        if sort is Sort.RELEVANCE and not search.words:
            continue
        wanted = Search(words=search.words, bbox=search.bbox, sources=search.sources, sort=sort)
        pages = pages_of(catalogue, wanted, limit)
        flat = [each for page in pages for each in page]

        assert all(len(page) == limit for page in pages[:-1])
        assert flat == list(catalogue.search(ADMIN, wanted, limit=1000).items)
        assert len(flat) == catalogue.count(ADMIN, search)[0]
        assert {each.id for each in flat} == {each.id for each in catalogue.stream(ADMIN, wanted, batch=limit)}
        if sort is not Sort.RELEVANCE:
            assert flat == in_order(flat, sort)
    with shelf.write() as connection:
        remove_records(shelf, connection, ids)
