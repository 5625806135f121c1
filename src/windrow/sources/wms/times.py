"""The time dimension of a layer: moments, and intervals with a step, in a list (WMS 1.3.0, annex C and D)."""

from datetime import datetime
from typing import NamedTuple

from windrow.formats.dates import Period, between, period


class Times(NamedTuple):
    """From `start` to `end` (UTC), the end not included; None is open or unknown. `last` is a value to ask for."""

    start: datetime | None
    end: datetime | None
    last: str = ""


def read_times(values: str) -> Times:
    """What the values cover together: `2001-01-01,2002-01-01`, `2001/2010/P1Y`, and both mixed.

    An end such as `current` or `present` leaves the time open.
    """
    start: datetime | None = None
    end: datetime | None = None
    is_open, last = False, ""
    for value in filter(None, (each.strip() for each in values.split(","))):
        first, _, rest = value.partition("/")
        until = rest.partition("/")[0].strip()
        found = between(first, until) if rest else period(first) or Period(None, None)
        start = min(filter(None, (start, found.start)), default=None)
        end = max(filter(None, (end, found.end)), default=None)
        is_open = is_open or (bool(rest) and found.end is None)
        last = until or first.strip()
    return Times(start, None if is_open else end, last)
