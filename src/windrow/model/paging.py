"""Paging: keyset cursors, so that a list costs the same on every page and nothing is shown twice or left out."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from windrow.errors import BadInput

Item = TypeVar("Item")
Other = TypeVar("Other")

LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class PageOf(Generic[Item]):
    """One page of a list. `next` is the cursor of the page that follows; None on the last."""

    items: Sequence[Item]
    next: str | None = None

    def map(self, change: Callable[[Item], Other]) -> "PageOf[Other]":
        """The same page with each item changed."""
        return PageOf([change(item) for item in self.items], self.next)


def encode_cursor(*keys: str | int | float | None) -> str:
    """The cursor that stands behind an item with these sort keys; opaque to callers, safe in URLs."""
    return base64.urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


def decode_cursor(cursor: str, count: int) -> tuple[Any, ...]:
    """The sort keys of a cursor. Raises `BadInput` for anything that `encode_cursor` did not make."""
    try:
        keys = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadInput.of("cursor", "is not one that a list has returned; leave it out to start anew") from error
    if not isinstance(keys, list) or len(keys) != count or not all(map(_is_key, keys)):
        raise BadInput.of("cursor", "belongs to another list; leave it out to start anew")
    return tuple(keys)


def _is_key(key: object) -> bool:
    """Whether a database can compare with it: no whole number past 64 bits, no text that PostgreSQL cannot hold."""
    if isinstance(key, int):
        return -(1 << 63) <= key < 1 << 63
    return "\0" not in key if isinstance(key, str) else key is None or isinstance(key, float)


def check_limit(limit: int) -> int:
    """The page size, if it is allowed. Raises `BadInput`."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadInput.of("limit", f"must lie between 1 and {LARGEST_PAGE}")
    return limit
