"""Items: the list of files that tasks work with. What is in the files lies in the blob store."""

from datetime import datetime
from typing import Protocol

from windrow.model.items import Item, ItemType
from windrow.model.paging import PageOf
from windrow.model.runs import Run


class Items(Protocol):
    """What was uploaded. Files of the folders are not listed here: see core/items.py."""

    def add(self, item: Item) -> None:
        """Writes a new item."""
        ...

    def get(self, item_id: str, *, tenant_id: str | None) -> Item:
        """One item of a tenant, or (None) of any. Raises `NotFound`."""
        ...

    def page(
        self, *, tenant_id: str | None, item_type: ItemType | None = None, limit: int, cursor: str | None = None
    ) -> PageOf[Item]:
        """Items, newest first."""
        ...

    def save(self, item: Item, *, seen: datetime | None = None, held: Run | None = None) -> str:
        """Writes an item's title, name and content; returns the blob of the content before.

        Raises `NotFound`, `Conflict` when `seen` is not when it was last changed, and `LeaseLost` or `Cancelled` when
        `held` is given and is not that run's current attempt any more.
        """
        ...

    def delete(self, item_id: str, *, tenant_id: str | None) -> str:
        """Removes an item; returns its blob. Raises `NotFound`."""
        ...
