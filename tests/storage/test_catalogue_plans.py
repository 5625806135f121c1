"""How the databases answer searches: by their search structures and indexes, and without sorting what a list walks."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from tests.storage.making import add_basics
from tests.storage.shelves import PRIVATE, PUBLIC, add_source, at, put
from windrow.model.records import Record
from windrow.ports.catalogue import Reader, Search, Sort
from windrow.storage import search_plans_sqlite
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.database import Database

ADMIN = Reader(everything=True)
NOBODY = Reader()
BOX = (9.0, 44.0, 12.0, 47.0)


@pytest.fixture
def catalogue(database: Database) -> SqlCatalogue:
    add_basics(database)
    add_source(database, PUBLIC, public=True)
    add_source(database, PRIVATE)
    put(database, *(Record(str(number), f"Lake {number}", bbox=(10.0, 45.0, 11.0, 46.0)) for number in range(20)))
    return SqlCatalogue(database)


def plan_of(database: Database, ask: Callable[[], object], without: Sequence[str] = ()) -> str:
    """The plans of the queries over records that `ask` sends; PostgreSQL's `without` some ways of going about it.

    It knows that the tables here are small, and would read them whole.
    """
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "records r" in statement or "record_" in statement:
            sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    ask()
    event.remove(database.engine, "before_cursor_execute", note)
    with database.read() as connection:
        if not database.is_sqlite:
            for way in ("seqscan", *without):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        rows = [row for sql, values in sent for row in connection.exec_driver_sql(explain + sql, values)]
    return "\n".join(str(row[-1]) for row in rows)


SORTED = ("USE TEMP B-TREE", "Sort")


@pytest.mark.parametrize(
    ("reader", "search", "sqlite", "postgresql"),
    [
        (ADMIN, Search(), "", "pk_records"),
        (ADMIN, Search(sort=Sort.ID_DOWN), "", "pk_records"),
        (ADMIN, Search(sort=Sort.NEWEST), "COVERING INDEX ix_records_modified", "ix_records_modified"),
        (ADMIN, Search(sort=Sort.OLDEST), "COVERING INDEX ix_records_modified", "ix_records_modified"),
        (ADMIN, Search(sort=Sort.TITLE), "COVERING INDEX ix_records_title", "ix_records_title"),
        (ADMIN, Search(sort=Sort.TITLE_DOWN), "COVERING INDEX ix_records_title", "ix_records_title"),
        (ADMIN, Search(sources=(PUBLIC,)), "ix_records_source_id_id", ""),
        (ADMIN, Search(sources=(PUBLIC, PRIVATE)), "SCAN w VIRTUAL TABLE", ""),
        (ADMIN, Search(words="lake "), "SCAN w VIRTUAL TABLE", ""),
        (ADMIN, Search(words="lake ", sort=Sort.ID_DOWN), "SCAN w VIRTUAL TABLE", ""),
        (ADMIN, Search(keywords=("water",)), "SCAN w VIRTUAL TABLE", ""),
    ],
)
def test_lists_walk_an_index_and_sort_nothing(
    database: Database, catalogue: SqlCatalogue, reader: Reader, search: Search, sqlite: str, postgresql: str
) -> None:
    cursor = catalogue.search(reader, search, limit=5).next

    for after in (None, cursor):
        ask = partial(catalogue.search, reader, search, limit=5, cursor=after)
        plan = plan_of(database, ask, ("sort", "bitmapscan"))
        assert (sqlite if database.is_sqlite else postgresql) in plan
        assert not database.is_sqlite or not any(word in plan for word in SORTED)


@pytest.mark.parametrize(
    ("search", "sqlite", "postgresql"),
    [
        (Search(words="lake ", sort=Sort.NEWEST), "SCAN w VIRTUAL TABLE", "ix_record_words_words"),
        (Search(words="lake ", sort=Sort.RELEVANCE), "SCAN record_words VIRTUAL TABLE", "ix_record_words_words"),
        (Search(words='"lake 1"', bbox=BOX), "SCAN record_boxes VIRTUAL TABLE", "ix_record_words_words"),
        (Search(keywords=("water",)), "SCAN w VIRTUAL TABLE", "ix_record_words_terms"),
        (Search(identifiers=("3",)), "SCAN w VIRTUAL TABLE", ""),
        (Search(bbox=BOX), "SCAN record_boxes VIRTUAL TABLE", "ix_record_boxes_box"),
        (Search(bbox=BOX, sort=Sort.NEWEST), "SCAN record_boxes VIRTUAL TABLE", "ix_record_boxes_box"),
        (Search(start=at(2020), end=at(2021)), "SCAN record_boxes VIRTUAL TABLE", "ix_record_boxes_period"),
        (Search(ids=(1, 2)), "SEARCH r USING INTEGER PRIMARY KEY", "pk_records"),
        (Search(modified_after=at(2020)), "ix_records_modified (modified>?)", ""),
        (Search(sources=(PUBLIC,), sort=Sort.NEWEST), "ix_records_source_id_id (source_id=?)", ""),
    ],
)
def test_searches_are_led_by_what_narrows_them(
    database: Database, catalogue: SqlCatalogue, search: Search, sqlite: str, postgresql: str
) -> None:
    plan = plan_of(database, lambda: catalogue.search(ADMIN, search, limit=5), ("indexscan", "indexonlyscan"))

    assert (sqlite if database.is_sqlite else postgresql) in plan
    assert "SCAN r\n" not in plan + "\n"


@pytest.mark.parametrize("reader", [ADMIN, NOBODY])
def test_counts_and_facets_read_an_index_only(database: Database, catalogue: SqlCatalogue, reader: Reader) -> None:
    facets = plan_of(database, partial(catalogue.facets, reader, Search()))
    count = plan_of(database, partial(catalogue.count, reader, Search()))

    if database.is_sqlite:
        assert "COVERING INDEX ix_records_facets" in facets
        assert "COVERING INDEX ix_records" in count
    else:
        assert "ix_records" in facets


def test_collections_are_found_by_leaps(database: Database, catalogue: SqlCatalogue) -> None:
    plan = plan_of(database, partial(catalogue.collections, ADMIN))

    assert "ix_records_facets" in plan
    assert "SCAN r\n" not in plan


def test_a_wide_box_is_found_along_the_list(
    database: Database, catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the R*Tree proposes too many, the order of the list leads; the answer is the same."""
    narrow = catalogue.search(ADMIN, Search(bbox=BOX, sort=Sort.TITLE), limit=50).items
    monkeypatch.setattr(search_plans_sqlite, "MOST_PROPOSED", 3)

    wide = Search(bbox=BOX, sort=Sort.TITLE)

    assert catalogue.search(ADMIN, wide, limit=50).items == narrow
    if database.is_sqlite:
        assert "ix_records_title" in plan_of(database, lambda: catalogue.search(ADMIN, wide, limit=5))


@pytest.mark.parametrize("search", [Search(modified_after=at(2020)), Search(sources=(PUBLIC,), sort=Sort.NEWEST)])
def test_large_choices_are_found_along_the_list(
    database: Database, catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch, search: Search
) -> None:
    put(database, *(Record(str(number), "New", modified=at(2021)) for number in range(5)))
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE sources SET resources = 25")
    few = catalogue.search(ADMIN, search, limit=50).items
    monkeypatch.setattr(search_plans_sqlite, "MOST_PROPOSED", 3)

    assert catalogue.search(ADMIN, search, limit=50).items == few
    assert len(few) >= 5
