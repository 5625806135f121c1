"""Batches: long lists in pieces, for statements that name values one by one."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

IN_LIST = 500
"""Values in one IN list: SQLite allows 32,766 parameters, but short statements are parsed faster."""


def batches(items: Iterable[Item], size: int = IN_LIST) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    walk = iter(items)
    while some := list(islice(walk, size)):
        yield some
