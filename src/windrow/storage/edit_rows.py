"""Edit rows: how edited records are spelled in their tables, both ways; many at once, in the caller's transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from windrow.model.edit_values import spell, unspell
from windrow.model.edits import EDITABLE, Edit, EditedRecord, Moved, Rule
from windrow.model.records import Record
from windrow.storage.batches import batches
from windrow.storage.moments import from_microseconds, to_microseconds
from windrow.storage.tables import edits, originals, users
from windrow.storage.upserts import insert_or_replace


def load_edited(connection: Connection, ids: Sequence[int]) -> dict[int, EditedRecord]:
    """Those of these records that are looked after, by id."""
    found: dict[int, EditedRecord] = {}
    for some in batches(ids):
        rows = connection.execute(select(originals).where(originals.c.resource_id.in_(some))).all()
        found |= {row.resource_id: _edited(row) for row in rows}
        made = _load_edits(connection, [row.resource_id for row in rows])
        found |= {number: replace(found[number], edits=each) for number, each in made.items()}
    return found


def save_edited(connection: Connection, source_id: int, edited: Mapping[int, EditedRecord]) -> None:
    """Writes edited records with their edits, whether they were looked after before or not."""
    rows = [_original_row(number, source_id, each) for number, each in edited.items()]
    for some in batches(rows):
        insert_or_replace(connection, originals, *some)
    for numbers in batches(edited):
        connection.execute(delete(edits).where(edits.c.resource_id.in_(numbers)))
    made = [_edit_row(number, edit) for number, each in edited.items() for edit in each.edits.values()]
    if made:
        connection.execute(insert(edits), made)


def _load_edits(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, Edit]]:
    found: dict[int, dict[str, Edit]] = defaultdict(dict)
    query = (
        select(edits, users.c.name.label("user_name"))
        .outerjoin(users, users.c.id == edits.c.user_id)
        .where(edits.c.resource_id.in_(ids))
    )
    for row in connection.execute(query):
        found[row.resource_id][row.field] = Edit(
            row.field,
            unspell(row.field, row.value),
            Rule(row.rule),
            unspell(row.field, row.base),
            row.user_id,
            row.at,
            row.user_name or "",
        )
    return found


def _edited(row: Row[Any]) -> EditedRecord:
    moved = {name: Moved(from_microseconds(at), run_id) for name, (at, run_id) in row.moved.items()}
    return EditedRecord(_record(row.record), row.as_of, {}, tuple(row.kept), moved)


def _original_row(number: int, source_id: int, edited: EditedRecord) -> dict[str, Any]:
    return {
        "resource_id": number,
        "source_id": source_id,
        "record": _spelled(edited.remote),
        "kept": list(edited.kept),
        "moved": {name: [to_microseconds(each.at), each.run_id] for name, each in edited.moved.items()},
        "as_of": edited.as_of,
        "edited": bool(edited.edits),
        "conflict": bool(edited.conflicts),
    }


def _edit_row(number: int, edit: Edit) -> dict[str, Any]:
    return {
        "resource_id": number,
        "field": edit.field,
        "value": spell(edit.field, edit.value),
        "rule": edit.rule.value,
        "base": spell(edit.field, edit.base),
        "user_id": edit.user_id,
        "at": edit.at,
    }


_MOMENTS = ("created", "modified")


def _spelled(record: Record) -> dict[str, Any]:
    """Everything of a record."""
    fixed = {"identifier": record.identifier, "standard": record.standard, "geometry": record.geometry}
    moments = {name: getattr(record, name) for name in _MOMENTS}
    told = {name: None if each is None else to_microseconds(each) for name, each in moments.items()}
    return {**{name: spell(name, getattr(record, name)) for name in EDITABLE}, **fixed, **told}


def _record(spelled: Mapping[str, Any]) -> Record:
    editable: dict[str, Any] = {name: unspell(name, spelled[name]) for name in EDITABLE}
    moments: dict[str, Any] = {name: spelled[name] for name in _MOMENTS}
    told: dict[str, Any] = {name: None if each is None else from_microseconds(each) for name, each in moments.items()}
    fixed = {name: spelled[name] for name in ("identifier", "standard", "geometry")}
    return Record(**editable, **fixed, **told)
