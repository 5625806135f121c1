"""What people do with copies: have them made, see what there is, read them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from windrow.core.attending import COPY, Attending
from windrow.core.catalogue import reader_for
from windrow.errors import BadInput, Conflict, NotFound
from windrow.model.accounts import Principal, Right
from windrow.model.copies import Copy, Copying, Stock
from windrow.model.paging import PageOf, check_limit
from windrow.model.runs import Run
from windrow.ports.store import Blobs, Store

MOST_CHOSEN = 10_000
"""Resources that one run may be told to look at alone."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Use cases of copies. Whoever may see a record may have its files: `principal` None is somebody not signed in."""

    store: Store
    blobs: Blobs
    attending: Attending

    def start(
        self, principal: Principal, source_id: int, *, full: bool = False, only: Sequence[int] | None = None
    ) -> Run:
        """Starts a run that copies. Raises `Conflict` while one is at work, and where copying is switched off."""
        principal.need(Right.WRITE)
        source = self.store.sources.get(source_id, tenant_id=principal.scope)
        if source.policies.copying is Copying.NONE:
            raise Conflict(
                f"Nothing is copied of source {source_id}: set its policy `copying` to data, or to data_and_pictures."
            )
        chosen: dict[str, Any] = {}
        if only is not None:
            if not 1 <= len(only) <= MOST_CHOSEN:
                raise BadInput.of("only", f"must name 1 to {MOST_CHOSEN} resources")
            chosen["only"] = sorted(set(only))
        return self.attending.start(source, COPY, full=full, **chosen)

    def stock(self, principal: Principal, source_id: int) -> Stock:
        """What a source has of copies."""
        principal.need(Right.READ)
        self.store.sources.get(source_id, tenant_id=principal.scope)
        return self.store.copies.stock(source_id)

    def page(
        self, principal: Principal | None, record_id: int, *, limit: int = 50, cursor: str | None = None
    ) -> PageOf[Copy]:
        """The files of a record in the order they were found. Raises `NotFound`."""
        self.store.catalogue.get(reader_for(principal), record_id)
        return self.store.copies.page(record_id, limit=check_limit(limit), cursor=cursor)

    @contextmanager
    def open(self, principal: Principal | None, record_id: int, copy_id: int) -> Iterator[tuple[Copy, BinaryIO]]:
        """Reads a file of a record. Raises `NotFound`, also for one that is not here yet."""
        self.store.catalogue.get(reader_for(principal), record_id)
        copy = self.store.copies.get(record_id, copy_id)
        if not copy.is_here:
            raise NotFound("copy", copy_id)
        with self.blobs.open(copy.blob) as file:
            yield copy, file
