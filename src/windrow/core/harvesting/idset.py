"""IdSet: which resources a pass has seen, a bit each, so that a million of them take 125 kB."""

from collections.abc import Iterable

BLOCK = 32_768
"""Ids per block; a block of bits (4 kB) exists once an id in it was seen."""


class IdSet:
    """A set of non-negative numbers that lie near one another."""

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._blocks: dict[int, bytearray] = {}
        self._count = 0
        for each in ids:
            self.add(each)

    def add(self, number: int) -> bool:
        """Adds a number; False when it was there already."""
        block, place = divmod(number, BLOCK)
        bits = self._blocks.get(block)
        if bits is None:
            bits = self._blocks[block] = bytearray(BLOCK // 8)
        byte, bit = place >> 3, 1 << (place & 7)
        if bits[byte] & bit:
            return False
        bits[byte] |= bit
        self._count += 1
        return True

    def __contains__(self, number: int) -> bool:
        block, place = divmod(number, BLOCK)
        bits = self._blocks.get(block)
        return bits is not None and bool(bits[place >> 3] & 1 << (place & 7))

    def __len__(self) -> int:
        return self._count
