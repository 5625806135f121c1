"""Whether what a server tells of a file can be trusted to change with it."""

import re
from datetime import UTC, datetime, timedelta

from windrow.ports.fetching import http_date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"[T ]+(\d{1,2}):(\d\d)(?::\d\d)?(?:[.\d]*)\s*(AM|PM)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\w{1,3})[-/.](\d{1,2})" + _TIME, re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})" + _TIME, re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})" + _TIME, re.IGNORECASE)

_LISTED_TO = timedelta(minutes=2)
"""Listings tell minutes, not seconds: a file may change twice under one date."""

_ZONE_STEP = timedelta(minutes=15)
_WIDEST_ZONE = timedelta(hours=15)


def trusted(version: str, answered: str) -> str:
    """The version, or "" where the file was changed so lately that it may change again under the same date.

    `answered` is the answer's Date header. Listings do not tell their zone, but zones differ by quarters of an hour:
    a date is late when it lies a little before the answer, give or take any zone.
    """
    listed, now = _moment(version), http_date(answered)
    if listed is None or now is None:
        return version
    apart = now - listed
    return "" if abs(apart) <= _WIDEST_ZONE and apart % _ZONE_STEP <= _LISTED_TO else version


def _moment(version: str) -> datetime | None:
    try:
        if found := _YEAR_FIRST.search(version):
            year, month, day, hour, minute, half = found.groups()
        elif found := _DAY_FIRST.search(version):
            day, month, year, hour, minute, half = found.groups()
        elif found := _MONTH_FIRST.search(version):
            month, day, year, hour, minute, half = found.groups()
        else:
            return http_date(version.rpartition(" ")[0])
        number = int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1
        hours = int(hour) % 12 + (12 if half.upper() == "PM" else 0) if half else int(hour)
        return datetime(int(year), number, int(day), hours, int(minute), tzinfo=UTC)
    except ValueError:
        return None
