"""Copies: the port `Copies` on either database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    delete,
    func,
    insert,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    update,
)

from windrow.errors import Conflict, NotFound
from windrow.model.copies import Copy, CopyState, Role, Stock, Wanted
from windrow.model.paging import PageOf, check_limit
from windrow.ports.copies import Due
from windrow.storage.batches import batches
from windrow.storage.copy_matching import digest_of, match
from windrow.storage.database import Database
from windrow.storage.listing import number_of, to_page
from windrow.storage.numbers import can_be_id, possible_ids
from windrow.storage.tables import copies, copy_looks, records, resources, sources, spare_blobs
from windrow.storage.upserts import insert_missing

DOOMED: ColumnElement[bool] = literal_column("spare_blobs.doomed")
"""In the words of its partial index."""


class SqlCopies:
    """Files that records link to, kept here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, which: Due, *, after: int = 0, limit: int) -> list[int]:
        """Resource numbers above `after`, in order."""
        if which.only is None:
            with self._database.read() as connection:
                return list(connection.scalars(_due(which, after).limit(limit)))
        found: list[int] = []
        for some in batches(sorted(each for each in possible_ids(which.only) if each > after)):
            with self._database.read() as connection:
                found += connection.scalars(_due(which, after).where(resources.c.id.in_(some)).limit(limit))
            if len(found) >= limit:
                break
        return found[:limit]

    def plan(self, resource_id: int, wanted: Sequence[Wanted], *, keep: bool, now: datetime) -> list[Copy]:
        """Has rows for just these files of a resource."""
        with self._database.write() as connection:
            source_id = _source_of(connection, resource_id)
            of_resource = select(copies).where(copies.c.resource_id == resource_id).order_by(copies.c.id)
            matched = match([_copy(row) for row in connection.execute(of_resource)], wanted)
            gone = [each.id for each in matched.gone if not (keep and each.is_here)]
            if gone:
                spare_copies(connection, copies.c.id.in_(gone), now=now)
                connection.execute(delete(copies).where(copies.c.id.in_(gone)))
            for copy, told in matched.moved:
                connection.execute(update(copies).where(copies.c.id == copy.id).values(_told(told)))
            for each in matched.fresh:
                start = {"resource_id": resource_id, "source_id": source_id, "state": CopyState.WANTED}
                connection.execute(insert(copies).values(_told(each) | start))
            rows = {bytes(row.digest): _copy(row) for row in connection.execute(of_resource)}
        return [rows[digest_of(each.href)] for each in wanted]

    def announce(self, blob: str, *, now: datetime) -> None:
        """Notes a file that is about to be there."""
        with self._database.write() as connection:
            connection.execute(insert(spare_blobs).values(blob=blob, since=now))

    def keep(self, copy: Copy, *, budget: int | None, now: datetime) -> bool:
        """Writes a copy that names a new file."""
        with self._database.write() as connection:
            this = select(copies.c.blob, copies.c.size, copies.c.source_id).where(copies.c.id == copy.id)
            old = connection.execute(this.with_for_update()).one_or_none()
            if old is None:
                raise NotFound("copy", copy.id)
            announced = (spare_blobs.c.blob == copy.blob, not_(spare_blobs.c.doomed))
            if budget is not None and not _fits(connection, old, copy, budget):
                connection.execute(update(spare_blobs).where(*announced).values(doomed=True))
                return False
            # Who swept it as left over and who names it meet at this row: only one of them finds it.
            if connection.execute(delete(spare_blobs).where(*announced)).rowcount != 1:
                raise Conflict(f"The file of copy {copy.id} was announced too long ago; it is fetched again.")
            spare_copies(connection, copies.c.id == copy.id, now=now)
            connection.execute(update(copies).where(copies.c.id == copy.id).values(_kept(copy)))
        return True

    def note(self, copy: Copy) -> None:
        """Writes what became of a try that brought no new file."""
        values = {name: value for name, value in _kept(copy).items() if name != "blob"}
        with self._database.write() as connection:
            connection.execute(update(copies).where(copies.c.id == copy.id).values(values))

    def settle(self, resource_id: int, *, looked_at: datetime, settled: bool) -> None:
        """Notes that a resource was looked at."""
        values = {"looked_at": looked_at, "settled": settled}
        with self._database.write() as connection:
            this = copy_looks.c.resource_id == resource_id
            if connection.execute(update(copy_looks).where(this).values(values)).rowcount:
                return
            there = select(resources.c.id).where(resources.c.id == resource_id)
            if connection.scalar(there.with_for_update(read=True, key_share=True)) is not None:
                row = {"resource_id": resource_id, **values}
                insert_missing(connection, copy_looks, [row], conflict=["resource_id"])

    def page(self, resource_id: int, *, limit: int, cursor: str | None = None) -> PageOf[Copy]:
        """The copies of a resource in the order they were found."""
        after = number_of(cursor) if cursor is not None else 0
        query = select_copies(resource_id, after).limit(check_limit(limit) + 1)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return to_page(rows, [_copy(row) for row in rows], limit)

    def get(self, resource_id: int, copy_id: int) -> Copy:
        """One of them."""
        row = None
        if can_be_id(copy_id):
            with self._database.read() as connection:
                this = select(copies).where(copies.c.id == copy_id, copies.c.resource_id == resource_id)
                row = connection.execute(this).one_or_none()
        if row is None:
            raise NotFound("copy", copy_id)
        return _copy(row)

    def stock(self, source_id: int) -> Stock:
        """What a source has of copies."""
        with self._database.read() as connection:
            rows = connection.execute(select_stock(source_id)).all()
        return Stock({CopyState(row.state): row.many for row in rows}, sum(int(row.size) for row in rows))

    def doomed(self, *, announced_before: datetime, limit: int) -> list[str]:
        """Files that nothing names any more."""
        with self._database.write() as connection:
            late = (spare_blobs.c.since < announced_before, not_(spare_blobs.c.doomed))
            connection.execute(update(spare_blobs).where(*late).values(doomed=True))
            return list(connection.scalars(select_doomed().limit(limit)))

    def forget(self, blobs: Sequence[str]) -> None:
        """Forgets spare files that were removed."""
        for some in batches(blobs):
            with self._database.write() as connection:
                connection.execute(delete(spare_blobs).where(spare_blobs.c.blob.in_(some), DOOMED))


def select_copies(resource_id: int, after: int) -> Select[Any]:
    """The copies of a resource above that number, in order."""
    return select(copies).where(copies.c.resource_id == resource_id, copies.c.id > after).order_by(copies.c.id)


def select_stock(source_id: int) -> Select[Any]:
    """How many copies of a source are in each state, and their bytes."""
    return (
        select(copies.c.state, func.count().label("many"), func.coalesce(func.sum(copies.c.size), 0).label("size"))
        .where(copies.c.source_id == source_id)
        .group_by(copies.c.state)
    )


def select_doomed() -> Select[tuple[str]]:
    """Files that nothing will ever name."""
    return select(spare_blobs.c.blob).where(DOOMED)


def spare_copies(connection: Connection, which: ColumnElement[bool], *, now: datetime | None = None) -> list[str]:
    """Makes the files of these copies spare, in the transaction that takes away what names them; returns them."""
    files = list(connection.scalars(select(copies.c.blob).where(which, copies.c.blob != "")))
    since = now or _LONG_AGO
    rows = [{"blob": blob, "since": since, "doomed": True} for blob in files]
    if rows:
        connection.execute(insert(spare_blobs), rows)
    return files


_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _due(which: Due, after: int) -> Select[Any]:
    look = copy_looks.c.looked_at
    # A record that is written while it is looked at is looked at again.
    stale = or_(
        look.is_(None), look <= resources.c.last_changed, look <= sources.c.changed_at, not_(copy_looks.c.settled)
    )
    return (
        select(resources.c.id)
        .join(sources, sources.c.id == resources.c.source_id)
        .join(records, records.c.id == resources.c.id)
        .outerjoin(copy_looks, copy_looks.c.resource_id == resources.c.id)
        .where(resources.c.source_id == which.source_id, resources.c.id > after, not_(records.c.hidden))
        .where(true() if which.everything or which.only is not None else stale)
        .order_by(resources.c.id)
    )


def _source_of(connection: Connection, resource_id: int) -> int:
    # Held against whoever removes it meanwhile.
    this = select(resources.c.source_id).where(resources.c.id == resource_id)
    source_id = connection.scalar(this.with_for_update(read=True, key_share=True))
    if source_id is None:
        raise NotFound("resource", resource_id)
    return int(source_id)


def _fits(connection: Connection, old: Any, copy: Copy, budget: int) -> bool:
    # One at a time for each source: two that fit alone may not fit together.
    connection.execute(select(literal(1)).where(sources.c.id == old.source_id).with_for_update(of=sources))
    used = connection.scalar(select(func.sum(copies.c.size)).where(copies.c.source_id == old.source_id)) or 0
    return int(used) - (old.size or 0) + (copy.size or 0) <= budget


def _told(wanted: Wanted) -> dict[str, Any]:
    return {
        "digest": digest_of(wanted.href),
        "href": wanted.href,
        "role": wanted.role,
        "told_name": wanted.name,
        "told_type": wanted.media_type,
    }


_KEPT = (
    *("state", "name", "media_type", "size", "sha256", "blob", "etag", "last_modified"),
    *("problem", "attempts", "copied_at", "checked_at"),
)


def _kept(copy: Copy) -> dict[str, Any]:
    return {name: getattr(copy, name) for name in _KEPT}


def _copy(row: Row[Any]) -> Copy:
    kept = {name: getattr(row, name) for name in _KEPT}
    wanted = Wanted(row.href, Role(row.role), row.told_name, row.told_type)
    return Copy(row.id, row.resource_id, row.source_id, wanted, **{**kept, "state": CopyState(row.state)})
