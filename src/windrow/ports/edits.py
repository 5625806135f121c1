"""Local edits, as the store keeps them."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from windrow.model.edits import EditedRecord
from windrow.model.paging import PageOf

Change: TypeAlias = Callable[[EditedRecord], EditedRecord]
"""What is to become of a record. Pure; may raise, and then nothing is written."""


class EditedEntry(NamedTuple):
    """A record with edits, in a list: its number, identifier and title as they are shown, and all that stands on it."""

    record_id: int
    identifier: str
    title: str
    edited: EditedRecord


class Edits(Protocol):
    """Records with what people made of them."""

    def get(self, record_id: int) -> EditedRecord:
        """A record as the remote has it, with its edits; also one that was never edited. Raises `NotFound`."""
        ...

    def change(self, record_id: int, change: Change, *, seen: datetime | None, now: datetime) -> EditedRecord:
        """Changes a record, in one transaction with what the catalogue and its search show of it.

        Where that becomes another, the resource counts as changed `now`. No harvest changes the record meanwhile.
        `seen` is when the record was last written as the caller knows it: raises `Conflict` when it was written since.
        Raises `NotFound`, and what `change` raises.
        """
        ...

    def page(self, source_id: int, *, conflicts: bool, limit: int, cursor: str | None = None) -> PageOf[EditedEntry]:
        """The edited records of a source, by number; with `conflicts` those that the remote changed since their edit.

        Records of resources that are gone or unwanted are left out.
        """
        ...
