"""Ranges: which bytes of a file a request asks for (RFC 9110 14.2 and 13.1). Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

PIECE = 1 << 16

_ONE = re.compile(r"bytes=(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cut:
    """What is to be sent of a file: from `start`, `length` bytes, under this status; with 304 and 416, nothing."""

    status: int
    start: int
    length: int


def cut(headers: Mapping[str, str], *, size: int, etag: str) -> Cut:
    """What a request with these headers (lower-case names) is to get of a file that never changes under its ETag.

    Several ranges at once are answered with all of it, as the standard allows.
    """
    known = [each.strip().removeprefix("W/") for each in headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Cut(304, 0, 0)
    asked = _ONE.fullmatch(headers.get("range", "").strip())
    if asked is None or headers.get("if-range", etag).strip() != etag:
        return Cut(200, 0, size)
    first, last, tail = asked[1], asked[2], asked[3]
    start = max(0, size - int(tail)) if tail is not None else int(first)
    end = size if tail is not None or last is None else min(size, int(last) + 1)
    if tail is None and last is not None and int(last) < int(first):
        return Cut(200, 0, size)  # no range at all, and to be passed over
    return Cut(206, start, end - start) if start < end else Cut(416, 0, 0)


def headers_of(found: Cut, *, size: int, etag: str) -> dict[str, str]:
    """The headers that go with it."""
    told = {"ETag": etag, "Accept-Ranges": "bytes"}
    if found.status == 206:
        told["Content-Range"] = f"bytes {found.start}-{found.start + found.length - 1}/{size}"
    if found.status == 416:
        told["Content-Range"] = f"bytes */{size}"
    if found.status != 304:
        told["Content-Length"] = str(found.length)
    return told


def pieces_of(file: BinaryIO, found: Cut) -> Iterator[bytes]:
    """The bytes themselves."""
    left = found.length
    if left:
        file.seek(found.start)
    while left and (piece := file.read(min(PIECE, left))):
        left -= len(piece)
        yield piece
