"""Items: the port `Items` on either database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from windrow.errors import Conflict, NotFound
from windrow.model.items import Item, ItemType
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Run
from windrow.storage.database import Database
from windrow.storage.listing import to_page, word_of
from windrow.storage.moves import need_held
from windrow.storage.tables import items


class SqlItems:
    """The list of what was uploaded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, item: Item) -> None:
        """Writes a new item."""
        fixed = {
            "id": item.id,
            "tenant_id": item.tenant_id,
            "owner_id": item.owner_id,
            "type": item.type.value,
            "created_at": item.created_at,
        }
        with self._database.write() as connection:
            connection.execute(insert(items).values(**fixed, **_changeable(item)))

    def get(self, item_id: str, *, tenant_id: str | None) -> Item:
        """One item."""
        with self._database.read() as connection:
            row = connection.execute(_one(item_id, tenant_id)).one_or_none()
        if row is None:
            raise NotFound("item", item_id)
        return _to_item(row)

    def page(
        self, *, tenant_id: str | None, item_type: ItemType | None = None, limit: int, cursor: str | None = None
    ) -> PageOf[Item]:
        """Newest first."""
        query = list_query(tenant_id, item_type, None if cursor is None else word_of(cursor))
        with self._database.read() as connection:
            rows = connection.execute(query.limit(check_limit(limit) + 1)).all()
        return to_page(rows, [_to_item(row) for row in rows], limit)

    def save(self, item: Item, *, seen: datetime | None = None, held: Run | None = None) -> str:
        """Writes what people and runs may change."""
        with self._database.write() as connection:
            if held is not None:
                need_held(connection, held.id, held.attempt)
            row = connection.execute(_one(item.id, item.tenant_id).with_for_update()).one_or_none()
            if row is None:
                raise NotFound("item", item.id)
            if seen is not None and row.changed_at != seen:
                raise Conflict("Somebody else changed this item meanwhile: look at it again.")
            connection.execute(update(items).where(items.c.id == item.id).values(_changeable(item)))
            return str(row.blob)

    def delete(self, item_id: str, *, tenant_id: str | None) -> str:
        """Removes an item."""
        removal = delete(items).where(items.c.id == item_id).returning(items.c.blob)
        if tenant_id is not None:
            removal = removal.where(items.c.tenant_id == tenant_id)
        with self._database.write() as connection:
            blob = connection.scalar(removal)
        if blob is None:
            raise NotFound("item", item_id)
        return str(blob)


def list_query(tenant_id: str | None, item_type: ItemType | None, before: str | None) -> Select[Any]:
    """What was brought before the item of that identifier, newest first."""
    query = select(items).order_by(items.c.id.desc())
    if tenant_id is not None:
        query = query.where(items.c.tenant_id == tenant_id)
    if item_type is not None:
        query = query.where(items.c.type == item_type.value)
    return query if before is None else query.where(items.c.id < before)


def _one(item_id: str, tenant_id: str | None) -> Select[Any]:
    query = select(items).where(items.c.id == item_id)
    return query if tenant_id is None else query.where(items.c.tenant_id == tenant_id)


def _changeable(item: Item) -> dict[str, Any]:
    return {
        "title": item.title,
        "name": item.name,
        "size": item.size,
        "sha256": item.sha256,
        "blob": item.blob,
        "changed_at": item.changed_at,
    }


def _to_item(row: Row[Any]) -> Item:
    values = dict(row._mapping)
    return Item(**values | {"type": ItemType(row.type)})
