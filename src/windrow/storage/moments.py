"""Moments as SQLite keeps them: numbers that sort and compare."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 (UTC): how SQLite keeps a moment, because it sorts and compares as a number."""
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The moment that `to_microseconds` was given, in UTC."""
    return EPOCH + timedelta(microseconds=value)
