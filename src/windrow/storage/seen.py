"""Seen: sets of resource ids packed into a few bytes, one set per page."""

import zlib
from array import array
from collections.abc import Iterable, Sequence


def pack(ids: Iterable[int]) -> bytes:
    """A sorted set of ids as its differences, compressed: consecutive ids cost next to nothing."""
    differences, last = array("q"), 0
    for each in sorted(set(ids)):
        differences.append(each - last)
        last = each
    return zlib.compress(differences.tobytes(), 1)


def unpack(packed: bytes | None) -> Sequence[int]:
    """The ids that were packed, in order; nothing for nothing."""
    if not packed:
        return ()
    ids = array("q", zlib.decompress(packed))
    total = 0
    for place, difference in enumerate(ids):
        total += difference
        ids[place] = total
    return ids
