"""Copies, as the store keeps them. Each method is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from windrow.model.copies import Copy, Stock, Wanted
from windrow.model.paging import PageOf


@dataclass(frozen=True, slots=True)
class Due:
    """Which resources a copying run looks at: those of a source that the catalogue shows.

    everything   else those only whose record changed, or whose source did, since they were last looked at, or of which
                 a file could not be fetched
    only         resource numbers; None does not narrow
    """

    source_id: int
    everything: bool = False
    only: Sequence[int] | None = None


class Copies(Protocol):
    """Files that records link to, kept here.

    A file that no row names is spare, and `doomed` tells which of these may be removed. It is noted as such before it
    is there, and in the transaction that takes away what named it: so whatever ends in between, none is left over, and
    none goes that a row still names.
    """

    def due(self, which: Due, *, after: int = 0, limit: int) -> list[int]:
        """Resource numbers above `after`, in order."""
        ...

    def plan(self, resource_id: int, wanted: Sequence[Wanted], *, keep: bool, now: datetime) -> list[Copy]:
        """Has rows for just these files of a resource, and returns them in the order of `wanted`.

        A file whose address changed in its query only stays what it is: signed addresses do that every hour. Other
        rows go with their files, or stay where `keep` is set and they have one. Raises `NotFound` for a resource that
        is gone.
        """
        ...

    def announce(self, blob: str, *, now: datetime) -> None:
        """Notes a file that is about to be there as spare: for `keep` to name it."""
        ...

    def keep(self, copy: Copy, *, budget: int | None, now: datetime) -> bool:
        """Writes a copy that names a new file; the old one becomes spare, as the new one does where its row is gone.

        False where all copies of the source would have more than `budget` bytes then: nothing changes but that the new
        file may be removed. Raises `NotFound` for a row that is gone, `Conflict` for a file announced too long ago.
        """
        ...

    def note(self, copy: Copy) -> None:
        """Writes what became of a try that brought no new file. One whose row is gone is left so."""
        ...

    def settle(self, resource_id: int, *, looked_at: datetime, settled: bool) -> None:
        """Notes that a resource was looked at, as its record was at that moment; `settled`: nothing is left to do."""
        ...

    def page(self, resource_id: int, *, limit: int, cursor: str | None = None) -> PageOf[Copy]:
        """The copies of a resource in the order they were found."""
        ...

    def get(self, resource_id: int, copy_id: int) -> Copy:
        """One of them. Raises `NotFound`."""
        ...

    def stock(self, source_id: int) -> Stock:
        """What a source has of copies."""
        ...

    def doomed(self, *, announced_before: datetime, limit: int) -> list[str]:
        """Files that nothing names any more, or that were announced before that moment and never came to be named."""
        ...

    def forget(self, blobs: Sequence[str]) -> None:
        """Forgets spare files that were removed."""
        ...
