"""Windows in one line: `Mon-Fri 22:00-06:00 Europe/Berlin`, `Sat,Sun`, `2026-12-24..2026-12-27`."""

import re
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from windrow.errors import BadInput
from windrow.model.windows import Window

_HOURS = re.compile(r"([0-9]{1,2}:[0-9]{2})-([0-9]{1,2}:[0-9]{2})")
_DATES = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})?")
_WEEKDAYS = re.compile(r"[a-z]{3,9}(-[a-z]{3,9})?(,[a-z]{3,9}(-[a-z]{3,9})?)*")

NONE = "none"
"""Takes away what was said before."""

HINT = "write days, hours, a zone, such as 'Mon-Fri 22:00-06:00 Europe/Berlin', 'Sat,Sun' or '2026-12-24..2026-12-27'"


def read_windows(texts: Iterable[str] | None, *, option: str, zone: str = "UTC") -> tuple[Window, ...]:
    """Windows as their options say them; `none` for none. `zone` is theirs that name none. Raises `BadInput`."""
    words = list(texts or ())
    return () if words == [NONE] else tuple(read_window(each, option=option, zone=zone) for each in words)


def read_window(text: str, *, option: str, zone: str = "UTC") -> Window:
    """One window; what is left out is every day, all day. Raises `BadInput` that names the option."""
    given: dict[str, Any] = {"zone": zone}
    words = text.split()
    if not words:
        raise BadInput.of(option, f"is empty; {HINT}")
    for word in words:
        try:
            given |= _read(word)
        except ValueError:
            raise BadInput.of(option, f"{word!r} is not understood; {HINT}") from None
    try:
        return Window(**given)
    except BadInput as error:
        raise BadInput.of(option, "; ".join(each.problem for each in error.problems)) from error


def _read(word: str) -> dict[str, Any]:
    """What one word says. Raises `ValueError`."""
    if found := _HOURS.fullmatch(word):
        return {"begin": _time(found[1]), "end": _time(found[2])}
    if (found := _DATES.fullmatch(word)) and word != "..":
        first, last = (None if each is None else date.fromisoformat(each) for each in found.groups())
        return {"first": first, "last": last}
    if "/" in word or word == "UTC":
        return {"zone": word}
    if _WEEKDAYS.fullmatch(word.lower()):
        return {"weekdays": frozenset(day for each in word.lower().split(",") for day in _days(each))}
    raise ValueError(word)


def _time(text: str) -> time:
    # 24:00 is midnight at the end of the day; the window is then over where the next day begins.
    return time() if text == "24:00" else time.fromisoformat(text.zfill(5))


def _days(text: str) -> list[int]:
    first, _, last = text.partition("-")
    begin, end = _day(first), _day(last or first)
    return [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]


def _day(word: str) -> int:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for place, name in enumerate(names):
        if word in (name, name[:3]):
            return place
    raise ValueError(word)
