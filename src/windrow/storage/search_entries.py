"""Search entries: what the search structures hold of a record. Pure, so that what was written can be made again.

SQLite's word index keeps no text of its own: to take a record out of it, the same text has to be handed in again. So
whatever changes here goes with a migration that calls `rebuild_search`.
"""

import hashlib
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from windrow.model.records import Box, Record
from windrow.storage.moments import to_microseconds

LONGEST_TEXT = 100_000
"""Characters of one text that are searched: PostgreSQL holds at most one mebibyte of distinct words per record."""

NOWHERE = 1000.0
"""The longitude and latitude of what has no box, and the time of what has no dates: outside of every search."""

_TIME_UNIT = 50 * 86_400_000_000
"""Microseconds per unit of the time axis: a tree of longitude, latitude and time splits well when a few decades are as
wide as the world."""

EARLIEST, LATEST = -500.0, 500.0
"""The ends of the time axis."""


class Words(NamedTuple):
    """The texts of a record that are searched by words, and the terms it is found by as a whole."""

    title: str
    abstract: str
    keywords: str
    others: str
    terms: str


class Extent(NamedTuple):
    """A box in longitude, latitude and time as SQLite's R*Tree has it: from and to of each."""

    west: float
    east: float
    south: float
    north: float
    start: float
    end: float


Extents: TypeAlias = tuple[tuple[float, ...], ...]
Entry: TypeAlias = tuple[tuple[str, ...], Extents]
"""What SQLite finds a record by: `Words` and `Extent`s, as plain tuples."""


def entry_of(record: Record, source_id: int) -> Entry:
    """What a record is found by. Pure: to take it out again, the same record gives the same."""
    return tuple(words_of(record, source_id)), tuple(map(tuple, extents_of(record)))


def words_of(record: Record, source_id: int) -> Words:
    """What a record is found by in a search for words."""
    return Words(*texts_of(record), " ".join(terms_of(record, source_id)))


def texts_of(record: Record) -> tuple[str, str, str, str]:
    """The texts of a record that are searched by words: title, abstract, keywords, and the names of its contacts."""
    others = []
    for contact in record.contacts:
        others.append(contact.name)
        others.append(contact.organisation)
    return (
        record.title[:LONGEST_TEXT],
        record.abstract[:LONGEST_TEXT],
        "\n".join(record.keywords)[:LONGEST_TEXT],
        "\n".join(dict.fromkeys(others))[:LONGEST_TEXT],
    )


def terms_of(record: Record, source_id: int) -> list[str]:
    """The terms of a record: its source, identifier, type, standard, collection and keywords, each as one token."""
    terms = [
        source_term(source_id),
        identifier_term(record.identifier),
        term("t", record.type),
        term("d", record.standard),
        term("c", record.collection),
    ]
    terms.extend(term("k", keyword) for keyword in record.keywords)
    return terms


def source_term(source_id: int) -> str:
    """The term of all records of a source."""
    return f"s{source_id}"


def identifier_term(identifier: str) -> str:
    """The term of the record's own identifier, as it is spelt."""
    return f"i{_digest(identifier)}"


@lru_cache(maxsize=50_000)
def term(kind: str, value: str) -> str:
    """The term of a value that many records share: `t` type, `d` standard, `c` collection, `k` keyword.

    Keywords, types and standards in any case; collections as they are spelt.
    """
    return kind + _digest(value if kind == "c" else value.strip().casefold())


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(errors="replace"), usedforsecurity=False).hexdigest()[:16]


def halves(box: Box | None) -> list[Box]:
    """The box in one piece, or in two where it crosses the antimeridian; none where it makes no sense."""
    if box is None or not all(map(math.isfinite, box)) or box[1] > box[3]:
        return []
    west, south, east, north = box
    if west <= east:
        return [box]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def extents_of(record: Record) -> Iterator[Extent]:
    """Where and when a record is: at most two boxes; none when neither place nor time is known."""
    start, end = _span(record.time_start, record.time_end)
    pieces = halves(record.bbox)
    for west, south, east, north in pieces:
        yield Extent(west, east, south, north, start, end)
    if not pieces and start != NOWHERE:
        yield Extent(NOWHERE, NOWHERE, NOWHERE, NOWHERE, start, end)


def _span(start: datetime | None, end: datetime | None) -> tuple[float, float]:
    if start is None and end is None:
        return NOWHERE, NOWHERE
    low, high = on_axis(start, EARLIEST), on_axis(end, LATEST)
    return (low, high) if low <= high else (high, low)


def on_axis(moment: datetime | None, otherwise: float) -> float:
    """A moment on the time axis; what lies centuries away stands at its ends."""
    if moment is None:
        return otherwise
    return min(max(to_microseconds(moment) / _TIME_UNIT, EARLIEST), LATEST)


def period_of(record: Record) -> tuple[datetime | None, datetime | None] | None:
    """The time extent with its start before its end; None when neither is known."""
    start, end = record.time_start, record.time_end
    if start is None and end is None:
        return None
    if start is not None and end is not None and end < start:
        return end, start
    return start, end


def utc_text(moment: datetime | None) -> str:
    """A moment as PostgreSQL reads it; "" for None, which in a range means open."""
    return "" if moment is None else moment.astimezone(UTC).isoformat()
