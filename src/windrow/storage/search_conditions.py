"""Search conditions: what must hold of a record's own columns, in SQL that both databases read.

The search structures beside the table only propose records; these conditions decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import orjson

from windrow.model.records import Box
from windrow.ports.catalogue import Search
from windrow.storage.database import Database
from windrow.storage.record_rows import IDENTIFIER_WIDTH, mended
from windrow.storage.search_entries import halves
from windrow.storage.words import exact_phrases, phrases


class Condition(NamedTuple):
    """A piece of SQL with the values of its question marks. The table of records is `r` in it."""

    sql: str
    values: tuple[Any, ...] = ()


Conditions: TypeAlias = Sequence[Condition]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a search is put to the database.

    tables   the FROM clause, the records as `r`; what it has of the search structures comes first
    where    all that must hold
    rank     an expression that is smaller for better matches; "" where nothing ranks
    number   the record's id, spelt so that the leading structure's own order is known to be that of the ids
    """

    tables: Condition
    where: Conditions
    rank: str = ""
    number: str = "r.id"

    def select(self, columns: str, *more: Condition, tail: str = "") -> Condition:
        """A whole SELECT, with further conditions."""
        where = [*self.where, *more]
        sql = f"SELECT {columns} FROM {self.tables.sql} WHERE {' AND '.join(each.sql for each in where)} {tail}"  # noqa: S608 - our own words only
        return Condition(sql, self.tables.values + tuple(value for each in where for value in each.values))


SHOWN = Condition("NOT r.hidden")


def conditions_of(database: Database, search: Search, sources: Sequence[int] | None) -> list[Condition]:
    """Everything of a search that the records' columns can tell; `sources` None stands for all of them."""
    found = [SHOWN]
    if sources is not None:
        # The plus keeps the database from gathering whole sources by their index only to sort them.
        found.append(among(database, "+r.source_id", sources))
    if search.ids:
        found.append(among(database, "r.id", [each for each in search.ids if is_id(each)]))
    if search.identifiers:
        found.append(among(database, "r.identifier", [mended(each)[:IDENTIFIER_WIDTH] for each in search.identifiers]))
    if search.bbox is not None:
        found.append(meets_box(search.bbox))
    if search.modified_after is not None:
        found.append(Condition("r.modified > ?", (database.moment(search.modified_after),)))
    return found + meets_time(database, search.start, search.end)


def among(database: Database, column: str, values: Sequence[int] | Sequence[str]) -> Condition:
    """Whether the column has one of the values, however many there are."""
    if database.is_sqlite:
        sql = f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - a column of ours
        return Condition(sql, (orjson.dumps(list(values)).decode(),))
    return Condition(f"{column} = ANY(?)", (list(values),))


def is_id(number: int) -> bool:
    """Whether a number can be the id of anything: neither database takes larger ones, not even to compare."""
    return 0 <= number < 1 << 63


def meets_box(box: Box) -> Condition:
    """Whether the record's box shares a point with this one; each may cross the antimeridian."""
    pieces = halves(box)
    if not pieces:
        return Condition("1 = 0")
    meets = (
        "(r.south <= ? AND r.north >= ? AND CASE WHEN r.west <= r.east THEN r.west <= ? AND r.east >= ? "
        "ELSE r.west <= ? OR r.east >= ? END)"
    )
    values = [value for west, south, east, north in pieces for value in (north, south, east, west, east, west)]
    return Condition(f"({' OR '.join([meets] * len(pieces))})", tuple(values))


def meets_time(database: Database, start: datetime | None, end: datetime | None) -> list[Condition]:
    """Whether the record's time meets this period, neither including its end; an instant counts as long as it is."""
    if start is None and end is None:
        return []
    found = [Condition("(r.time_start IS NOT NULL OR r.time_end IS NOT NULL)")]
    if end is not None:
        found.append(Condition("(r.time_start IS NULL OR r.time_start < ?)", (database.moment(end),)))
    if start is not None:
        moment = database.moment(start)
        found.append(Condition("(r.time_end IS NULL OR r.time_end > ? OR r.time_start >= ?)", (moment, moment)))
    return found


def is_hopeless(search: Search, sources: Sequence[int] | None) -> bool:
    """Whether nothing can match: no source to be seen, words without a letter, a period that is none."""
    if sources is not None and not sources:
        return True
    if search.words.strip() and not phrases(search.words):
        return True
    if search.phrases and not exact_phrases(search.phrases):
        return True
    return search.start is not None and search.end is not None and search.start >= search.end
