"""Undoes gzip and deflate piece by piece: never more than a chunk at once, and sure of whether the end was reached."""

import zlib
from collections.abc import Iterable, Iterator

CHUNK = 256 * 1024
"""Bytes that come out at once at most, however much is hidden in a piece."""

ENCODINGS = ("gzip", "deflate")
"""What can be undone here and is asked for; brotli and zstd would need packages whose readers tell no end."""

_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_RAW_DEFLATE = -15


class CutOff(Exception):
    """The stream ended before its own end mark."""


class NotCompressed(Exception):
    """The stream is not what its header says."""


def can_undo(encoding: str) -> bool:
    """Whether this content encoding can be read."""
    return encoding in _WBITS


def inflate(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """What the pieces hold, in chunks. Raises `CutOff` and `NotCompressed`.

    A gzip stream may have several members (RFC 1952, 2.2); what follows the last one and is none is left out.
    """
    stream = None
    members = 0
    for piece in pieces:
        data = piece
        while data:
            if stream is None or stream.eof:
                stream = zlib.decompressobj(_choose_wbits(encoding, data))
                members += 1
            try:
                yield stream.decompress(data, CHUNK)
            except zlib.error as error:
                if members > 1:
                    return
                raise NotCompressed(str(error)) from error
            data = stream.unconsumed_tail or stream.unused_data
    if stream is not None:
        yield stream.flush()
        if not stream.eof:
            raise CutOff


def _choose_wbits(encoding: str, data: bytes) -> int:
    """Servers send `deflate` with the zlib header that RFC 9110 (8.4.1.2) asks for, or without one."""
    has_header = len(data) > 1 and data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
    return _RAW_DEFLATE if encoding == "deflate" and not has_header else _WBITS[encoding]
