"""Filters and breaks of the compat dialect: constraints joined by and, or. Errors are Python's own."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

from windrow.work.sequence.compat.language import View, look_up
from windrow.work.sequence.limits import Limits
from windrow.work.sequence.patterns import begins

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def hold_all(view: View, entries: Any, *, limits: Limits) -> bool:
    """Whether all entries hold; those that say nothing do."""
    return all(all(_verdicts(view, entry, limits)) for entry in entries)


def hold_any(view: View, entries: Any, *, limits: Limits) -> bool:
    """Whether any entry holds; those that say nothing do not."""
    return any(any(_verdicts(view, entry, limits)) for entry in entries)


def _verdicts(view: View, entry: Any, limits: Limits) -> Iterator[bool]:
    """What the parts of an entry say, each asked only when the ones before have not decided."""
    if "condition" in entry:
        yield _meets(view, entry, limits)
    if "or" in entry:
        yield hold_any(view, entry["or"], limits=limits)
    if "and" in entry:
        yield hold_all(view, entry["and"], limits=limits)


def _meets(view: View, entry: Any, limits: Limits) -> bool:
    condition = entry["condition"]
    for name in condition.keys():  # noqa: SIM118 - what is no object is to fail here, with Python's words
        if condition[name] is None:
            continue  # null is no constraint: the documented form lists all of them with nulls
        if not _compare(name, look_up(view, entry["by"], limits=limits), condition[name], limits):
            return False
    return True


def _compare(name: str, actual: Any, expected: Any, limits: Limits) -> bool:
    if name == "regex":
        return begins(expected, actual, limits)
    return name in _COMPARISONS and bool(_COMPARISONS[name](actual, expected))
