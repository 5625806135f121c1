"""Search entries as PostgreSQL has them: a tsvector, terms, boxes and ranges. Pure."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from windrow.model.records import Record
from windrow.storage.search_entries import halves, period_of, terms_of, texts_of, utc_text
from windrow.storage.words import tokens

_LAST_POSITION = 16_383
"""tsvector keeps no higher position of a word."""

_LONGEST_WORD = 2_000
"""Bytes; a lexeme may have 2,046."""

Entry: TypeAlias = tuple[str, str, tuple[tuple[Any, ...], ...]]
"""The tsvector, the array of terms, and box and range of each piece of where and when a record is."""


def entry_of(record: Record, source_id: int) -> Entry:
    """What a record is found by. Pure."""
    # Terms are letters and digits only, so they need no quotes within the braces.
    return vector_of(record), f"{{{','.join(terms_of(record, source_id))}}}", tuple(_boxes(record))


def vector_of(record: Record) -> str:
    """The record's tsvector: title A, keywords B, abstract C, contacts D; a gap between texts ends every phrase."""
    title, abstract, keywords, others = texts_of(record)
    places: dict[str, list[str]] = {}
    first = 1
    for text, weight in ((title, "A"), (keywords, "B"), (abstract, "C"), (others, "D")):
        for position, token in enumerate(tokens(text), first):
            at = f"{position if position < _LAST_POSITION else _LAST_POSITION}{weight}"
            if (known := places.get(token)) is None:
                places[token] = [at]
            else:
                known.append(at)
            first = position + 1
        first += 1
    # Tokens are letters and digits only, so they need no escaping within the quotes.
    return " ".join([f"'{token}':{','.join(at[:255])}" for token, at in places.items() if _fits(token)])


def _fits(token: str) -> bool:
    return len(token) * 4 <= _LONGEST_WORD or len(token.encode()) <= _LONGEST_WORD


def _boxes(record: Record) -> Iterator[tuple[str | None, str | None]]:
    period = period_of(record)
    # Both ends included, although our periods do not include theirs: an instant would be an empty range, which meets
    # nothing. Whoever reads this compares the record's own columns as well.
    range_ = None if period is None else f"[{utc_text(period[0])},{utc_text(period[1])}]"
    pieces = [f"(({west},{south}),({east},{north}))" for west, south, east, north in halves(record.bbox)]
    if not pieces and range_ is not None:
        yield None, range_
    for piece in pieces:
        yield piece, range_
