"""Items that lie in folders: files of this machine that its operator offers to everybody's tasks."""

import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from windrow.errors import NotFound
from windrow.model.items import Item, title_of, type_of

MOST = 10_000
"""Files looked at in one folder, and folders below it."""

_NAMES = uuid.UUID("6d7f6f1e-6a55-5d0c-9f6b-0b1f6b7b9c33")
"""Of the identifiers that are made from where a file lies."""


@dataclass(frozen=True, slots=True)
class ItemFolders:
    """The files below the folders that the settings name. A file keeps its identifier for as long as it keeps its
    place, whatever is in it. Links that lead out of a folder are not followed."""

    folders: Sequence[Path] = ()

    def all(self) -> Iterator[Item]:
        """Every file that is an item, by its path."""
        for folder in self.folders:
            for path in _files(folder):
                if (item := _to_item(folder, path)) is not None:
                    yield item

    def get(self, item_id: str) -> Item:
        """One of them. Raises `NotFound`."""
        for item in self.all():
            if item.id == item_id:
                return item
        raise NotFound("item", item_id)

    def open(self, item: Item) -> BinaryIO:
        """Reads a file as it is now. Raises `NotFound` when it is gone."""
        path = Path(item.path)
        try:
            if any(path.resolve(strict=True).is_relative_to(each.resolve()) for each in self.folders):
                return path.open("rb")
        except OSError as error:
            raise NotFound("item", item.id) from error
        raise NotFound("item", item.id)


def _files(folder: Path) -> Iterator[Path]:
    seen = 0
    for here, below, names in os.walk(folder, followlinks=False):
        below[:] = sorted(each for each in below if not each.startswith("."))
        for name in sorted(names):
            seen += 1
            if seen > MOST:
                return
            if type_of(name) is not None and not name.startswith("."):
                yield Path(here, name)


def _to_item(folder: Path, path: Path) -> Item | None:
    kind = type_of(path.name)
    try:
        found = path.stat()
        inside = path.resolve(strict=True).is_relative_to(folder.resolve())
    except OSError:
        return None
    if kind is None or not inside or not path.is_file():
        return None
    changed = datetime.fromtimestamp(found.st_mtime, UTC)
    return Item(
        id=str(uuid.uuid5(_NAMES, str(path))),
        title=title_of(path.relative_to(folder).as_posix()),
        type=kind,
        name=path.name,
        size=found.st_size,
        created_at=changed,
        changed_at=changed,
        path=str(path),
    )
