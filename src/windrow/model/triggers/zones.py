"""Time zones by their IANA names, and what a wall clock says becomes a moment."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from windrow.errors import BadInput

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_NO_PLACES = ("localtime", "posixrules", "Factory")
_OTHER_SETS = ("posix/", "right/")

SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1_000)
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name such as `Europe/Berlin`. Raises `BadInput`."""
    refusal = BadInput.of("trigger.zone", f"{name!r} is no IANA time zone such as Europe/Berlin or UTC")
    if not _NAME.fullmatch(name) or name in _NO_PLACES or name.startswith(_OTHER_SETS):
        raise refusal
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:
        raise refusal from error


def exists(local: datetime, zone: ZoneInfo, *, fold: int) -> datetime | None:
    """The moment (UTC) at which a wall clock says `local` for the first (0) or second (1) time; None if it never does.

    `local` has no zone. An hour that is not repeated has a first time only.
    """
    moment = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    back = moment.astimezone(zone)
    return moment if back.fold == fold and back.replace(tzinfo=None, fold=0) == local else None


def resolve(local: datetime, zone: ZoneInfo) -> datetime:
    """The one moment (UTC) that stands for a wall clock's `local`.

    In an hour that is repeated that is the first of the two; where the clock was put forward over it, it is the first
    moment after the gap, as Debian's cron does it.
    """
    moment = exists(local, zone, fold=0)
    return _end_of_gap(local, zone) if moment is None else moment


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    after = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC) - SECOND
    offset = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
