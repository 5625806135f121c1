"""OAI-PMH's date stamps: two granularities, days and seconds, always UTC (protocol, section 3.3)."""

from datetime import UTC, date, datetime, timedelta
from enum import Enum

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Granularity(Enum):
    """How finely a repository dates its records."""

    DAY = "YYYY-MM-DD"
    SECOND = "YYYY-MM-DDThh:mm:ssZ"

    @classmethod
    def of(cls, text: str) -> "Granularity":
        """As Identify says it. Every repository understands days, so whatever else it says counts as days."""
        return cls.SECOND if "hh:mm:ss" in text.lower() else cls.DAY


def read_stamp(text: str) -> datetime | None:
    """The moment (UTC) that a date stamp names; None where it is no date. A stamp without a zone counts as UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_stamp(moment: datetime, granularity: Granularity) -> str:
    """The stamp of the day or second that holds the moment."""
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    if granularity is Granularity.DAY:
        return moment.date().isoformat()
    return f"{moment.isoformat(timespec='seconds')}Z"


def begin(moment: datetime, granularity: Granularity) -> str:
    """The `from` that misses nothing changed since the moment: one second or one day before it.

    The overlap covers changes in the very second of the last look, and repositories whose days are not UTC's.
    """
    step = _DAY if granularity is Granularity.DAY else _SECOND
    return write_stamp(moment - step, granularity)


def end(text: str, granularity: Granularity) -> str:
    """The `until` (included) for a date or a moment; a date means its whole day. Raises `ValueError` for neither."""
    moment = read_stamp(text)
    if moment is None:
        raise ValueError(text)
    return write_stamp(moment + _DAY - _SECOND if _is_day(text) else moment, granularity)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
