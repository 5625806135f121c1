"""Exports: records of the catalogue as files that other tools read, piece by piece.

    pieces = EXPORTS["csv"].stream(catalogue.stream(principal, search))

Memory does not grow with the number of records, whichever the format.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from windrow.formats.exports.entries import Exportable
from windrow.formats.exports.geojson_lines import stream_geojson_lines
from windrow.formats.exports.tables import stream_csv

__all__ = ["EXPORTS", "ExportFormat", "Exportable", "write"]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format: its name, the media type and file name extension it goes by, and what makes it."""

    name: str
    media_type: str
    extension: str
    stream: Callable[[Iterable[Exportable]], Iterator[bytes]]


def _stream_geoparquet(entries: Iterable[Exportable]) -> Iterator[bytes]:
    # Its library takes longer to load, and more memory, than all the rest of an API process's formats.
    from windrow.formats.exports.geoparquet import stream_geoparquet

    yield from stream_geoparquet(entries)


EXPORTS = {
    each.name: each
    for each in (
        ExportFormat("geojsonl", "application/x-ndjson", ".geojsonl", stream_geojson_lines),
        ExportFormat("csv", "text/csv; charset=utf-8; header=present", ".csv", stream_csv),
        ExportFormat("geoparquet", "application/vnd.apache.parquet", ".parquet", _stream_geoparquet),
    )
}


def write(form: ExportFormat, entries: Iterable[Exportable], file: BinaryIO) -> int:
    """Writes all entries to a file, from front to back; returns how many there were."""
    count = 0

    def counted() -> Iterator[Exportable]:
        nonlocal count
        for entry in entries:
            count += 1
            yield entry

    for piece in form.stream(counted()):
        file.write(piece)
    return count
