from dataclasses import replace
from datetime import timedelta

import pytest

from tests.storage.making import NOW, OTHER_TENANT, OWNER, TENANT, a_run, add_basics
from tests.storage.plans import plans_of
from windrow.errors import Cancelled, Conflict, LeaseLost, NotFound
from windrow.model.identity import new_id
from windrow.model.items import Item, ItemType
from windrow.storage.database import Database
from windrow.storage.items import SqlItems, list_query
from windrow.storage.runs import SqlRuns


@pytest.fixture
def items(database: Database) -> SqlItems:
    add_basics(database)
    return SqlItems(database)


def item(title: str = "Tides", item_type: ItemType = ItemType.NOTEBOOK, tenant_id: str = TENANT) -> Item:
    return Item(new_id(), title, item_type, f"{title}.ipynb", 12, NOW, NOW, tenant_id, OWNER, "ab" * 32, blob="a/b/c")


def test_what_was_written_is_read(items: SqlItems) -> None:
    written = item()

    items.add(written)

    assert items.get(written.id, tenant_id=TENANT) == written
    assert items.get(written.id, tenant_id=None) == written


def test_another_team_knows_nothing_of_it(items: SqlItems) -> None:
    written = item()
    items.add(written)

    for attempt in (items.get, items.delete):
        with pytest.raises(NotFound):
            attempt(written.id, tenant_id=OTHER_TENANT)


def test_a_run_changes_it_only_while_its_attempt_holds(database: Database, items: SqlItems) -> None:
    runs, written = SqlRuns(database), item()
    items.add(written)
    runs.add([a_run()])
    first = runs.claim("one", queues=["default"], now=NOW, lease=timedelta(seconds=1))
    assert first is not None

    assert items.save(replace(written, blob="new"), held=first) == "a/b/c"

    with pytest.raises(LeaseLost):
        items.save(replace(written, blob="late"), held=replace(first, attempt=0))
    runs.cancel(first.id, tenant_id=TENANT, now=NOW)
    with pytest.raises(Cancelled):
        items.save(replace(written, blob="late"), held=first)
    assert items.get(written.id, tenant_id=TENANT).blob == "new"


def test_a_list_comes_by_pages_newest_first(items: SqlItems) -> None:
    numbers = sorted(new_id() for _ in range(5))
    for place, number in enumerate(numbers):
        items.add(replace(item(str(place)), id=number))
    items.add(item("steps", ItemType.PIPELINE))

    first = items.page(tenant_id=TENANT, item_type=ItemType.NOTEBOOK, limit=3)
    second = items.page(tenant_id=TENANT, item_type=ItemType.NOTEBOOK, limit=3, cursor=first.next)

    assert [each.title for each in (*first.items, *second.items)] == ["4", "3", "2", "1", "0"]
    assert second.next is None
    assert len(items.page(tenant_id=None, limit=50).items) == 6


def test_a_new_content_gives_back_the_old_one(items: SqlItems) -> None:
    written = item()
    items.add(written)
    later = replace(written, blob="d/e/f", size=13, changed_at=NOW + timedelta(1))

    assert items.save(later, seen=NOW) == "a/b/c"
    assert items.get(written.id, tenant_id=None) == later
    with pytest.raises(Conflict):
        items.save(later, seen=NOW)
    assert items.delete(written.id, tenant_id=TENANT) == "d/e/f"
    with pytest.raises(NotFound):
        items.save(later)


@pytest.mark.parametrize(
    ("tenant", "item_type", "index"),
    [
        (TENANT, None, "ix_items_tenant_id_id"),
        (TENANT, ItemType.REPORT, "ix_items_tenant_id_type_id"),
        (None, ItemType.REPORT, "ix_items_type_id"),
    ],
)
def test_lists_are_read_from_their_indexes(
    items: SqlItems, database: Database, tenant: str | None, item_type: ItemType | None, index: str
) -> None:
    (plan,) = plans_of(
        database, lambda connection: connection.execute(list_query(tenant, item_type, new_id()).limit(10))
    )

    # PostgreSQL may choose between two that are as good while the table is empty.
    assert index in plan or (not database.is_sqlite and "Index Scan Backward using ix_items" in plan)
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
