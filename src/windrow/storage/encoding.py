"""Encoding: a record as its tables want it, made ahead of the transaction that writes it. Pure."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
import zstandard

from windrow.model.records import Record
from windrow.storage import search_entries, search_vectors
from windrow.storage.moments import from_microseconds, to_microseconds
from windrow.storage.record_rows import RecordRow, decode, sound, title_key

_LEVEL = 1  # of zstandard: three times as fast as level 3 on metadata, and a tenth larger


class Encoded(NamedTuple):
    """A record's columns but for its ids, and what it is found by, as the one database or the other has them; with its
    raw document, compressed, where it has one. Plain tuples within: these go between processes by the million."""

    values: tuple[Any, ...]
    entry: Any
    content: bytes = b""

    @property
    def title(self) -> str:
        """As it is kept."""
        return str(self.values[2])

    @property
    def modified(self) -> Any:
        """When the remote changed it, as a plain statement needs it."""
        return self.values[5]


@dataclass(frozen=True, slots=True)
class RecordEncoder:
    """Encodes the records of a source: the port `Encoder`. Other processes may do it as well."""

    source_id: int
    sqlite: bool

    def documents(self, raws: Iterable[bytes]) -> list[bytes]:
        """Raw documents, compressed."""
        return [compress(raw) for raw in raws]

    def record(self, record: Record, document: bytes) -> Encoded:
        """A record with its document."""
        return encode_record(record, self.source_id, sqlite=self.sqlite)._replace(content=document)


def encode_record(record: Record, source_id: int, *, sqlite: bool) -> Encoded:
    """A record without a document."""
    kept, row, body = sound(record)
    moments: tuple[Any, ...] = (row.modified, row.time_start, row.time_end)
    if sqlite:
        moments = tuple([None if each is None else to_microseconds(each) for each in moments])
    entry = (search_entries if sqlite else search_vectors).entry_of(kept, source_id)
    return Encoded((*row[:5], *moments, *row[8:12], body, title_key(row.title)), entry)


def decode_encoded(encoded: Encoded, *, sqlite: bool) -> Record:
    """The record that was encoded, as it will be read back."""
    values = [*encoded.values[:12], orjson.loads(encoded.values[12])]
    if sqlite:
        values[5:8] = [None if each is None else from_microseconds(each) for each in values[5:8]]
    return decode(RecordRow._make(values))


class _Compressors(threading.local):
    """One compressor and one decompressor per thread: they are costly to make and not to be shared."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_compressors = _Compressors()


def compress(raw: bytes) -> bytes:
    """A document as it is kept."""
    return _compressors.compressor.compress(raw)


def expand(content: bytes) -> bytes:
    """The document that `compress` was given."""
    return _compressors.decompressor.decompress(content)
