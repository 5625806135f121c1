"""Edits on a page: what people made of records that the page changes, and what the remote has of them now.

A source in which nothing was ever edited pays one small question for a page on which known records changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection, bindparam, exists, literal_column, or_, select

from windrow.model.edits import EditedRecord
from windrow.model.runs import Level
from windrow.ports.harvests import Change
from windrow.ports.runs import Entry
from windrow.storage.edit_rows import load_edited, save_edited
from windrow.storage.encoding import decode_encoded, encode_record
from windrow.storage.log import append_log
from windrow.storage.page_standing import Target
from windrow.storage.records import read_records
from windrow.storage.source_rows import policies_from_json
from windrow.storage.tables import originals, sources

Known: TypeAlias = Sequence[tuple[int, Change]]
"""Changed resources with their ids; their records are encoded."""


class _Renewed(NamedTuple):
    """A record that is looked after, and the edits of it that gave way to the remote."""

    edited: EditedRecord
    ended: list[str]


def settle_edits(target: Target, known: Known, now: datetime) -> Known:
    """The changes as the catalogue shall show them, with the remote's own values kept beside the edits.

    Call it with the resources' rows already written: whoever edits one of them holds its row, so that either this sees
    the edit, or the edit is made over what this writes.
    """
    changed = {number: each for number, each in known if each.encoded}
    if not changed:
        return known
    any_edited, keeps_keywords = _ask(target)
    if not (any_edited or keeps_keywords):
        return known
    edited = load_edited(target.connection, list(changed)) if any_edited else {}
    others = [number for number in changed if keeps_keywords and number not in edited]
    before = edited | _as_stored(target.connection, others, now)
    after = {
        number: each
        for number, each in _renew(target, changed, before, now, keeps_keywords=keeps_keywords)
        if number in edited or each.edited.kept
    }
    save_edited(target.connection, target.source_id, {number: each.edited for number, each in after.items()})
    append_log(target.connection, target.run_id, list(_told(changed, after, now)))
    return [(number, _shown(target, each, after.get(number))) for number, each in known]


_OF_SOURCE = exists().where(originals.c.source_id == sources.c.id)
# In the words of the two partial indexes.
_ANY_EDITED = or_(
    _OF_SOURCE.where(literal_column("originals.edited")), _OF_SOURCE.where(literal_column("NOT originals.edited"))
)
_QUESTION = select(sources.c.policies, _ANY_EDITED.label("any_edited")).where(sources.c.id == bindparam("this_source"))


def _ask(target: Target) -> tuple[bool, bool]:
    """Whether any record of the source is looked after, and whether it keeps keywords."""
    row = target.connection.execute(_QUESTION, {"this_source": target.source_id}).one()
    return bool(row.any_edited), policies_from_json(row.policies).keywords_union


def _as_stored(connection: Connection, ids: Sequence[int], now: datetime) -> dict[int, EditedRecord]:
    return {number: EditedRecord(record, now) for number, _, record in read_records(connection, ids)}


def _renew(
    target: Target,
    changed: Mapping[int, Change],
    before: Mapping[int, EditedRecord],
    now: datetime,
    *,
    keeps_keywords: bool,
) -> Iterator[tuple[int, _Renewed]]:
    for number, each in before.items():
        remote = decode_encoded(changed[number].encoded, sqlite=target.database.is_sqlite)
        yield number, _Renewed(*each.renew(remote, now=now, run_id=target.run_id, keeps_keywords=keeps_keywords))


def _told(changed: Mapping[int, Change], after: Mapping[int, _Renewed], now: datetime) -> Iterator[Entry]:
    for number, each in after.items():
        name = changed[number].identifier
        for field in each.ended:
            told = f"local edit of {field} gave way to the source: {name}"
            yield Entry(now, Level.INFO, told, data={"identifier": name, "record": number, "field": field})


def _shown(target: Target, change: Change, renewed: _Renewed | None) -> Change:
    if renewed is None:
        return change
    encoded = encode_record(renewed.edited.shown, target.source_id, sqlite=target.database.is_sqlite)
    return change._replace(encoded=encoded._replace(content=change.encoded.content))
