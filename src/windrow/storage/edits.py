"""Edits: the port `Edits` on either database."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select, update

from windrow.errors import Conflict, NotFound
from windrow.model.edits import EditedRecord
from windrow.model.paging import PageOf, check_limit
from windrow.ports.edits import Change, EditedEntry
from windrow.storage.database import Database
from windrow.storage.edit_rows import load_edited, save_edited
from windrow.storage.listing import number_of, to_page
from windrow.storage.moments import MICROSECOND
from windrow.storage.numbers import can_be_id
from windrow.storage.records import read_records, replace_records
from windrow.storage.tables import originals, records, resources


class SqlEdits:
    """Records with what people made of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, record_id: int) -> EditedRecord:
        """A record as the remote has it, with its edits."""
        with self._database.read() as connection:
            return _edited(connection, _resource(connection, record_id))

    def change(self, record_id: int, change: Change, *, seen: datetime | None, now: datetime) -> EditedRecord:
        """Changes a record, and what the catalogue and its search show of it."""
        with self._database.write(wake=True) as connection:
            # A harvest writes the resource's row before it asks for edits: whoever comes second waits here.
            resource = _resource(connection, record_id, lock=True)
            if seen is not None and resource.last_changed != seen:
                told = f"Record {record_id} was written since you looked at it: look at it again, then change it."
                raise Conflict(told)
            before = _edited(connection, resource)
            after = change(before)
            if after != before:
                save_edited(connection, resource.source_id, {record_id: after})
            if after.shown != before.shown:
                replace_records(self._database, connection, [(record_id, resource.source_id, after.shown)])
                moment = max(now, resource.last_changed + MICROSECOND)
                connection.execute(update(resources).where(resources.c.id == record_id).values(last_changed=moment))
            return _edited(connection, resource)

    def page(self, source_id: int, *, conflicts: bool, limit: int, cursor: str | None = None) -> PageOf[EditedEntry]:
        """The edited records of a source, by number."""
        after = 0 if cursor is None else number_of(cursor)
        query = list_query(source_id, after=after, conflicts=conflicts).limit(check_limit(limit) + 1)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            edited = load_edited(connection, [row.id for row in rows])
        return to_page(rows, [EditedEntry(row.id, row.identifier, row.title, edited[row.id]) for row in rows], limit)


# In the words of their partial indexes; what SQLAlchemy makes of the columns alone is a comparison, on SQLite.
_IS_EDITED: ColumnElement[bool] = literal_column("originals.edited")
_IN_CONFLICT: ColumnElement[bool] = literal_column("originals.conflict")


def list_query(source_id: int, *, after: int, conflicts: bool) -> Select[tuple[int, str, str]]:
    """The edited records of a source behind that number, in order."""
    return (
        select(originals.c.resource_id.label("id"), records.c.identifier, records.c.title)
        .join(records, records.c.id == originals.c.resource_id)
        .where(originals.c.source_id == source_id, originals.c.resource_id > after, ~records.c.hidden)
        .where(_IN_CONFLICT if conflicts else _IS_EDITED)
        .order_by(originals.c.resource_id)
    )


class _Resource(NamedTuple):
    id: int
    source_id: int
    last_changed: datetime


def _resource(connection: Connection, record_id: int, *, lock: bool = False) -> _Resource:
    query = select(resources.c.id, resources.c.source_id, resources.c.last_changed).where(resources.c.id == record_id)
    row = None
    if can_be_id(record_id):
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("record", record_id)
    return _Resource(*row)


def _edited(connection: Connection, resource: _Resource) -> EditedRecord:
    found = load_edited(connection, [resource.id])
    if found:
        return found[resource.id]
    stored = read_records(connection, [resource.id])
    if not stored:
        raise NotFound("record", resource.id)
    return EditedRecord(stored[0][2], resource.last_changed)
