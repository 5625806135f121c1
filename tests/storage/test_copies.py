"""Copies: rows follow what a record names; a file is spare or named, never both, and never neither."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.storage.making import NOW, add_basics
from tests.storage.plans import plans_of
from tests.storage.shelves import PUBLIC, add_source, hide, put
from windrow.errors import Conflict, NotFound
from windrow.model.copies import Copy, CopyState, Role, Stock, Wanted
from windrow.model.records import Record
from windrow.ports.copies import Due
from windrow.storage.copies import SqlCopies, select_copies, select_doomed, select_stock
from windrow.storage.database import Database
from windrow.storage.resources import remove
from windrow.storage.tables import resources

A, B = Wanted("https://a.test/a.csv", Role.DATA, "a.csv", "text/csv"), Wanted("https://a.test/b.tif")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def copies(database: Database) -> SqlCopies:
    add_basics(database)
    add_source(database, PUBLIC, public=True)
    put(database, Record("1", "One"), Record("2", "Two"), Record("3", "Three"))
    return SqlCopies(database)


def plan(copies: SqlCopies, *wanted: Wanted, resource: int = 1, keep: bool = False) -> list[Copy]:
    return copies.plan(resource, wanted, keep=keep, now=NOW)


def bring(copies: SqlCopies, copy: Copy, blob: str, size: int = 10, budget: int | None = None) -> bool:
    copies.announce(blob, now=NOW)
    here = replace(copy, state=CopyState.COPIED, blob=blob, size=size, sha256="0" * 64, copied_at=NOW, checked_at=NOW)
    return copies.keep(here, budget=budget, now=NOW)


def spare(copies: SqlCopies) -> list[str]:
    return sorted(copies.doomed(announced_before=NOW, limit=100))


def test_rows_are_made_once_in_the_order_of_the_record(copies: SqlCopies) -> None:
    first = plan(copies, B, A)

    assert [each.wanted for each in first] == [B, A]
    assert [(each.resource_id, each.source_id, each.state) for each in first] == [(1, PUBLIC, CopyState.WANTED)] * 2
    assert plan(copies, A, B) == first[::-1]


def test_a_row_takes_over_what_its_record_tells_of_it(copies: SqlCopies) -> None:
    (before,) = plan(copies, A)

    (after,) = plan(copies, replace(A, href=f"{A.href}?sig=2", name="other.csv"))

    assert after == replace(before, wanted=Wanted(f"{A.href}?sig=2", Role.DATA, "other.csv", "text/csv"))


def test_two_files_that_differ_by_their_query_stay_two(copies: SqlCopies) -> None:
    one, two = Wanted("https://a.test/get?id=1"), Wanted("https://a.test/get?id=2")
    plan(copies, one, two)

    found = plan(copies, one, two, Wanted("https://a.test/get?id=3"))

    assert len({each.id for each in found}) == 3


def test_what_is_named_no_more_goes_and_its_file_is_spare(copies: SqlCopies) -> None:
    first, second = plan(copies, A, B)
    bring(copies, first, "one")

    assert plan(copies, B) == [second]
    assert spare(copies) == ["one"]
    with pytest.raises(NotFound):
        copies.get(1, first.id)


def test_what_is_to_be_kept_stays_though_it_is_named_no_more(copies: SqlCopies) -> None:
    first, _ = plan(copies, A, B)
    bring(copies, first, "one")

    assert plan(copies, keep=True) == []
    assert [each.id for each in copies.page(1, limit=10).items] == [first.id], "what is not here is not kept"
    assert spare(copies) == []


def test_a_new_file_takes_the_place_of_the_old_one(copies: SqlCopies) -> None:
    (copy,) = plan(copies, A)
    bring(copies, copy, "one")
    bring(copies, copies.get(1, copy.id), "two")

    assert copies.get(1, copy.id).blob == "two"
    assert spare(copies) == ["one"]
    copies.forget(["one"])
    assert spare(copies) == []


def test_a_file_that_nobody_came_to_name_is_spare_after_a_while_and_named_no_more(copies: SqlCopies) -> None:
    (copy,) = plan(copies, A)
    copies.announce("lost", now=NOW)
    assert copies.doomed(announced_before=NOW, limit=10) == []

    assert copies.doomed(announced_before=LATER, limit=10) == ["lost"]
    with pytest.raises(Conflict):
        copies.keep(replace(copy, blob="lost", size=1), budget=None, now=NOW)
    assert copies.get(1, copy.id).blob == ""


def test_what_would_be_too_much_together_is_left(copies: SqlCopies) -> None:
    first, second = plan(copies, A, B)
    assert bring(copies, first, "one", size=60, budget=100)

    assert not bring(copies, second, "two", size=41, budget=100)
    assert bring(copies, copies.get(1, first.id), "three", size=100, budget=100), "its own old size does not count"

    assert copies.get(1, second.id).blob == ""
    assert spare(copies) == ["one", "two"]
    assert copies.stock(PUBLIC) == Stock({CopyState.COPIED: 1, CopyState.WANTED: 1}, 100)


def test_with_its_resource_a_copy_goes(copies: SqlCopies, database: Database) -> None:
    (copy,) = plan(copies, A)
    bring(copies, copy, "one")
    copies.settle(1, looked_at=NOW, settled=True)

    with database.write() as connection:
        blobs = remove(database, connection, [1])

    assert (blobs, spare(copies)) == (["one"], ["one"])
    copies.announce("two", now=NOW)
    with pytest.raises(NotFound):
        copies.keep(replace(copy, blob="two"), budget=None, now=NOW)
    with pytest.raises(NotFound):
        plan(copies, A)
    copies.settle(1, looked_at=NOW, settled=True)
    copies.note(copy)


def due(copies: SqlCopies, **which: object) -> list[int]:
    return copies.due(Due(PUBLIC, **which), limit=10)  # type: ignore[arg-type]  # the fields of Due


def touch(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(resources).where(resources.c.id == 1).values(last_changed=LATER))


def test_due_is_what_was_not_looked_at_since_it_changed(copies: SqlCopies, database: Database) -> None:
    assert due(copies) == [1, 2, 3]
    for number, settled in ((1, True), (2, False), (3, True)):
        copies.settle(number, looked_at=NOW + timedelta(seconds=1), settled=settled)

    assert due(copies) == [2]
    assert due(copies, everything=True) == [1, 2, 3]
    assert due(copies, only=[3, 1, 99]) == [1, 3]
    touch(database)
    assert due(copies) == [1, 2]
    hide(database, 2)
    assert due(copies, everything=True) == [1, 3]


def test_due_comes_in_pieces(copies: SqlCopies) -> None:
    assert copies.due(Due(PUBLIC), after=1, limit=1) == [2]
    assert copies.due(Due(PUBLIC, only=[1, 2, 3]), after=1, limit=5) == [2, 3]


def test_the_copies_of_a_record_are_paged(copies: SqlCopies) -> None:
    found = plan(copies, *(Wanted(f"https://a.test/{number}") for number in range(5)))

    first = copies.page(1, limit=3)
    second = copies.page(1, limit=3, cursor=first.next)

    assert [*first.items, *second.items] == found
    assert (second.next, list(copies.page(2, limit=3).items)) == (None, [])


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (select_copies(1, 0).limit(3), "ix_copies_resource_id_id"),
        (select_stock(PUBLIC), "ix_copies_source_id"),
        (select_doomed().limit(3), "ix_spare_blobs_doomed"),
    ],
)
def test_each_list_has_its_index(copies: SqlCopies, database: Database, query: Any, index: str) -> None:
    (plan,) = plans_of(database, lambda connection: connection.execute(query))

    assert index in plan
