"""Time zones that people choose from."""

from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from windrow.errors import BadInput
from windrow.model.triggers.zones import zone_of


@cache
def zone_names() -> tuple[str, ...]:
    """UTC, then the zones that are named for places."""
    places = (each for each in available_timezones() if "/" in each and not each.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(each for each in places if is_zone(each)))


def is_zone(name: str) -> bool:
    """Whether there is such a zone."""
    try:
        zone_of(name)
    except BadInput:
        return False
    return True


def offset_of(local: datetime) -> str:
    """`+02:00`: how far a local time lies from UTC."""
    return local.isoformat()[-6:]
