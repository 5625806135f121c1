"""CSV (RFC 4180): one record in each row, for spreadsheets and scripts."""

import csv
import io
from collections.abc import Iterable, Iterator

from windrow.formats.exports.entries import Exportable, text_of
from windrow.model.records import Contact

COLUMNS = (
    *("id", "source_id", "source", "identifier", "title", "abstract", "type", "keywords", "contacts", "licence"),
    *("west", "south", "east", "north", "time_start", "time_end", "created", "modified"),
    *("language", "collection", "standard", "links", "stored_at"),
)
"""The columns, in this order, in every export; new ones are only ever added at the end."""

BATCH = 500

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for a formula when it begins a cell (OWASP, CSV injection)."""


def stream_csv(entries: Iterable[Exportable]) -> Iterator[bytes]:
    """A header, then each entry as a row, in UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, entry in enumerate(entries, 1):
        writer.writerow(row_of(entry))
        if number % BATCH == 0:
            yield _take(text)
    yield _take(text)


def _take(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode(errors="replace")
    text.seek(0)
    text.truncate()
    return piece


def row_of(entry: Exportable) -> list[str | int | float | None]:
    """The cells of an entry."""
    record = entry.record
    west, south, east, north = record.bbox or (None, None, None, None)
    cells: list[str | int | float | None] = [
        *(entry.id, entry.source_id, entry.source_name, record.identifier, record.title, record.abstract, record.type),
        "; ".join(record.keywords),
        "; ".join(filter(None, map(_name, record.contacts))),
        *(record.licence, west, south, east, north),
        *map(text_of, (record.time_start, record.time_end, record.created, record.modified)),
        *(record.language, record.collection, record.standard),
        " ".join(each.href for each in record.links),
        text_of(entry.stored_at),
    ]
    return [defused(cell) if isinstance(cell, str) else cell for cell in cells]


def _name(contact: Contact) -> str:
    return ", ".join(filter(None, (contact.name, contact.organisation, contact.email)))


def defused(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would calculate it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
