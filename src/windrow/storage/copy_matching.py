"""Matching: which kept copies are the files that a record names today. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from windrow.model.copies import Copy, Role, Wanted


class Matched(NamedTuple):
    """What is to be done: rows whose file is told otherwise than before, files without a row, rows without a file."""

    moved: list[tuple[Copy, Wanted]]
    fresh: list[Wanted]
    gone: list[Copy]


def digest_of(href: str) -> bytes:
    """What an address is found by."""
    return blake2b(href.encode(errors="replace"), digest_size=16).digest()


def match(present: Sequence[Copy], wanted: Sequence[Wanted]) -> Matched:
    """By the address, and for what is left by the address without its query."""
    by_href = {each.wanted.href: each for each in present}
    moved = [(by_href[each.href], each) for each in wanted if each.href in by_href]
    named = {copy.id for copy, _ in moved}
    left: dict[tuple[str, Role], list[Copy]] = defaultdict(list)
    for copy in present:
        if copy.id not in named:
            left[_place(copy.wanted)].append(copy)
    fresh: list[Wanted] = []
    for each in wanted:
        if each.href in by_href:
            continue
        same = left[_place(each)]
        if len(same) == 1:
            moved.append((same.pop(), each))
        else:
            fresh.append(each)
    return Matched(
        [(copy, each) for copy, each in moved if copy.wanted != each],
        fresh,
        [copy for some in left.values() for copy in some],
    )


def _place(wanted: Wanted) -> tuple[str, Role]:
    return wanted.href.partition("?")[0], wanted.role
