"""What people and runs do with items: bring, look, read, change, delete."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from windrow.core.item_folders import ItemFolders
from windrow.core.validating import check_name
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.accounts import Principal, Right
from windrow.model.identity import is_id, new_id, usual_spelling
from windrow.model.items import LARGEST, Item, ItemType, title_of, type_of
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Run
from windrow.ports.clocks import Clock
from windrow.ports.store import Blobs, Store

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Shelf:
    """All items, uploaded or in folders, for whoever may have them: `tenant_id` None is everybody's."""

    store: Store
    blobs: Blobs
    folders: ItemFolders

    def get(self, item_id: str, *, tenant_id: str | None) -> Item:
        """One item, also by its identifier without dashes, as ArcGIS spells it. Raises `NotFound`."""
        item_id = usual_spelling(item_id)
        if not is_id(item_id):
            raise NotFound("item", item_id)
        try:
            return self.store.items.get(item_id, tenant_id=tenant_id)
        except NotFound:
            return self.folders.get(item_id)

    @contextmanager
    def open(self, item_id: str, *, tenant_id: str | None) -> Iterator[tuple[Item, BinaryIO]]:
        """Reads an item. Raises `NotFound`."""
        item = self.get(item_id, tenant_id=tenant_id)
        with self.blobs.open(item.blob) if item.is_uploaded else self.folders.open(item) as file:
            yield item, file

    def replace(
        self, item: Item, content: BinaryIO, now: datetime, *, seen: datetime | None = None, held: Run | None = None
    ) -> Item:
        """Gives an uploaded item another content; for a run, while its attempt is `held`.

        Raises `BadInput`, `Conflict` for a file of a folder, and what `Items.save` of the store raises.
        """
        if not item.is_uploaded:
            raise Conflict(f"Item {item.id} lies in a folder of this machine: change the file there.")
        checked(item.type, content)
        key, size, digest = self.blobs.write(_pieces(content))
        changed = replace(item, size=size, sha256=digest, blob=key, changed_at=now)
        try:
            before = self.store.items.save(changed, seen=seen, held=held)
        except BaseException:
            self.blobs.delete(key)
            raise
        self.blobs.delete(before)
        return changed


@dataclass(frozen=True, slots=True)
class Items:
    """Use cases of items."""

    shelf: Shelf
    clock: Clock

    def add(
        self, principal: Principal, name: str, content: BinaryIO, *, title: str = "", item_type: ItemType | None = None
    ) -> Item:
        """Keeps an uploaded file; its name tells what it is, unless that is given. Raises `BadInput`."""
        principal.need(Right.WRITE)
        kind = item_type or type_of(name)
        if kind is None:
            told = "must end in .ipynb, .pipeline.json or .report.json, or the type must be given"
            raise BadInput.of("name", told)
        check_name(name)
        shown = check_name(title or title_of(name), field="title")
        checked(kind, content)
        now = self.clock()
        key, size, digest = self.shelf.blobs.write(_pieces(content))
        item = Item(
            new_id(), shown, kind, name, size, now, now, principal.tenant_id, principal.user_id, digest, blob=key
        )
        try:
            self.shelf.store.items.add(item)
        except BaseException:
            self.shelf.blobs.delete(key)
            raise
        return item

    def get(self, principal: Principal, item_id: str) -> Item:
        """One item. Raises `NotFound`."""
        principal.need(Right.READ)
        return self.shelf.get(item_id, tenant_id=principal.scope)

    def page(
        self, principal: Principal, *, item_type: ItemType | None = None, limit: int = 50, cursor: str | None = None
    ) -> PageOf[Item]:
        """What was uploaded, newest first."""
        principal.need(Right.READ)
        return self.shelf.store.items.page(
            tenant_id=principal.scope, item_type=item_type, limit=check_limit(limit), cursor=cursor
        )

    def page_in_folders(
        self, principal: Principal, *, item_type: ItemType | None = None, limit: int = 50, cursor: str | None = None
    ) -> PageOf[Item]:
        """The same by title, a page at a time; the cursor is the title and identifier of the last."""
        after = ("", "") if cursor is None else _place(cursor)
        ahead = (each for each in self.in_folders(principal, item_type=item_type) if (each.title, each.id) > after)
        found = sorted(ahead, key=lambda each: (each.title, each.id))
        shown = found[: check_limit(limit)]
        return PageOf(shown, f"{shown[-1].title}/{shown[-1].id}" if len(found) > len(shown) else None)

    def in_folders(self, principal: Principal, *, item_type: ItemType | None = None) -> list[Item]:
        """The files of the folders that the settings name, by their paths."""
        principal.need(Right.READ)
        return [each for each in self.shelf.folders.all() if item_type in (None, each.type)]

    @contextmanager
    def open(self, principal: Principal, item_id: str) -> Iterator[tuple[Item, BinaryIO]]:
        """Reads an item. Raises `NotFound`."""
        principal.need(Right.READ)
        with self.shelf.open(item_id, tenant_id=principal.scope) as found:
            yield found

    def rename(self, principal: Principal, item_id: str, title: str, *, seen: datetime | None = None) -> Item:
        """Gives an item another title. Raises `BadInput`, and `Conflict` for a file of a folder."""
        principal.need(Right.WRITE)
        item = self._uploaded(principal, item_id)
        changed = replace(item, title=check_name(title, field="title"), changed_at=self.clock())
        self.shelf.store.items.save(changed, seen=seen)
        return changed

    def replace(self, principal: Principal, item_id: str, content: BinaryIO, *, seen: datetime | None = None) -> Item:
        """Gives an item another content. Raises `BadInput`, and `Conflict` for a file of a folder."""
        principal.need(Right.WRITE)
        return self.shelf.replace(self._uploaded(principal, item_id), content, self.clock(), seen=seen)

    def delete(self, principal: Principal, item_id: str) -> None:
        """Deletes an item. Tasks that name it fail from then on, and say so. Raises `Conflict` likewise."""
        principal.need(Right.WRITE)
        item = self._uploaded(principal, item_id)
        self.shelf.blobs.delete(self.shelf.store.items.delete(item.id, tenant_id=principal.scope))

    def _uploaded(self, principal: Principal, item_id: str) -> Item:
        item = self.get(principal, item_id)
        if not item.is_uploaded:
            raise Conflict(f"Item {item.id} lies in a folder of this machine: change or remove the file there.")
        return item


def checked(kind: ItemType, content: BinaryIO) -> None:
    """Raises `BadInput` for what cannot be an item of its type; leaves the file at its beginning."""
    content.seek(0)
    raw = content.read(LARGEST + 1)
    content.seek(0)
    if len(raw) > LARGEST:
        raise BadInput.of("content", f"is larger than {LARGEST >> 20} MiB")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput.of("content", f"must be JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadInput.of("content", "must be a JSON object")
    if kind is ItemType.NOTEBOOK and not (isinstance(found.get("cells"), list) and found.get("nbformat") == 4):
        raise BadInput.of("content", "must be a Jupyter notebook of format 4, with `nbformat` and `cells`")
    if kind is ItemType.PIPELINE and not found.get("steps"):
        raise BadInput.of("content", "must have `steps`, as the parameters of a task of kind `pipeline` do")


def _place(cursor: str) -> tuple[str, str]:
    title, _, item_id = cursor.rpartition("/")
    return title, item_id


def _pieces(content: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: content.read(_PIECE), b"")
