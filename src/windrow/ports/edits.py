"""Local edits, as the store keeps them."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias

from windrow.model.edits import EditedRecord

Change: TypeAlias = Callable[[EditedRecord], EditedRecord]
"""What is to become of a record. Pure; may raise, and then nothing is written."""


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
