"""Zones whose clocks are changed in every way that there is, and when they are."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Chatham",  # at 02:45
    "Pacific/Apia",  # left out a whole day in 2011
    "Africa/Cairo",  # at midnight, on a Friday
    "Africa/Casablanca",  # put back for Ramadan
    "Antarctica/Troll",  # by two hours
    "Asia/Kathmandu",  # 5:45 from UTC
    "America/Santiago",  # at midnight
    "Asia/Tehran",  # gave it up in 2022
)

HOUR = timedelta(hours=1)


@lru_cache
def changes(zone: str, year: int, years: int = 1) -> list[datetime]:
    """The hours (UTC) after which the clocks of a zone are changed."""
    place, moment, found = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), []
    end = datetime(year + years, 1, 1, tzinfo=UTC)
    while moment < end:
        later = moment + HOUR
        if moment.astimezone(place).utcoffset() != later.astimezone(place).utcoffset():
            found.append(moment)
        moment = later
    return found
