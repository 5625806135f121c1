"""Moments as options say them."""

from datetime import UTC, datetime

from windrow.errors import BadInput
from windrow.model.triggers.zones import resolve, zone_of


def read_moment(text: str, *, option: str, zone: str = "UTC") -> datetime:
    """A moment or a date in ISO 8601, in UTC; by the clock of `zone` where it names none. Raises `BadInput`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        told = f"{text!r} is no moment in ISO 8601, such as 2027-01-01 or 2027-01-01T06:00:00Z"
        raise BadInput.of(option, told) from None
    return resolve(moment, zone_of(zone)) if moment.tzinfo is None else moment.astimezone(UTC)
