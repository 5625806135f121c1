"""Listing: pages of rows whose filter allows several words, at the cost of one index probe per word."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, select, union_all

from windrow.errors import BadInput
from windrow.model.paging import PageOf, decode_cursor, encode_cursor
from windrow.storage.run_rows import AnyRow

Item = TypeVar("Item")


def first_ids(
    table: Table, probes: Sequence[Sequence[ColumnElement[bool]]], *, limit: int, newest: bool
) -> Select[Any]:
    """The first `limit` ids of the rows that meet any of the probes, in the order of ids.

    Each probe is answered by an index that ends in the id. A condition such as `state IN (...)` instead would make the
    database read and sort everything that has one of the states.
    """
    order = table.c.id.desc() if newest else table.c.id
    chosen = [select(table.c.id).where(*probe).order_by(order).limit(limit).subquery() for probe in probes]
    merged = union_all(*(select(each.c.id) for each in chosen)).subquery()
    return select(merged.c.id).order_by(merged.c.id.desc() if newest else merged.c.id).limit(limit)


def to_page(rows: Sequence[AnyRow], items: Sequence[Item], limit: int) -> PageOf[Item]:
    """A page from `limit` + 1 rows: the last one only tells that there is more."""
    if len(rows) <= limit:
        return PageOf(items)
    return PageOf(items[:limit], encode_cursor(rows[limit - 1].id))


def word_of(cursor: str) -> str:
    """The identifier that a cursor stands behind. Raises `BadInput`."""
    (key,) = decode_cursor(cursor, 1)
    if not isinstance(key, str):
        raise BadInput.of("cursor", "belongs to another list; leave it out to start anew")
    return key


def number_of(cursor: str) -> int:
    """The number that a cursor stands behind. Raises `BadInput`."""
    (key,) = decode_cursor(cursor, 1)
    if not isinstance(key, int) or not 0 <= key < 1 << 63:
        raise BadInput.of("cursor", "belongs to another list; leave it out to start anew")
    return key
