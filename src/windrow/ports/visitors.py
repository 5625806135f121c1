"""Visitors: what other packages bring, by their entry points."""

import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoints, entry_points


def visitors(group: str) -> EntryPoints:
    """The entry points of that group in all installed packages.

    They are read once, and again when `sys.path` has changed: each reading opens a file of every package there is.
    """
    return _read(tuple(sys.path))(group=group)


@cache
def _read(_path: tuple[str, ...]) -> Callable[..., EntryPoints]:
    return entry_points().select
