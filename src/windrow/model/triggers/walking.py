"""Walking over the days of a rule to the first moment after another, right in every zone and in every hour of the year.

A rule names days, and minutes of each by the wall clock. On nearly all days that is plain arithmetic. Near a day on
which clocks are changed, every minute is looked up by itself.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from windrow.model.triggers.zones import exists, resolve

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NOON = time(12)

YEARS = 50
"""How far ahead is looked: Mondays on 29 February are at most 40 years apart, over 2100."""

Days = Callable[[date], Iterator[tuple[date, Sequence[int]]]]
"""The days from a date on, in order, each with its minutes since midnight, in order. Ends after `YEARS`."""


def first_after(moment: datetime, days: Days, zone: ZoneInfo, *, in_real_time: bool = False) -> datetime | None:
    """The first moment (UTC) later than `moment`; None where there is none.

    A time that the clock passes over is met at the first moment after the gap; one that comes twice, the first time.
    `in_real_time` is for wildcards: then every minute counts that the clock really shows, as often as it shows it.
    """
    today = moment.astimezone(zone).date()
    if today.year >= 9_900:
        return None
    begin = today if _is_plain(today, zone) else today - DAY
    best: tuple[date, datetime] | None = None
    for day, minutes in days(begin):
        if best is not None and day - best[0] > DAY:
            break
        plain = _is_plain(day, zone)
        found = (_first_plain if plain else _first_of_odd)(moment, day, minutes, zone, in_real_time)
        if found is not None and (best is None or found < best[1]):
            best = (day, found)
        if best is not None and plain:
            break
    return None if best is None else best[1]


def _is_plain(day: date, zone: ZoneInfo) -> bool:
    # From noon to noon: clocks are put back over midnight too, and 23:30 then comes again after the next day began.
    return _offset(day - DAY, zone) == _offset(day, zone) == _offset(day + DAY, zone)


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    return datetime.combine(day, NOON, zone).utcoffset() or timedelta()


def _first_plain(moment: datetime, day: date, minutes: Sequence[int], zone: ZoneInfo, _: bool) -> datetime | None:
    midnight = datetime.combine(day, time(), UTC) - _offset(day, zone)
    place = bisect_right(minutes, (moment - midnight) // MINUTE)
    return midnight + minutes[place] * MINUTE if place < len(minutes) else None


def _first_of_odd(moment: datetime, day: date, minutes: Sequence[int], zone: ZoneInfo, real: bool) -> datetime | None:
    found = _moments_of(day, tuple(minutes), zone, real)
    place = bisect_right(found, moment)
    return found[place] if place < len(found) else None


@lru_cache(maxsize=64)
def _moments_of(day: date, minutes: tuple[int, ...], zone: ZoneInfo, real: bool) -> list[datetime]:
    midnight = datetime.combine(day, time())
    shown = [midnight + minute * MINUTE for minute in minutes]
    if not real:
        return sorted({resolve(local, zone) for local in shown})
    moments = (exists(local, zone, fold=fold) for local in shown for fold in (0, 1))
    return sorted(each for each in moments if each is not None)
