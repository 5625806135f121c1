"""Downloading: whether an answer is the file that was wished for, from its beginning or from where we are."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from windrow.errors import RemoteTooLarge, RemoteUnreadable
from windrow.fetching.requests import Request
from windrow.fetching.streaming import Stream
from windrow.ports.fetching import Beginning, Download

_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)", re.IGNORECASE)
_NO_RANGE = re.compile(r"bytes \*/(\d{1,19})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one download: bytes of the whole file, and bytes per second."""

    size: int
    slowest: float


class _Range(NamedTuple):
    """The part of a file that an answer holds: its first and last byte, and how many there are in all."""

    first: int
    last: int
    total: int | None


def begin(request: Request, stream: Stream, limits: Limits) -> Download | None:
    """The download that an answer begins; None where the file must be asked for from its first byte.

    Raises `RemoteTooLarge` before any of the body is read, where the server says how much it is.
    """
    headers = stream.head.headers
    shown = request.target.shown
    match stream.head.status:
        case 304:
            return _download(request, stream, 0, None, limits, empty=True)
        case 416:
            return _whole_already(request, stream, limits)
        case 206 if request.beginning is None:
            raise RemoteUnreadable(f"{shown} answered with a part of the file although all of it was asked for.")
        case 206:
            part = _read_range(headers.get("content-range", ""))
            if request.beginning is None or part is None or not _goes_on(part, request.beginning, stream):
                return None
            _check_size(part.total, limits, shown)
            return _download(request, stream, part.first, part.total, limits)
        case _:
            return _download(request, stream, 0, stream.announced, limits)


def _goes_on(part: _Range, beginning: Beginning, stream: Stream) -> bool:
    """Whether a part is the rest of that beginning: servers there are that answer a Range whatever If-Range says."""
    etag = stream.head.headers.get("etag", "")
    known = beginning.validators.etag
    same = not etag or not known or etag == known
    length = stream.head.headers.get("content-length", "")
    fits = not length.isdecimal() or int(length) == part.last - part.first + 1
    to_the_end = part.total is None or part.last == part.total - 1
    return same and fits and to_the_end and part.first == beginning.size


def _whole_already(request: Request, stream: Stream, limits: Limits) -> Download | None:
    """A range that begins at the file's end cannot be satisfied (RFC 9110 15.5.17): then what is here is all of it."""
    found = _NO_RANGE.fullmatch(stream.head.headers.get("content-range", "").strip())
    here = request.beginning.size if request.beginning is not None else 0
    if found is None or int(found[1]) != here:
        return None
    return _download(request, stream, here, here, limits, empty=True)


def _download(
    request: Request, stream: Stream, start: int, total: int | None, limits: Limits, *, empty: bool = False
) -> Download:
    pieces = iter(()) if empty else stream.pieces(size_limit=limits.size - start, slowest=limits.slowest)
    return Download(request.target.url, stream.head.status, stream.head.headers, start, total, pieces)


def _read_range(text: str) -> _Range | None:
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    first, last = int(found[1]), int(found[2])
    return _Range(first, last, None if found[3] == "*" else int(found[3])) if first <= last else None


def _check_size(total: int | None, limits: Limits, shown: str) -> None:
    if total is not None and total > limits.size:
        raise RemoteTooLarge(f"The answer of {shown} is larger than the limit of {limits.size} bytes.")
