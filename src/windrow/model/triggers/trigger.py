"""What every trigger can be asked."""

from datetime import datetime, timedelta
from typing import Protocol


class Trigger(Protocol):
    """A rule that names moments. Pure: the same question has the same answer, whatever the clock says.

    A trigger of your own is a frozen value with these two methods, known to `registry.py` by one word:

        @dataclass(frozen=True, slots=True)
        class FullMoon:
            def next_after(self, moment): ...   # always ends; None when nothing is left to come
            def describe(self): return "at every full moon"
    """

    def next_after(self, moment: datetime) -> datetime | None:
        """The first due moment later than `moment` (UTC), or None when there is none left. Always ends."""
        ...

    def describe(self) -> str:
        """A plain sentence: `every 6 hours`."""
        ...


def tell_span(span: timedelta) -> str:
    """`6 hours`, `1 day`: in the largest unit that is a whole number."""
    seconds = span.total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds and seconds % size == 0:
            count = int(seconds // size)
            return f"1 {unit}" if count == 1 else f"{count} {unit}s"
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"


def tell_every(span: timedelta) -> str:
    """`every 6 hours`, `every day`."""
    return f"every {tell_span(span).removeprefix('1 ')}"
