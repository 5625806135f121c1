"""Search orders: the sort keys of each order, and the cursors made of them.

A record without a date comes last whether the newest or the oldest come first, so those orders have two stretches: the
dated records, then the others by id. Each stretch is one range of an index, on both databases.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from windrow.errors import BadInput
from windrow.model.paging import decode_cursor, encode_cursor
from windrow.ports.catalogue import Sort
from windrow.storage.database import Database
from windrow.storage.moments import from_microseconds, to_microseconds
from windrow.storage.search_conditions import Condition, Plan


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a list: sorted by `key`, then by id, all in one direction; `key` "" sorts by id alone.

    `level` is an expression that is the same all along: named, it lets the index serve that begins with it.
    """

    key: str
    down: bool
    only: str = ""
    level: str = ""

    def select(self, plan: Plan, after: tuple[Any, ...] | None, limit: int) -> Condition:
        """The ids and keys of the next `limit` records after those keys."""
        more = [Condition(self.only)] if self.only else []
        keys = [self.key, plan.number] if self.key else [plan.number]
        if after is not None:
            marks = ", ".join("?" * len(after))
            more.append(Condition(f"({', '.join(keys)}) {'<' if self.down else '>'} ({marks})", after))
        way = "DESC" if self.down else "ASC"
        order = ", ".join(f"{each} {way}" for each in ([self.level, *keys] if self.level else keys))
        columns = f"{self.key or 'NULL'} AS sort_key, {plan.number} AS id"
        return plan.select(columns, *more, tail=f"ORDER BY {order} LIMIT {limit}")


def stretches_of(sort: Sort, plan: Plan) -> Sequence[Stretch]:
    """The stretches of an order, first to last."""
    match sort:
        case Sort.ID | Sort.ID_DOWN:
            return [Stretch("", sort is Sort.ID_DOWN)]
        case Sort.TITLE | Sort.TITLE_DOWN:
            return [Stretch("r.title_key", sort is Sort.TITLE_DOWN)]
        case Sort.NEWEST | Sort.OLDEST:
            down = sort is Sort.NEWEST
            dated = Stretch("r.modified", down, "r.modified IS NOT NULL")
            return [dated, Stretch("", down, "r.modified IS NULL", level="r.modified")]
        case Sort.RELEVANCE:
            return [Stretch(plan.rank, down=False)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: in this stretch, after these keys; None is its start."""

    stretch: int = 0
    after: tuple[Any, ...] | None = None


def encode_place(sort: Sort, key: Any, record_id: int) -> str:
    """The cursor that stands behind a record."""
    if isinstance(key, datetime):
        key = to_microseconds(key)
    return encode_cursor(sort.value, key, record_id)


def decode_place(database: Database, sort: Sort, cursor: str | None) -> Place:
    """Where the cursor points. Raises `BadInput` when it belongs to another order, or to no list at all."""
    if cursor is None:
        return Place()
    name, key, record_id = decode_cursor(cursor, 3)
    if name != sort.value or not _is_key(sort, key) or not _is_whole(record_id):
        raise BadInput.of("cursor", "belongs to another list; leave it out to start anew")
    if sort in (Sort.ID, Sort.ID_DOWN):
        return Place(0, (record_id,))
    if sort in (Sort.NEWEST, Sort.OLDEST):
        return Place(1, (record_id,)) if key is None else Place(0, (_moment(database, key), record_id))
    return Place(0, (key, record_id))


def _is_key(sort: Sort, key: object) -> bool:
    match sort:
        case Sort.ID | Sort.ID_DOWN:
            return key is None
        case Sort.TITLE | Sort.TITLE_DOWN:
            return isinstance(key, str) and "\0" not in key
        case Sort.NEWEST | Sort.OLDEST:
            return key is None or _is_whole(key)
        case Sort.RELEVANCE:
            return isinstance(key, float) and math.isfinite(key)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63


def _moment(database: Database, microseconds: int) -> Any:
    try:
        return database.moment(from_microseconds(microseconds))
    except OverflowError as error:
        raise BadInput.of("cursor", "is not one that a list has returned; leave it out to start anew") from error
