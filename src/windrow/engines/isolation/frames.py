"""Frames: how messages follow one another on a line. A length of four bytes, then so many bytes."""

import struct
from collections.abc import Iterator

HEAD = struct.Struct(">I")

LARGEST = 8 << 20
"""Bytes of the largest message that a child may send."""


class BadMessage(Exception):
    """A child said what it may not say."""


def frame(body: bytes) -> bytes:
    """The body with its length before it."""
    return HEAD.pack(len(body)) + body


class Frames:
    """Puts frames together from what was received. `largest`: bytes of a body, None for no limit."""

    def __init__(self, largest: int | None = LARGEST) -> None:
        self._largest = largest
        self._received = bytearray()

    def take(self, received: bytes) -> Iterator[bytes]:
        """The bodies that are whole now, in order. Raises `BadMessage` for one that is announced too large."""
        self._received += received
        while len(self._received) >= HEAD.size:
            (length,) = HEAD.unpack_from(self._received)
            if self._largest is not None and length > self._largest:
                raise BadMessage(f"A message of {length} bytes was announced; {self._largest} are the most.")
            if len(self._received) < HEAD.size + length:
                return
            body = bytes(self._received[HEAD.size : HEAD.size + length])
            del self._received[: HEAD.size + length]
            yield body
