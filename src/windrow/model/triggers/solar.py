"""Moments by the sun: at its rise or set, its noon, or one of the twilights, at a place on the Earth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from math import isfinite

from windrow.errors import BadInput
from windrow.model.triggers.trigger import tell_span

DAY = timedelta(days=1)

MOST_OFFSET = timedelta(hours=12)

DAYS_AHEAD = 400
"""A polar night or day ends before that; what does not come in so many days never comes there."""

DEPRESSIONS = {"civil": 6.0, "nautical": 12.0, "astronomical": 18.0}
"""How far the sun stands below the horizon at the twilights, in degrees."""


class SolarEvent(StrEnum):
    """What the sun does; the words are those of Celery and django-celery-beat."""

    DAWN_ASTRONOMICAL = "dawn_astronomical"
    DAWN_NAUTICAL = "dawn_nautical"
    DAWN_CIVIL = "dawn_civil"
    SUNRISE = "sunrise"
    SOLAR_NOON = "solar_noon"
    SUNSET = "sunset"
    DUSK_CIVIL = "dusk_civil"
    DUSK_NAUTICAL = "dusk_nautical"
    DUSK_ASTRONOMICAL = "dusk_astronomical"


@dataclass(frozen=True, slots=True)
class Solar:
    """When the sun does something at a place, and so long before (negative) or after it.

    Where the sun does not do it for weeks, as beyond the polar circles, nothing is due meanwhile.

    latitude, longitude   degrees; north and east are positive
    """

    event: SolarEvent
    latitude: float
    longitude: float
    offset: timedelta = timedelta()

    def __post_init__(self) -> None:
        for name, value, most in (("latitude", self.latitude, 90), ("longitude", self.longitude, 180)):
            if not isfinite(value) or not -most <= value <= most:
                raise BadInput.of(f"trigger.{name}", f"must lie between -{most} and {most} degrees")
        if abs(self.offset) > MOST_OFFSET:
            raise BadInput.of("trigger.offset_seconds", "must lie between -43200 and 43200 (twelve hours)")

    def next_after(self, moment: datetime) -> datetime | None:
        """The first moment later than `moment`, to the second; None where it does not come within a year."""
        here = timezone(timedelta(hours=round(self.longitude / 15)))
        base = (moment - self.offset).astimezone(here).date() - DAY
        if base.year >= 9_000:
            return None
        for ahead in range(DAYS_AHEAD):
            found = _event_of(self.event, self.latitude, self.longitude, base + ahead * DAY)
            if found is not None and found + self.offset > moment:
                return found + self.offset
        return None

    def describe(self) -> str:
        """`20 minutes before sunset at 52.5, 13.4`."""
        event = _words_of(self.event)
        place = f"at {self.latitude:g}, {self.longitude:g}"
        if not self.offset:
            return f"at {event} {place}"
        return f"{tell_span(abs(self.offset))} {'after' if self.offset > timedelta() else 'before'} {event} {place}"


def _words_of(event: SolarEvent) -> str:
    first, _, second = event.partition("_")
    return f"{second} {first}" if first in ("dawn", "dusk") else event.replace("_", " ")


@lru_cache(maxsize=4_096)
def _event_of(event: SolarEvent, latitude: float, longitude: float, day: date) -> datetime | None:
    """When it happens on a day of the place's own sun; None where it does not."""
    from astral import Observer, sun  # only installations with such schedules load it

    observer = Observer(latitude, longitude)
    here = timezone(timedelta(hours=round(longitude / 15)))
    word, _, twilight = event.partition("_")
    plain: dict[str, Callable[..., datetime]] = {"sunrise": sun.sunrise, "sunset": sun.sunset, "solar": sun.noon}
    try:
        if word in plain:
            found = plain[word](observer, day, tzinfo=here)
        else:
            turn = sun.dawn if word == "dawn" else sun.dusk
            found = turn(observer, day, depression=DEPRESSIONS[twilight], tzinfo=here)
    except ValueError:
        return None  # the sun stays above or below all day
    return found.astimezone(UTC).replace(microsecond=0)
