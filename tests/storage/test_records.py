"""Records in bulk: nothing is lost on the way into a row and back, and what is taken away is found no more."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.storage.making import add_basics
from tests.storage.record_strategies import any_texts
from tests.storage.record_strategies import records as any_record
from tests.storage.shelves import PUBLIC, add_source, at, put
from windrow.model.records import Contact, Link, Record
from windrow.ports.catalogue import Reader, Search
from windrow.storage.catalogue import SqlCatalogue
from windrow.storage.database import Database
from windrow.storage.encoding import compress, expand
from windrow.storage.record_rows import decode, sound
from windrow.storage.records import (
    insert_records,
    read_documents,
    read_records,
    remove_records,
    replace_records,
    write_documents,
)
from windrow.storage.search_rebuilding import rebuild_search
from windrow.storage.search_schema import create_search, drop_search
from windrow.storage.tables import records, resources

ADMIN = Reader(everything=True)
EMPTY = Record("", "")


@pytest.fixture
def shelf(database: Database) -> Database:
    add_basics(database)
    add_source(database, PUBLIC, public=True)
    return database


def stored(database: Database) -> dict[int, Record]:
    with database.read() as connection:
        ids = connection.scalars(select(records.c.id)).all()
        return {number: record for number, _, record in read_records(connection, ids)}


def test_what_only_looks_like_a_nul_is_kept() -> None:
    record = Record("r", "A title", abstract="\\u0000 \\\\u0000", language="\\u0000")

    assert sound(record)[0] == record
    assert sound(replace(record, licence="\\\0"))[0].licence == "\\\ufffd"


@given(any_record())
def test_a_record_comes_back_from_its_row_as_it_was(record: Record) -> None:
    kept, row, body = sound(record)

    again = decode(SimpleNamespace(**row._asdict() | {"body": orjson.loads(body)}))

    assert kept == record
    assert again == record


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(any_record(any_texts), max_size=5))
def test_records_come_back_from_the_database_as_they_were(shelf: Database, found: list[Record]) -> None:
    ids = put(shelf, *found)

    assert stored(shelf) == dict(zip(ids, [sound(each)[0] for each in found], strict=True))
    with shelf.write() as connection:
        remove_records(shelf, connection, ids)


@pytest.mark.parametrize(
    "record",
    [
        replace(EMPTY, title="nul \0 and half a pair \ud800", keywords=("k\0",), contacts=(Contact("\ud800"),)),
        replace(EMPTY, links=(Link("https://example.org/\0"),), geometry={"type": "Point\0", "coordinates": [1, 2]}),
        replace(EMPTY, bbox=(float("nan"), 0.0, 1.0, 1.0)),
        replace(EMPTY, bbox=(0.0, 10.0, 1.0, 1.0)),
        replace(EMPTY, time_start=at(2020), time_end=at(2010)),
        replace(EMPTY, time_start=at(1), time_end=at(9999, 12, 31)),
        replace(EMPTY, identifier="𝄞" * 3000, collection="𝄞" * 3000, type="𝄞" * 300, standard="𝄞" * 300),
        replace(EMPTY, title="x" * 5000, abstract="word " * 100_000, keywords=("y" * 3000,)),
        replace(EMPTY, abstract=" ".join(f"w{number}" for number in range(60_000))),
    ],
)
def test_one_odd_record_does_not_stop_its_page(shelf: Database, record: Record) -> None:
    plain = Record("2", "Lakes")

    first, second = put(shelf, record, plain)

    assert stored(shelf)[second] == plain
    assert stored(shelf)[first] == sound(record)[0]
    with shelf.write() as connection:
        remove_records(shelf, connection, [first, second])
    assert remains(shelf) == []


def test_what_cannot_be_kept_is_marked(shelf: Database) -> None:
    put(shelf, Record("1", "a\0b", abstract="c\ud800d", bbox=(0.0, 0.0, float("inf"), 1.0)))

    assert list(stored(shelf).values()) == [Record("1", "a\ufffdb", abstract="c?d")]


def test_a_replaced_record_is_found_by_what_it_is_now(shelf: Database) -> None:
    old = Record("1", "Lakes", keywords=("water",), bbox=(1.0, 1.0, 2.0, 2.0), time_start=at(2020), time_end=at(2021))
    new = Record("1", "Roads", keywords=("traffic",), bbox=(170.0, 1.0, -170.0, 2.0), modified=at(2022))
    (number,) = put(shelf, old)
    catalogue = SqlCatalogue(shelf)

    with shelf.write() as connection:
        replace_records(shelf, connection, [(number, PUBLIC, new)])

    def finds(search: Search) -> bool:
        return len(catalogue.search(ADMIN, search, limit=10).items) == 1

    assert catalogue.get(ADMIN, number).record == new
    assert not any(
        map(
            finds,
            [
                Search(words="lakes"),
                Search(keywords=("water",)),
                Search(bbox=(0.0, 0.0, 3.0, 3.0)),
                Search(start=at(2019)),
            ],
        )
    )
    assert all(
        map(
            finds,
            [
                Search(words="roads"),
                Search(keywords=("traffic",)),
                Search(bbox=(-175.0, 0.0, -172.0, 3.0)),
                Search(bbox=(172.0, 0.0, 175.0, 3.0)),
                Search(modified_after=at(2021)),
            ],
        )
    )


def test_replacing_writes_new_records_too_and_keeps_hidden_ones_hidden(shelf: Database) -> None:
    first, second = put(shelf, Record("1", "Lakes"), Record("2", "Roads"))
    with shelf.write() as connection:
        remove_records(shelf, connection, [second])
        connection.execute(records.update().values(hidden=True))

        replace_records(
            shelf, connection, [(first, PUBLIC, Record("1", "Ponds")), (second, PUBLIC, Record("2", "Ways"))]
        )

    assert [each.record.title for each in SqlCatalogue(shelf).search(ADMIN, Search(), limit=9).items] == ["Ways"]
    assert stored(shelf)[first].title == "Ponds"


steps = st.lists(
    st.tuples(st.sampled_from(["insert", "replace", "remove"]), st.integers(1, 5), any_record(any_texts)), max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(steps)
def test_nothing_remains_of_removed_records(shelf: Database, steps: list[tuple[str, int, Record]]) -> None:
    with shelf.write() as connection:
        held = set(connection.scalars(select(resources.c.id)))
    if not held:
        put(shelf, *(EMPTY for _ in range(5)))
        with shelf.write() as connection:
            remove_records(shelf, connection, range(1, 6))
    kept: dict[int, Record] = {}

    with shelf.write() as connection:
        for step, number, record in steps:
            if step == "remove":
                remove_records(shelf, connection, [number])
                kept.pop(number, None)
            elif number in kept:
                replace_records(shelf, connection, [(number, PUBLIC, record)])
                kept[number] = sound(record)[0]
            else:
                insert_records(shelf, connection, [(number, PUBLIC, record)])
                kept[number] = sound(record)[0]

    assert stored(shelf) == kept
    check_words(shelf)
    with shelf.write() as connection:
        remove_records(shelf, connection, list(kept))
    assert remains(shelf) == []


def test_search_structures_can_be_made_anew(shelf: Database) -> None:
    ids = put(shelf, *(Record(str(number), f"Lake {number}", bbox=(1.0, 1.0, 2.0, 2.0)) for number in range(5)))
    with shelf.write() as connection:
        drop_search(connection)
        create_search(connection)
    catalogue = SqlCatalogue(shelf)
    lost = catalogue.count(ADMIN, Search(words="lake "))

    with shelf.write() as connection:
        done = rebuild_search(shelf, connection)

    assert (lost, done) == ((0, True), 5)
    assert catalogue.count(ADMIN, Search(words="lake ", bbox=(0.0, 0.0, 3.0, 3.0))) == (5, True)
    with shelf.write() as connection:
        remove_records(shelf, connection, ids)
    assert remains(shelf) == []


def check_words(database: Database) -> None:
    """SQLite's own check of its word index against itself."""
    if database.is_sqlite:
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO record_words (record_words) VALUES ('integrity-check')")


def remains(database: Database) -> list[Any]:
    """What the search structures still hold."""
    with database.write() as connection:
        if not database.is_sqlite:
            words = connection.exec_driver_sql("SELECT id FROM record_words").all()
            return [*words, *connection.exec_driver_sql("SELECT id FROM record_boxes")]
        connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, record_words, 'row')")
        held = connection.exec_driver_sql("SELECT term FROM held").all()
        connection.exec_driver_sql("DROP TABLE temp.held")
        return [*held, *connection.exec_driver_sql("SELECT id FROM record_boxes")]


def test_documents_come_back_as_they_came_and_only_the_last(shelf: Database) -> None:
    first, second, third = put(shelf, EMPTY, EMPTY, EMPTY)
    with shelf.write() as connection:
        write_documents(shelf, connection, [(first, "application/xml", b"<a/>"), (second, "application/json", b"")])
        write_documents(shelf, connection, [(first, "application/xml", b"<b/>" * 1000)])

        found = read_documents(shelf, connection, [third, second, first])

    assert found == [(first, "application/xml", b"<b/>" * 1000), (second, "application/json", b"")]


@given(st.binary())
def test_compressing_loses_nothing(raw: bytes) -> None:
    assert expand(compress(raw)) == raw


def test_deleting_resources_takes_records_and_documents_along(shelf: Database) -> None:
    (number,) = put(shelf, Record("1", "Lakes"), documents=[b"<lakes/>"])

    with shelf.write() as connection:
        remove_records(shelf, connection, [number])
        connection.execute(delete(resources))

        assert read_documents(shelf, connection, [number]) == []
    assert stored(shelf) == {}
    assert remains(shelf) == []
